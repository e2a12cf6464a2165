import { BitbranchError } from '../errors.ts';
import type { CredentialStore, RecordReference, SecretRecordType } from './credential-store.ts';
import type { Keychain } from './keychain.ts';
import { decodeRecord, encodeRecord } from './record.ts';
import { splitItems } from './split-items.ts';

export interface KeychainStoreOptions {
  readonly keychain: Keychain;
  readonly platform: NodeJS.Platform;
}

/** CRED_MAX_CREDENTIAL_BLOB_SIZE is 2,560 bytes; the other systems have no limit that a credential could reach. */
const windowsItemLimitBytes = 2_500;

const servicePrefixes: { readonly [T in SecretRecordType]: string } = {
  credential: 'bitbranch',
  consumer: 'bitbranch-consumer',
};

/** The system keychain as a credential store: one item a record. */
export function createKeychainStore({ keychain, platform }: KeychainStoreOptions): CredentialStore {
  const items = platform === 'win32' ? splitItems(keychain, windowsItemLimitBytes) : keychain;

  return {
    name: 'keychain',
    description: `the system keychain (${keychainNames[platform] ?? 'Secret Service'})`,

    prepare: () => keychain.prepare(),

    async read(reference) {
      const text = await items.get(serviceOf(reference), accountOf(reference));
      return text === null ? null : decodeRecord(reference, text);
    },

    async write(reference, record) {
      const [service, account] = [serviceOf(reference), accountOf(reference)];
      const text = encodeRecord(record);
      await items.set(service, account, text);
      if ((await items.get(service, account)) !== text) throw notKept(reference.type);
    },

    remove: (reference) => items.delete(serviceOf(reference), accountOf(reference)),
  };
}

const keychainNames: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'macOS Keychain',
  win32: 'Windows Credential Manager',
};

function serviceOf({ type, host }: RecordReference): string {
  return `${servicePrefixes[type]}:${host}`;
}

/** Percent-encoded: Windows names an item SERVICE/ACCOUNT, and there a slash in the account could mean another service. */
function accountOf({ name }: RecordReference): string {
  return encodeURIComponent(name);
}

function notKept(type: SecretRecordType): BitbranchError {
  return new BitbranchError(
    'store_unavailable',
    `The keychain accepted the ${type} but did not give it back.`,
    { hint: 'Unlock the keychain, make sure that no other program changes it, and try again.' },
  );
}
