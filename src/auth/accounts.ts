import type { Credential } from '../credentials/credential.ts';
import type { HostSettings, Settings } from '../credentials/settings.ts';
import { BitbranchError } from '../errors.ts';

/** What is remembered of a host; undefined for one never seen. */
export function settingsOf(settings: Settings, hostUrl: string): HostSettings | undefined {
  return Object.hasOwn(settings.hosts, hostUrl) ? settings.hosts[hostUrl] : undefined;
}

/** Base URLs of the hosts that have an account signed in. */
export function signedInHosts(settings: Settings): readonly string[] {
  return Object.entries(settings.hosts)
    .filter(([, host]) => Object.keys(host.accounts).length > 0)
    .map(([url]) => url);
}

/**
 * The account to use at a host: the one asked for, else the only one, else the one last signed in.
 * @throws {BitbranchError} `sign_in_needed` when there is none, or not the one asked for
 */
export function chooseAccount(
  settings: Settings,
  hostUrl: string,
  requested: string | undefined,
): string {
  const host = settingsOf(settings, hostUrl);
  const names = Object.keys(host?.accounts ?? {});
  if (requested !== undefined) {
    if (names.includes(requested)) return requested;
    throw notSignedIn(hostUrl, requested, names);
  }
  const [first] = names;
  if (first === undefined) throw notSignedIn(hostUrl, undefined, names);
  return host?.lastAccount ?? first;
}

function notSignedIn(
  hostUrl: string,
  requested: string | undefined,
  names: readonly string[],
): BitbranchError {
  const who = requested === undefined ? 'Nobody is' : `The account "${requested}" is not`;
  const known = names.length === 0 ? '' : ` (signed in there: ${names.join(', ')})`;
  return new BitbranchError('sign_in_needed', `${who} signed in to ${hostUrl}${known}.`, {
    hint: `Sign in with: bitbranch login --host ${hostUrl}`,
  });
}

/** The settings once somebody has signed in. */
export function withSignIn(settings: Settings, credential: Credential, signedInAt: Date): Settings {
  const { account, host, kind, protocol } = credential;
  const known = settingsOf(settings, host);
  const entry = {
    displayName: account.displayName,
    protocol,
    store: 'keychain' as const,
    signedInAt: signedInAt.toISOString(),
  };
  return withHost(settings, host, {
    ...known,
    kind,
    ...('consumer' in credential ? { consumerKey: credential.consumer.key } : {}),
    accounts: { ...known?.accounts, [account.name]: entry },
    lastAccount: account.name,
  });
}

/** The settings once an account was signed out; its host and consumer stay known. */
export function withoutAccount(settings: Settings, hostUrl: string, name: string): Settings {
  const known = settingsOf(settings, hostUrl);
  if (known === undefined) return settings;
  const { lastAccount, ...rest } = known;
  const accounts = Object.fromEntries(
    Object.entries(known.accounts).filter(([key]) => key !== name),
  );
  const [next] = Object.keys(accounts);
  const last = lastAccount === name ? next : lastAccount;
  return withHost(settings, hostUrl, {
    ...rest,
    accounts,
    ...(last === undefined ? {} : { lastAccount: last }),
  });
}

function withHost(settings: Settings, hostUrl: string, host: HostSettings): Settings {
  return { ...settings, hosts: { ...settings.hosts, [hostUrl]: host } };
}
