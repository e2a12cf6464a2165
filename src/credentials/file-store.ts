import type { CredentialStore } from './credential-store.ts';
import type { RandomBytes } from './encrypted-file.ts';
import { createItemStore } from './item-store.ts';
import type { Keychain } from './keychain.ts';
import type { AskPassphrase } from './passphrase.ts';

/** A file that nobody but its owner can read or change. */
export interface SecretFile {
  readonly path: string;
  /** Null where there is no such file. */
  read(): Promise<Uint8Array | null>;
  /**
   * Reads, changes and writes under a lock across processes. A change to null leaves the file as it is.
   * @returns whether it was written
   */
  update(change: (content: Uint8Array | null) => Promise<Uint8Array | null>): Promise<boolean>;
}

export interface FileStoreOptions {
  readonly file: SecretFile;
  readonly askPassphrase: AskPassphrase;
  readonly random: RandomBytes;
  /** N of scrypt for a new file. */
  readonly cost?: number;
}

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
