import type { Host } from '../bitbucket/hosts.ts';
import type { Credential } from '../credentials/credential.ts';
import type { StoreName } from '../credentials/credential-store.ts';
import type { AccountSettings, HostSettings, Settings } from '../credentials/settings.ts';
import { BitbranchError } from '../errors.ts';
import { accountFlag, type CommandHost, loginCommand } from '../host-command.ts';

/** What is remembered of a host; undefined for one never seen. */
export function settingsOf(settings: Settings, hostUrl: string): HostSettings | undefined {
  return Object.hasOwn(settings.hosts, hostUrl) ? settings.hosts[hostUrl] : undefined;
}

/** What is remembered of an account; undefined for one that is not signed in. */
export function accountSettings(
  settings: Settings,
  hostUrl: string,
  name: string,
): AccountSettings | undefined {
  const accounts = settingsOf(settings, hostUrl)?.accounts ?? {};
  return Object.hasOwn(accounts, name) ? accounts[name] : undefined;
}

/** Base URLs of the hosts that have an account signed in. */
export function signedInHosts(settings: Settings): readonly string[] {
  return Object.entries(settings.hosts)
    .filter(([, host]) => Object.keys(host.accounts).length > 0)
    .map(([url]) => url);
}

/** An account that was asked for, and by what. */
export interface AccountWish {
  readonly name: string;
  readonly rule:
    | '--account'
    | 'BITBRANCH_ACCOUNT'
    | 'bitbranch.account in git config'
    | 'the calling program';
}

export interface ChosenAccount {
  readonly name: string;
  readonly rule:
    | AccountWish['rule']
    | 'the only account at this host'
    | 'the account last signed in';
}

/**
 * The account to use at a host: the one asked for, else the only one, else the one last signed in.
 * @throws {BitbranchError} `sign_in_needed` when there is none, or not the one asked for
 */
export function chooseAccount(
  settings: Settings,
  host: CommandHost,
  wish: AccountWish | undefined,
): ChosenAccount {
  const known = settingsOf(settings, host.url);
  const names = Object.keys(known?.accounts ?? {});
  if (wish !== undefined) {
    if (names.includes(wish.name)) return wish;
    throw notSignedIn(host, wish, names);
  }
  const [first, ...others] = names;
  if (first === undefined) throw notSignedIn(host, undefined, names);
  if (others.length === 0) return { name: first, rule: 'the only account at this host' };
  return { name: known?.lastAccount ?? first, rule: 'the account last signed in' };
}

function notSignedIn(
  host: CommandHost,
  wish: AccountWish | undefined,
  names: readonly string[],
): BitbranchError {
  const signedIn = names.length === 0 ? '' : ` Signed in there: ${names.join(', ')}.`;
  const who =
    wish === undefined
      ? `Nobody is signed in to ${host.url}.`
      : `${wish.name}, the account asked for by ${wish.rule}, is not signed in to ${host.url}.`;
  return new BitbranchError('sign_in_needed', `${who}${signedIn}`, {
    hint: `Sign in with: ${loginCommand(host, wish === undefined ? [] : accountFlag(wish.name))}`,
  });
}

/** The settings once somebody has signed in. */
export function withSignIn(
  settings: Settings,
  credential: Credential,
  store: StoreName,
  signedInAt: Date,
): Settings {
  const { account, host, kind, protocol } = credential;
  const known = settingsOf(settings, host);
  const entry = {
    displayName: account.displayName,
    protocol,
    store,
    signedInAt: signedInAt.toISOString(),
  };
  return withHost(settings, host, {
    ...known,
    kind,
    protocol,
    accounts: { ...known?.accounts, [account.name]: entry },
    lastAccount: account.name,
  });
}

/** The settings once the sign-out of an account has begun. */
export function withLeaving(settings: Settings, hostUrl: string, name: string): Settings {
  const known = settingsOf(settings, hostUrl);
  const account = accountSettings(settings, hostUrl, name);
  if (known === undefined || account === undefined) return settings;
  const accounts = { ...known.accounts, [name]: { ...account, leaving: true as const } };
  return withHost(settings, hostUrl, { ...known, accounts });
}

/**
 * The settings once an account was signed out; its host and consumer stay known. The repositories seen there are forgotten
 * with the last account.
 */
export function withoutAccount(settings: Settings, hostUrl: string, name: string): Settings {
  const known = settingsOf(settings, hostUrl);
  if (known === undefined) return settings;
  const { lastAccount, repositories, ...rest } = known;
  const accounts = Object.fromEntries(
    Object.entries(known.accounts).filter(([key]) => key !== name),
  );
  const [next] = Object.keys(accounts);
  const last = lastAccount === name ? next : lastAccount;
  return withHost(settings, hostUrl, {
    ...rest,
    accounts,
    ...(last === undefined ? {} : { lastAccount: last }),
    ...(repositories === undefined || next === undefined ? {} : { repositories }),
  });
}

/** The settings once a sign-in came back to this port, which was registered. */
export function withCallbackPort(
  settings: Settings,
  hostUrl: string,
  callbackPort: number,
): Settings {
  const known = settingsOf(settings, hostUrl);
  if (known === undefined) return settings;
  return withHost(settings, hostUrl, { ...known, callbackPort });
}

/** The settings once the first of the two commands of a sign-in has run. */
export function withPending(settings: Settings, host: Host, pendingIn: StoreName): Settings {
  const known = settingsOf(settings, host.url);
  return withHost(settings, host.url, { accounts: {}, ...known, kind: host.kind, pendingIn });
}

/** The settings once no sign-in to a host waits for its second command. */
export function withoutPending(settings: Settings, hostUrl: string): Settings {
  const known = settingsOf(settings, hostUrl);
  if (known?.pendingIn === undefined) return settings;
  const { pendingIn: _, ...rest } = known;
  return withHost(settings, hostUrl, rest);
}

/** The settings with what is now remembered of a host. */
export function withHost(settings: Settings, hostUrl: string, host: HostSettings): Settings {
  return { ...settings, hosts: { ...settings.hosts, [hostUrl]: host } };
}
