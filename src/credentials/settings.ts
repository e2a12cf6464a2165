import type { HostKind, Protocol } from './credential.ts';
import type { StoreName } from './credential-store.ts';

/** What is remembered of one account besides its secret. */
export interface AccountSettings {
  readonly displayName: string | null;
  readonly protocol: Protocol;
  /** The store that holds the secret: a store that then answers null is locked, or the secret was removed behind our back. */
  readonly store: StoreName;
  /** ISO 8601, UTC. */
  readonly signedInAt: string;
  /** A sign-out has begun: a store that then answers null has done its part of it. */
  readonly leaving?: true;
}

export interface HostSettings {
  readonly kind: HostKind;
  /** Key of the consumer whose secret the store holds. */
  readonly consumerKey?: string;
  /** Keys of further consumers whose secrets the store holds. */
  readonly otherConsumerKeys?: readonly string[];
  /** How somebody signed in last. */
  readonly protocol?: Protocol;
  /** The port in the redirect URI of the last sign-in that was given one. */
  readonly callbackPort?: number;
  readonly accounts: Readonly<Record<string, AccountSettings>>;
  /** The store that holds a sign-in between its two commands. */
  readonly pendingIn?: StoreName;
  /** Name of the account last signed in. */
  readonly lastAccount?: string;
  /** `workspace/slug` of repositories whose branches were listed, the newest first; for completion. */
  readonly repositories?: readonly string[];
}

/** The settings file: everything that is remembered and is no secret. Hosts are keyed by their base URL. */
export interface Settings {
  readonly version: 1;
  readonly hosts: Readonly<Record<string, HostSettings>>;
}

export const emptySettings: Settings = { version: 1, hosts: {} };

export interface SettingsStore {
  /** Path of the file, for messages. */
  readonly path: string;
  /**
   * The settings as stored; {@link emptySettings} where there is no file.
   * @throws {BitbranchError} `usage` when the file can't be read, is not ours, or was written by a newer version.
   */
  read(): Promise<Settings>;
  /** Reads, changes and writes under a lock across processes, so that parallel sign-ins don't lose each other's entries. */
  update(change: (settings: Settings) => Settings): Promise<void>;
  /**
   * Writes beside the file as much as a change would, and takes it away again.
   * @param interrupted ends the waiting for another process that writes
   * @throws {BitbranchError} `usage` when that fails
   */
  probe(interrupted?: AbortSignal): Promise<void>;
}
