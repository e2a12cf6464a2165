import { accountSettings, chooseAccount, signedInHosts } from '../../auth/accounts.ts';
import { unnamedAccount } from '../../auth/sign-in-attempt.ts';
import { storedCredential, storeOfAccount } from '../../auth/stored-credential.ts';
import { type Host, hostAt, isBitbucketOrg, parseHostUrl } from '../../bitbucket/hosts.ts';
import type { Context } from '../../context.ts';
import type { Credential } from '../../credentials/credential.ts';
import type { CredentialStore } from '../../credentials/credential-store.ts';
import type { Settings } from '../../credentials/settings.ts';
import { BitbranchError } from '../../errors.ts';
import { accountWish } from '../account-choice.ts';
import type { Arguments } from '../arguments.ts';
import { namedHost } from '../host-choice.ts';
import { chosenStore, option } from '../options.ts';
import type { CredentialQuery } from './credential-protocol.ts';

export interface FoundCredential {
  readonly host: Host;
  readonly credential: Credential;
  /** Where a renewed one is kept. */
  readonly store: CredentialStore;
}

/**
 * The credential that git's query is about: BITBRANCH_TOKEN when it is set, else the stored one; null for a host or
 * account that is not ours to answer for.
 * @throws {BitbranchError} `sign_in_needed` for an account that was asked for and is not signed in, or what the store throws
 */
export async function findCredential(
  query: CredentialQuery,
  args: Arguments,
  context: Context,
): Promise<FoundCredential | null> {
  const settings = await context.settings.read();
  if (context.env['BITBRANCH_TOKEN']) return givenToken(query, settings, args, context);
  const hostUrl = onlyMatch(query, signedInHosts(settings));
  if (hostUrl === null) return null;
  const { username } = query;
  const isNamed = username !== undefined && !commonUserNames.has(username);
  if (isNamed && accountSettings(settings, hostUrl, username) === undefined) return null;
  const name = isNamed
    ? username
    : chooseAccount(settings, { url: hostUrl }, await accountWish(args, context)).name;
  const store = storeOfAccount(settings, hostUrl, name, context);
  const credential = await storedCredential(hostUrl, name, store, settings);
  return { host: hostAt(hostUrl, credential.kind), credential, store };
}

/** The user names that stand beside tokens of anybody. */
const commonUserNames = new Set(['x-token-auth', 'x-bitbucket-api-token-auth']);

/** The token of the environment goes to the host that was named along with it, and to no other one that git asks about. */
async function givenToken(
  query: CredentialQuery,
  settings: Settings,
  args: Arguments,
  context: Context,
): Promise<FoundCredential | null> {
  const { env, note } = context;
  const host = namedHost({ args, env, settings });
  if (host === undefined || !isAbout(query, host.url)) {
    const known = signedInHosts(settings).find((url) => isAbout(query, url)) ?? bitbucketOrg(query);
    if (known === undefined) return null;
    await note(
      `bitbranch: BITBRANCH_TOKEN is set, but BITBRANCH_HOST does not say that it is for ${known}.`,
    );
    return null;
  }
  const name = option(args, env, 'account') ?? query.username ?? unnamedAccount.name;
  const credential = {
    protocol: 'token',
    host: host.url,
    kind: host.kind,
    account: { name, displayName: null },
    expiresAt: null,
    token: env['BITBRANCH_TOKEN'] ?? '',
  } as const;
  return { host, credential, store: chosenStore(args, context) };
}

function bitbucketOrg(query: CredentialQuery): string | undefined {
  const url = originOf(query);
  return url !== null && isBitbucketOrg(url) ? url : undefined;
}

/** @throws {BitbranchError} `usage` for several, which differ in their context paths alone */
function onlyMatch(query: CredentialQuery, hostUrls: readonly string[]): string | null {
  const matches = hostUrls.filter((url) => isAbout(query, url));
  const [first = null, ...others] = matches.sort((a, b) => b.length - a.length);
  if (first === null || others.length === 0 || query.path !== undefined) return first;
  throw new BitbranchError('usage', `git does not say which one it means: ${matches.join(', ')}.`, {
    hint: `Have it tell the path: git config --global credential.${originOf(query)}.useHttpPath true`,
  });
}

/** Whether a query can be about a repository of the host; git mostly tells no path. */
function isAbout(query: CredentialQuery, hostUrl: string): boolean {
  const { origin, pathname } = new URL(hostUrl);
  if (originOf(query) !== origin) return false;
  const contextPath = pathname.replace(/\/$/, '');
  return query.path === undefined || `/${query.path}`.startsWith(`${contextPath}/`);
}

/** Null for what no credential is ever sent to, such as http beyond loopback. */
function originOf({ protocol, host }: CredentialQuery): string | null {
  if (protocol === undefined || host === undefined || /[/?#@\\\s]/.test(host)) return null;
  try {
    return parseHostUrl(`${protocol}://${host}`);
  } catch (error) {
    if (error instanceof BitbranchError) return null;
    throw error;
  }
}
