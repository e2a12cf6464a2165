import { BitbranchError } from '../errors.ts';
import type {
  CredentialStore,
  RecordReference,
  SecretRecordType,
  StoreName,
} from './credential-store.ts';
import type { Keychain } from './keychain.ts';
import { decodeRecord, encodeRecord } from './record.ts';

export interface ItemStoreOptions {
  readonly name: StoreName;
  readonly description: string;
  readonly items: Keychain;
}

const servicePrefixes: { readonly [T in SecretRecordType]: string } = {
  credential: 'bitbranch',
  consumer: 'bitbranch-consumer',
  pending: 'bitbranch-pending',
};

/** A credential store over whatever keeps texts by service and account: one item a record. */
export function createItemStore({ name, description, items }: ItemStoreOptions): CredentialStore {
  return {
    name,
    description,

    prepare: () => items.prepare(),

    async read(reference) {
      const text = await items.get(serviceOf(reference), accountOf(reference));
      return text === null ? null : decodeRecord(reference, text);
    },

    async write(reference, record) {
      const [service, account] = [serviceOf(reference), accountOf(reference)];
      const text = encodeRecord(record);
      await items.set(service, account, text);
      if ((await items.get(service, account)) !== text) throw notKept(reference.type, description);
    },

    remove: (reference) => items.delete(serviceOf(reference), accountOf(reference)),
  };
}

function serviceOf({ type, host }: RecordReference): string {
  return `${servicePrefixes[type]}:${host}`;
}

/** Percent-encoded: Windows names an item SERVICE/ACCOUNT, and there a slash in the account could mean another service. */
function accountOf({ name }: RecordReference): string {
  return encodeURIComponent(name);
}

function notKept(type: SecretRecordType, place: string): BitbranchError {
  return new BitbranchError(
    'store_unavailable',
    `The ${type} was written to ${place}, but did not come back from it.`,
    { hint: 'Make sure that it is unlocked and that nothing else changes it, and try again.' },
  );
}
