import {
  accountSettings,
  settingsOf,
  signedInHosts,
  withLeaving,
  withoutAccount,
} from '../../auth/accounts.ts';
import { changingCredential, credentialReference } from '../../auth/stored-credential.ts';
import type { Host } from '../../bitbucket/hosts.ts';
import type { Context } from '../../context.ts';
import type { CredentialStore } from '../../credentials/credential-store.ts';
import type { AccountSettings, Settings } from '../../credentials/settings.ts';
import { BitbranchError } from '../../errors.ts';
import { hostCommand } from '../../host-command.ts';
import type { Arguments } from '../arguments.ts';
import { removeHelper } from '../git/helper-setup.ts';
import { type HostSources, namedHost, onlyHost } from '../host-choice.ts';
import { chosenStore, option } from '../options.ts';
import { say } from '../output/say.ts';

export async function run(args: Arguments, context: Context): Promise<void> {
  const { env } = context;
  const settings = await context.settings.read();
  const host = hostToLeave({ args, env, settings });
  const account = option(args, env, 'account') ?? onlyAccount(host, settings);
  if (host === undefined || account === undefined) {
    const where = host ? ` to ${host.name}` : '';
    return say([`Nothing to forget: nobody is signed in${where}.`], context);
  }
  const store = storeToEmpty(accountSettings(settings, host.url, account), args, context);
  await store.open();
  const isOut = await changingCredential(host.url, account, context, () =>
    forget(host, account, store, context),
  );
  if (!isOut) return;
  const isLeft = !signedInHosts(await context.settings.read()).includes(host.url);
  if (isLeft) await removeHelper(host, context);
}

/** Where the secret was put is known better than by BITBRANCH_STORE, which is for new ones. */
function storeToEmpty(
  known: AccountSettings | undefined,
  args: Arguments,
  context: Context,
): CredentialStore {
  return known === undefined || args.has('store')
    ? chosenStore(args, context)
    : context.storeNamed(known.store);
}

/** Forgets a credential and says what that means; resolves with whether its account is signed out. */
async function forget(
  host: Host,
  account: string,
  store: CredentialStore,
  context: Context,
): Promise<boolean> {
  const known = accountSettings(await context.settings.read(), host.url, account);
  const isInUse = known?.store === store.name;
  // So that whatever reads after a crash between the two finds somebody signed in or signed out.
  if (isInUse) await context.settings.update((now) => withLeaving(now, host.url, account));
  // Also where the settings know nothing: they may have been lost, and the secret not.
  const removed = await store.remove(credentialReference(host.url, account));
  if (isInUse) {
    await context.settings.update((current) => withoutAccount(current, host.url, account));
    if (!removed && !known.leaving) throw nothingRemoved(host, account, store);
  } else if (!removed) {
    const what = `${store.description} shows no credential of ${account} at ${host.name}`;
    await say([`Nothing to forget: ${what}.`], context);
    return false;
  } else if (known !== undefined) {
    const what = `the old credential of ${account} at ${host.name} from ${store.description}`;
    await say([`Removed ${what}; the sign-in that is in use stays.`], context);
    return false;
  }
  const done = `Signed out ${account} from ${host.name}: the credential was removed from ${store.description}.`;
  await say([done, whatStays(host, known)], context);
  return true;
}

/** The host asked for, else the only one signed in to; undefined where there is none. */
function hostToLeave(sources: HostSources): Host | undefined {
  const named = namedHost(sources);
  if (named !== undefined) return named;
  return signedInHosts(sources.settings).length === 0 ? undefined : onlyHost(sources);
}

/** @throws {BitbranchError} `usage` for several: a sign-in that is lost by mistake takes a browser to get back */
function onlyAccount(host: Host | undefined, settings: Settings): string | undefined {
  if (host === undefined) return undefined;
  const [only, ...others] = Object.keys(settingsOf(settings, host.url)?.accounts ?? {});
  if (others.length === 0) return only;
  throw new BitbranchError(
    'usage',
    `Several accounts are signed in to ${host.name}: ${[only, ...others].join(', ')}.`,
    {
      hint: `Say whom to sign out: ${hostCommand('logout', { url: host.url }, ['--account', 'NAME'])}`,
    },
  );
}

function whatStays(host: Host, known: AccountSettings | undefined): string {
  return known?.protocol === 'token'
    ? 'The token itself stays valid; delete it on the page where it was made if nobody needs it.'
    : `Bitbucket still lists the access that you granted; withdraw it at ${host.accessPageUrl}`;
}

/** A locked keyring answers like an empty one, so nobody can tell whether the secret is gone. */
function nothingRemoved(host: Host, account: string, store: CredentialStore): BitbranchError {
  return new BitbranchError(
    'store_locked',
    `${account} is signed out from ${host.name}, but ${store.description} showed no credential to remove: it is locked, or the entry was removed before.`,
    {
      hint: `If it is locked, unlock it and run: ${hostCommand('logout', { url: host.url }, ['--account', account])}`,
    },
  );
}
