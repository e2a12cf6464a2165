import type { Consumer, Credential } from './credential.ts';
import type { PendingSignIn } from './pending-sign-in.ts';

/** The kinds of secret record and their shapes. */
export interface SecretRecords {
  /** Named by account. */
  credential: Credential;
  /** Named by consumer key. */
  consumer: Consumer;
  /** One a host, of any name. */
  pending: PendingSignIn;
}

export type SecretRecordType = keyof SecretRecords;

/** Where one record lies. */
export interface RecordReference<T extends SecretRecordType = SecretRecordType> {
  readonly type: T;
  /** Base URL of the host that the record was made for. */
  readonly host: string;
  readonly name: string;
}

export const storeNames = ['keychain', 'file'] as const;

export type StoreName = (typeof storeNames)[number];

/**
 * Keeps secret records. All methods reject with a BitbranchError of code `store_unavailable` or `store_locked` when the
 * store can't do its work, each within its deadline; there is no second place where a secret would then go.
 */
export interface CredentialStore {
  /** What `--store` calls it. */
  readonly name: StoreName;
  /** What it is called on this system, for people: "the system keychain (Secret Service)", or the file's path. */
  readonly description: string;
  /** Starts what a later call will need, without waiting for it; makes the first call faster. */
  prepare(): void;
  /** Asks the person for what opens the store, if there is anything to ask, so that nobody waits for that later on. */
  open(): Promise<void>;
  /** Null where there is no such record, or where a locked keychain hides it. */
  read<T extends SecretRecordType>(reference: RecordReference<T>): Promise<SecretRecords[T] | null>;
  /** Resolves once the record was read back and is the one written. */
  write<T extends SecretRecordType>(
    reference: RecordReference<T>,
    record: SecretRecords[T],
  ): Promise<void>;
  /** True when there was something to remove. */
  remove(reference: RecordReference): Promise<boolean>;
}
