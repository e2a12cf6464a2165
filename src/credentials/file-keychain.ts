import * as v from 'valibot';
import { BitbranchError } from '../errors.ts';
import {
  decrypt,
  deriveKey,
  EncryptedFileError,
  encrypt,
  type Key,
  type KeyParameters,
  keyParametersOf,
  newKeyParameters,
  type RandomBytes,
  recommendedCost,
} from './encrypted-file.ts';
import type { Keychain } from './keychain.ts';
import type { AskPassphrase, PassphraseQuestion } from './passphrase.ts';

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

interface Item {
  readonly service: string;
  readonly account: string;
  readonly secret: string;
}

interface OpenedFile {
  readonly key: Key;
  readonly items: readonly Item[];
}

const itemsSchema: v.GenericSchema<unknown, Item[]> = v.array(
  v.object({ service: v.string(), account: v.string(), secret: v.string() }),
);

export interface FileKeychain extends Omit<Keychain, 'prepare'> {
  /** Asks for the passphrase of a file that exists. */
  open(): Promise<void>;
}

/** An encrypted file that works like a keychain. */
export function createFileKeychain({
  file,
  askPassphrase,
  random,
  cost = recommendedCost,
}: FileStoreOptions): FileKeychain {
  const { derived, keyOf } = keyDerivation(askPassphrase);
  let ofNewFile: KeyParameters | undefined;

  async function open(content: Uint8Array | null): Promise<OpenedFile> {
    if (content === null) {
      ofNewFile ??= newKeyParameters(cost, random);
      const question = { path: file.path, isNew: true, opens: async () => true };
      return { key: await keyOf(ofNewFile, question), items: [] };
    }
    try {
      const parameters = keyParametersOf(content);
      const opens = async (passphrase: string) =>
        isKeyOf(content, await derived(passphrase, parameters));
      const key = await keyOf(parameters, { path: file.path, isNew: false, opens });
      return { key, items: v.parse(itemsSchema, JSON.parse(decrypt(content, key))) };
    } catch (error) {
      throw error instanceof EncryptedFileError ? notOpened(file.path, error) : error;
    }
  }

  async function update(
    change: (items: readonly Item[]) => readonly Item[] | null,
  ): Promise<boolean> {
    await open(await file.read()); // for the key: nobody should wait for the lock while a person types
    return file.update(async (content) => {
      const { key, items } = await open(content);
      const changed = change(items);
      return changed && encrypt(JSON.stringify(changed), key, random);
    });
  }

  return {
    async open() {
      const content = await file.read();
      if (content !== null) await open(content);
    },

    async get(service, account) {
      const content = await file.read();
      if (content === null) return null;
      const { items } = await open(content);
      return items.find(at(service, account))?.secret ?? null;
    },

    async set(service, account, secret) {
      await update((items) => [
        ...items.filter((item) => !at(service, account)(item)),
        { service, account, secret },
      ]);
    },

    async delete(service, account) {
      if ((await file.read()) === null) return false;
      return update((items) => {
        const others = items.filter((item) => !at(service, account)(item));
        return others.length < items.length ? others : null;
      });
    },
  };
}

function at(service: string, account: string): (item: Item) => boolean {
  return (item) => item.service === service && item.account === account;
}

/** Asks once in the life of a process, and derives each key once. */
function keyDerivation(askPassphrase: AskPassphrase) {
  let given: Promise<string> | undefined;
  const keys = new Map<string, Promise<Key>>();

  function derived(passphrase: string, parameters: KeyParameters): Promise<Key> {
    const id = JSON.stringify([parameters.salt, passphrase]);
    const key = keys.get(id) ?? deriveKey(passphrase, parameters);
    keys.set(id, key);
    return key;
  }

  async function keyOf(parameters: KeyParameters, question: PassphraseQuestion): Promise<Key> {
    given ??= askPassphrase(question);
    return derived(await given, parameters);
  }

  return { derived, keyOf };
}

function isKeyOf(content: Uint8Array, key: Key): boolean {
  try {
    decrypt(content, key);
    return true;
  } catch (error) {
    if (error instanceof EncryptedFileError && error.reason === 'wrong-key') return false;
    throw error;
  }
}

function notOpened(path: string, { reason }: EncryptedFileError): BitbranchError {
  switch (reason) {
    case 'wrong-key':
      return new BitbranchError('store_locked', `The passphrase does not open ${path}.`, {
        hint: 'Give the passphrase that the file was made with (BITBRANCH_PASSPHRASE). If it is lost, remove the file and sign in again.',
      });
    case 'newer':
      return new BitbranchError(
        'store_unavailable',
        `A newer version of bitbranch wrote ${path}.`,
        { hint: 'Upgrade bitbranch, or set BITBRANCH_CONFIG_DIR to another directory.' },
      );
    case 'damaged':
      return new BitbranchError('store_unavailable', `The credential file ${path} is damaged.`, {
        hint: 'Restore it from a backup, or remove it and sign in again.',
      });
  }
}
