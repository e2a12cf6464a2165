import type { CredentialStore } from './credential-store.ts';
import type { FileKeychain, FileStoreOptions } from './file-keychain.ts';
import { createItemStore } from './item-store.ts';

/** One encrypted file as a credential store. What it needs is loaded when it is used, which is seldom. */
export function createFileStore(options: FileStoreOptions): CredentialStore {
  let loaded: Promise<FileKeychain> | undefined;
  async function load(): Promise<FileKeychain> {
    const { createFileKeychain } = await import('./file-keychain.ts');
    return createFileKeychain(options);
  }
  function keychain(): Promise<FileKeychain> {
    loaded ??= load();
    return loaded;
  }
  return createItemStore({
    name: 'file',
    description: `the encrypted file ${options.file.path}`,
    open: async () => (await keychain()).open(),
    items: {
      prepare: () => {},
      get: async (...item) => (await keychain()).get(...item),
      set: async (...item) => (await keychain()).set(...item),
      delete: async (...item) => (await keychain()).delete(...item),
    },
  });
}
