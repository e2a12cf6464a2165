// What git and its credential helpers say to each other: lines of `key=value`.
// https://git-scm.com/docs/git-credential#IOFMT
import type { GitCredential } from '../../auth/git-credential.ts';
import { BitbranchError } from '../../errors.ts';

/** What git tells of the credential that it asks for, or has used; undefined for what it does not tell. */
export interface CredentialQuery {
  readonly protocol: string | undefined;
  /** With the port, where there is one. */
  readonly host: string | undefined;
  /** Only with `credential.useHttpPath`, and without a slash in front. */
  readonly path: string | undefined;
  readonly username: string | undefined;
  /** What was used: a password, or the credential of another scheme than Basic. */
  readonly secret: string | undefined;
  /** Whether git can send other schemes than Basic: the capability `authtype`. */
  readonly takesBearer: boolean;
}

/** Far more than git writes, even with long challenges in `wwwauth[]`. */
const limit = 256 * 1024;

/**
 * Reads a query up to its first empty line. Keys that are not known are passed over, since git adds some.
 * @throws {BitbranchError} `usage` for what git does not write; nothing of it is shown, since it may be secret
 */
export function parseQuery(text: string): CredentialQuery {
  if (text.length > limit) throw notFromGit('it is too long');
  const end = /^\n|\n\n/.exec(text);
  const lines = (end === null ? text : text.slice(0, end.index)).split('\n').filter(Boolean);
  const values = new Map<string, string>();
  const capabilities: string[] = [];
  for (const line of lines) {
    const [, key, value = ''] = /^([^=]+)=(.*)$/s.exec(line) ?? [];
    if (key === undefined) throw notFromGit('a line has no "="');
    if (hasForeignCharacter(line)) throw notFromGit('it holds NUL or a carriage return');
    if (key === 'capability[]') capabilities.push(value);
    else values.set(key, value);
  }
  return {
    protocol: values.get('protocol'),
    host: values.get('host'),
    path: values.get('path'),
    username: values.get('username'),
    secret: values.get('password') ?? values.get('credential'),
    takesBearer: capabilities.includes('authtype'),
  };
}

/**
 * The answer to a query.
 * @param expiresAt ISO 8601; null where nothing is known
 * @throws {BitbranchError} `usage` for a secret that would break out of its line
 */
export function formatAnswer(credential: GitCredential, expiresAt: string | null): string {
  const pairs =
    credential.scheme === 'Basic'
      ? { username: credential.username, password: credential.password }
      : { 'capability[]': 'authtype', authtype: 'Bearer', credential: credential.token };
  const lines = Object.entries({ ...pairs, ...expiry(expiresAt) }).map(
    ([key, value]) => `${key}=${value}`,
  );
  if (lines.some((line) => /[\n\r\0]/.test(line))) {
    throw new BitbranchError('usage', 'The stored token holds characters that no token has.', {
      hint: 'Sign in again with the token alone, without line breaks.',
    });
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** In whole seconds since 1970. */
function expiry(expiresAt: string | null): { password_expiry_utc?: string } {
  if (expiresAt === null) return {};
  return { password_expiry_utc: String(Math.floor(Date.parse(expiresAt) / 1000)) };
}

function hasForeignCharacter(line: string): boolean {
  return line.includes('\0') || line.includes('\r');
}

function notFromGit(why: string): BitbranchError {
  return new BitbranchError('usage', `Standard input is not what git writes: ${why}.`, {
    hint: 'git runs this command itself; set it up with: bitbranch login --setup-git',
  });
}
