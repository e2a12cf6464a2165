import type { CredentialStore } from './credential-store.ts';
import type { FileStoreOptions } from './file-keychain.ts';
import { createItemStore } from './item-store.ts';
import type { Keychain } from './keychain.ts';

type Items = Omit<Keychain, 'prepare'>;

/** One encrypted file as a credential store. What it needs is loaded when it is used, which is seldom. */
export function createFileStore(options: FileStoreOptions): CredentialStore {
  let loaded: Promise<Items> | undefined;
  async function load(): Promise<Items> {
    const { createFileKeychain } = await import('./file-keychain.ts');
    return createFileKeychain(options);
  }
  function keychain(): Promise<Items> {
    loaded ??= load();
    return loaded;
  }
  return createItemStore({
    name: 'file',
    description: `the encrypted file ${options.file.path}`,
    items: {
      prepare: () => {},
      get: async (...item) => (await keychain()).get(...item),
      set: async (...item) => (await keychain()).set(...item),
      delete: async (...item) => (await keychain()).delete(...item),
    },
  });
}
