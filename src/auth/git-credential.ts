import type { Credential, OAuth2Credential, TokenCredential } from '../credentials/credential.ts';
import { BitbranchError } from '../errors.ts';
import { unnamedAccount } from './sign-in-attempt.ts';
import { isBasic } from './token-session.ts';

/** What git sends for a person: a password (RFC 7617), or a bearer token (RFC 6750). */
export type GitCredential = GitPassword | GitBearer;

export interface GitPassword {
  readonly scheme: 'Basic';
  readonly username: string;
  readonly password: string;
}

export interface GitBearer {
  readonly scheme: 'Bearer';
  readonly token: string;
}

/** The credentials that git can send; OAuth 1.0a would have it sign each request. */
export type CredentialForGit = OAuth2Credential | TokenCredential;

export function isForGit(credential: Credential): credential is CredentialForGit {
  return credential.protocol !== 'oauth1';
}

/** The secret of a credential as git is given it, and as git names it when it was refused. */
export function secretForGit(credential: CredentialForGit): string {
  return credential.protocol === 'oauth2'
    ? credential.accessToken
    : tokenParts(credential.token).secret;
}

/**
 * What a kind of host takes for a credential.
 * @param takesBearer whether git can send a bearer token, which it can since 2.46
 * @see https://support.atlassian.com/bitbucket-cloud/docs/using-api-tokens/ and
 * https://confluence.atlassian.com/bitbucketserver/http-access-tokens-939515499.html
 * @throws {BitbranchError} `usage` for a credential of no user at a Data Center, which takes such as a bearer token only
 */
export function gitCredential(credential: CredentialForGit, takesBearer: boolean): GitCredential {
  const { kind, account, host } = credential;
  const password = secretForGit(credential);
  const email = credential.protocol === 'token' ? tokenParts(credential.token).email : null;
  if (kind === 'cloud') {
    const username = email === null ? 'x-token-auth' : 'x-bitbucket-api-token-auth';
    return { scheme: 'Basic', username, password };
  }
  if (email !== null) return { scheme: 'Basic', username: email, password };
  if (takesBearer) return { scheme: 'Bearer', token: password };
  if (account.name !== unnamedAccount.name) {
    return { scheme: 'Basic', username: account.name, password };
  }
  throw new BitbranchError(
    'usage',
    `${host} takes this credential as a bearer token only, which this git can't send.`,
    { hint: 'Use git 2.46 or newer, or sign in with a token of a user.' },
  );
}

/** The two parts of `email:api-token`; everything else is a bearer token. */
function tokenParts(token: string): { readonly email: string | null; readonly secret: string } {
  if (!isBasic(token)) return { email: null, secret: token };
  const colon = token.indexOf(':');
  return { email: token.slice(0, colon), secret: token.slice(colon + 1) };
}
