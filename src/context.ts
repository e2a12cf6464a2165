import type { CredentialStore, StoreName } from './credentials/credential-store.ts';
import type { SettingsStore } from './credentials/settings.ts';
import type { BitbranchError } from './errors.ts';

/** Environment variables, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Output {
  readonly isTerminal: boolean;
  /** Whether another program reads it. */
  readonly isPipe: boolean;
  /** Width in columns; 80 where it is not a terminal. */
  readonly columns: number;
  /**
   * Writes text (as UTF-8) or bytes, and resolves once the stream can take more.
   * @throws {ClosedPipe} when nobody reads any longer (`| head`).
   */
  write(data: string | Uint8Array): Promise<void>;
}

/** Thrown by {@link Output.write} when the reader has gone; the program then ends quietly. */
export class ClosedPipe extends Error {}

export interface Terminal {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Whether a person can be asked: stdin and stderr are both terminals. */
  readonly isInteractive: boolean;
  /** Asks on stderr and resolves with the line typed, without its newline. `hidden` does not echo. */
  prompt(question: string, options?: { hidden?: boolean; signal?: AbortSignal }): Promise<string>;
  /** All of stdin as UTF-8 text. */
  readStdin(): Promise<string>;
}

export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Rejects with the signal's reason as soon as it is aborted. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

export interface Random {
  /** Bytes from a cryptographically secure source. */
  bytes(length: number): Uint8Array;
}

export interface Files {
  /**
   * A file's content as UTF-8 text.
   * @throws {BitbranchError} `usage` when it can't be read
   */
  readText(path: string): Promise<string>;
}

export interface HttpRequest {
  readonly method: string;
  /** Absolute http or https URL. It is sent as the URL standard spells it (`new URL(url).href`): plus signs and escapes stay. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpResponse {
  readonly status: number;
  /** The URL that was asked; redirects are never followed by the client itself. */
  readonly url: string;
  header(name: string): string | null;
  /** Every header, names in lower case, in the order in which they came. */
  headers(): Iterable<readonly [name: string, value: string]>;
  /** The whole body as UTF-8 text. */
  text(): Promise<string>;
  /** The body as it arrives, decompressed. */
  chunks(): AsyncIterable<Uint8Array>;
}

export interface HttpClient {
  /** Gets ready for a request to this URL's origin, as far as connecting to it, without waiting for that. */
  prepare(url: string): void;
  /**
   * Sends one request and resolves with whatever the server answered, redirects included.
   * @throws {BitbranchError} `network` or `timeout`, `usage` where the environment names no usable proxy; nothing else.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
}

export interface Browser {
  /**
   * Asks the desktop to show an http(s) URL. Resolves when the opener was started, which does not prove that a page is shown.
   * @param onFailure told once where the opener then ends with a failure; nobody waits for one that goes on running
   * @throws {BitbranchError} when there is nothing to open it with.
   */
  open(url: string, command?: string, onFailure?: (error: BitbranchError) => void): Promise<void>;
  /**
   * The program that {@link open} starts: a path, or a name to be found on PATH.
   * @throws {BitbranchError} `usage` for what is not one command
   */
  program(command?: string): Promise<string>;
}

/** The machine and the Node that the program runs on. */
export interface System {
  /** Such as `20.19.0`. */
  readonly nodeVersion: string;
  /** Such as `x64`. */
  readonly architecture: string;
  /** Path of a program that is given by a path, or by a name to be found on PATH; null where there is none. */
  findProgram(program: string): Promise<string | null>;
  /** Permission bits of a file or directory, such as 0o600; null where there is none, and on Windows, which has no such bits. */
  permissions(path: string): Promise<number | null>;
  /**
   * The proxy by way of which a URL is asked, and the environment variable that names it; null where it is asked directly.
   * @throws {BitbranchError} `usage` for a variable that names no proxy that can be used
   */
  proxyFor(url: string): Promise<{ readonly host: string; readonly variable: string } | null>;
}

export interface Git {
  /** Fetch URLs by remote name; empty outside a repository. */
  remotes(): Promise<ReadonlyMap<string, string>>;
  /** A value of the configuration that applies here; undefined outside a repository, and where it is not set. */
  config(key: string): Promise<string | undefined>;
  /** Every value of a key in the person's own (`--global`) configuration, in order. */
  globalValues(key: string): Promise<readonly string[]>;
  /**
   * Puts these values in the place of all that a key has there.
   * @throws {BitbranchError} `usage` when git can't do it
   */
  setGlobalValues(key: string, values: readonly string[]): Promise<void>;
}

/** Locks across all processes that share a configuration directory. */
export interface Locks {
  /**
   * Runs `work` while nobody else runs work under that name. A holder that was killed is replaced after some seconds, a slow
   * one that lives is waited for.
   * @param signal ends the waiting, not the work
   * @throws {BitbranchError} `timeout` when another process has held the lock for a minute, `usage` where none can be made
   */
  withLock<T>(name: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/** A line of `--verbose`; secrets are redacted before it reaches stderr. */
export type Trace = (message: string) => void;

/**
 * Every side effect that the program has. `main` builds the real one, tests build theirs; nothing below `main`
 * touches a clock, a random source, a socket, a file or a process in another way.
 */
export interface Context {
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
  /** What starts this very program: Node and a script, by absolute paths. */
  readonly ownCommand: readonly string[];
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly random: Random;
  /** A new RSA private key of 3072 bits: PKCS#8 in PEM. */
  newPrivateKey(): Promise<string>;
  readonly http: HttpClient;
  readonly browser: Browser;
  readonly git: Git;
  readonly system: System;
  readonly files: Files;
  /** The same store for each call of the same name. */
  storeNamed(name: StoreName): CredentialStore;
  readonly settings: SettingsStore;
  readonly locks: Locks;
  readonly trace: Trace;
  /** Tells the person on stderr something that is no error. */
  note(sentence: string): Promise<void>;
  /** Aborted by SIGINT or SIGTERM, with the BitbranchError as its reason. */
  readonly interrupted: AbortSignal;
}
