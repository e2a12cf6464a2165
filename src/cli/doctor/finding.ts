import type { BitbranchError } from '../../errors.ts';

/** What a check resolves to; a failure is thrown as the BitbranchError that it would be for another command. */
export interface Finding {
  readonly result: 'ok' | 'warning';
  /** One plain sentence. */
  readonly detail: string;
  /** The next step to take. */
  readonly hint: string | null;
}

export interface Failure {
  readonly result: 'failure';
  readonly error: BitbranchError;
}

export type Outcome = Finding | Failure;

/** A check that was begun; it never rejects but for an interruption. */
export interface Check {
  readonly name: CheckName;
  readonly outcome: Promise<Outcome>;
}

export const checkNames = [
  'node',
  'git',
  'settings',
  'keychain',
  'browser',
  'callback',
  'proxy',
  'certificates',
  'host',
  'clock',
  'credential',
] as const;

export type CheckName = (typeof checkNames)[number];

export function ok(detail: string): Finding {
  return { result: 'ok', detail, hint: null };
}

export function warning(detail: string, hint: string | null): Finding {
  return { result: 'warning', detail, hint };
}
