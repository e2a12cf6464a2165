import { BitbranchError } from '../errors.ts';

export type SystemError = Error & { readonly code: string };

/** An error of the operating system, such as a missing permission; BitbranchErrors have a code too. */
export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && !(error instanceof BitbranchError);
}

/** "permission denied" of "EACCES: permission denied, open '/x'". */
export function reasonOf(error: SystemError): string {
  return /^\w+: ([^,]+)/.exec(error.message)?.[1] ?? error.code;
}
