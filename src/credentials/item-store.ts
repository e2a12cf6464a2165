import { BitbranchError } from '../errors.ts';
import type {
  CredentialStore,
  RecordReference,
  SecretRecordType,
  StoreName,
} from './credential-store.ts';
import { IncompleteItemError, type Keychain } from './keychain.ts';
import { damaged, decodeRecord, encodeRecord } from './record.ts';

export interface ItemStoreOptions {
  readonly name: StoreName;
  readonly description: string;
  readonly items: Keychain;
  /** See {@link CredentialStore.open}; default: nothing is asked. */
  readonly open?: () => Promise<void>;
}

const servicePrefixes: { readonly [T in SecretRecordType]: string } = {
  credential: 'bitbranch',
  consumer: 'bitbranch-consumer',
  pending: 'bitbranch-pending',
};

/** A credential store over whatever keeps texts by service and account: one item a record. */
export function createItemStore({
  name,
  description,
  items,
  open = async () => {},
}: ItemStoreOptions): CredentialStore {
  async function readText(reference: RecordReference): Promise<string | null> {
    try {
      return await items.get(serviceOf(reference), accountOf(reference));
    } catch (error) {
      throw error instanceof IncompleteItemError ? damaged(reference) : error;
    }
  }

  return {
    name,
    description,

    prepare: () => items.prepare(),

    open,

    async read(reference) {
      const text = await readText(reference);
      return text === null ? null : decodeRecord(reference, text);
    },

    async write(reference, record) {
      const text = encodeRecord(record);
      await items.set(serviceOf(reference), accountOf(reference), text);
      if ((await readText(reference)) !== text) throw notKept(reference.type, description);
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
