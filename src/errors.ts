/**
 * Every way in which `bitbranch` ends, in one table: what the code means and the exit code that it gives.
 * The codes and exit codes are a promise to scripts; `bitbranch help exit-codes` and the README are made from this table.
 */
export const errorTable = {
  unexpected: { exitCode: 1, meaning: 'unexpected failure (a bug)' },
  usage: { exitCode: 2, meaning: 'the command line or a setting is wrong' },
  incomplete: { exitCode: 3, meaning: 'part of the result failed, the rest was printed' },
  sign_in_needed: { exitCode: 4, meaning: 'no credential, or it is no longer accepted' },
  sign_in_refused: { exitCode: 4, meaning: 'the server refused the sign-in' },
  sign_in_denied: { exitCode: 4, meaning: 'the person denied access' },
  not_found: { exitCode: 5, meaning: 'not found, or no permission to see it' },
  forbidden: { exitCode: 5, meaning: 'the credential lacks a permission' },
  network: { exitCode: 6, meaning: 'the server could not be reached' },
  server: { exitCode: 6, meaning: 'the server failed or answered nonsense' },
  timeout: { exitCode: 6, meaning: 'nothing came within the time allowed' },
  rate_limited: { exitCode: 7, meaning: 'rate limited' },
  store_unavailable: { exitCode: 8, meaning: 'the credential store is not available' },
  store_locked: { exitCode: 8, meaning: 'the credential store is locked' },
  interrupted: { exitCode: 130, meaning: 'stopped by SIGINT (Ctrl-C)' },
  terminated: { exitCode: 143, meaning: 'stopped by SIGTERM' },
} as const satisfies Record<string, { exitCode: number; meaning: string }>;

export type ErrorCode = keyof typeof errorTable;

export interface ErrorDetails {
  /** The next step to take, as one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** Given where the same request may succeed when it is sent again: the least time to wait before that, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Of the HTTP answer that was a refusal. */
  readonly status?: number;
}

/** Ends a hint whose next step is another sign-in; whoever knows the host gives the command for it as well. */
export const signInAgain = 'Sign in again.';

/** What is said of a failure should it come. */
export interface Explanation extends ErrorDetails {
  readonly sentence: string;
}

/** A failure that a person can be told about: one plain sentence, and the next step in `hint`. */
export class BitbranchError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly status: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'BitbranchError';
    this.code = code;
    this.hint = details.hint;
    this.retryAfterMs = details.retryAfterMs;
    this.status = details.status;
  }
}

/** The same failure for anything that was thrown: what is no BitbranchError is a bug of ours and says so. */
export function toBitbranchError(thrown: unknown): BitbranchError {
  if (thrown instanceof BitbranchError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new BitbranchError('unexpected', `Unexpected failure: ${message}`, {
    hint: 'This is a bug in bitbranch: run the command again with --verbose and report what it prints.',
    cause: thrown,
  });
}

export function exitCodeOf(error: BitbranchError): number {
  return errorTable[error.code].exitCode;
}
