import type { Random } from '../context.ts';
import type { CredentialStore } from './credential-store.ts';
import { createItemStore } from './item-store.ts';
import type { Keychain } from './keychain.ts';
import { splitItems } from './split-items.ts';

export interface KeychainStoreOptions {
  readonly keychain: Keychain;
  readonly platform: NodeJS.Platform;
  readonly random: Random;
}

/** CRED_MAX_CREDENTIAL_BLOB_SIZE is 2,560 bytes; the other systems have no limit that a credential could reach. */
const windowsItemLimitBytes = 2_500;

/** The system keychain as a credential store. */
export function createKeychainStore({
  keychain,
  platform,
  random,
}: KeychainStoreOptions): CredentialStore {
  return createItemStore({
    name: 'keychain',
    description: `the system keychain (${keychainNames[platform] ?? 'Secret Service'})`,
    items: platform === 'win32' ? splitItems(keychain, windowsItemLimitBytes, random) : keychain,
  });
}

const keychainNames: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'macOS Keychain',
  win32: 'Windows Credential Manager',
};
