import type { Context } from '../context.ts';
import type { Credential } from '../credentials/credential.ts';
import type { CredentialStore, RecordReference } from '../credentials/credential-store.ts';
import type { Settings } from '../credentials/settings.ts';
import { BitbranchError } from '../errors.ts';
import { accountFlag, hostCommand, loginCommand } from '../host-command.ts';
import { accountSettings } from './accounts.ts';
import { knownHost } from './known-host.ts';

export function credentialReference(
  hostUrl: string,
  accountName: string,
): RecordReference<'credential'> {
  return { type: 'credential', host: hostUrl, name: accountName };
}

/** The store that the secret of a signed-in account was put into. */
export function storeOfAccount(
  settings: Settings,
  hostUrl: string,
  accountName: string,
  { storeNamed }: Pick<Context, 'storeNamed'>,
): CredentialStore {
  return storeNamed(accountSettings(settings, hostUrl, accountName)?.store ?? 'keychain');
}

/**
 * Runs what changes the stored credential of an account, and what the settings say of it, while nobody else does. No server
 * and no person is waited for meanwhile, so that a sign-out never waits for a renewal that has stalled.
 * @throws {BitbranchError} `timeout` when another process has changed it for a minute
 */
export function changingCredential<T>(
  hostUrl: string,
  accountName: string,
  { locks, interrupted }: Pick<Context, 'locks' | 'interrupted'>,
  change: () => Promise<T>,
): Promise<T> {
  return locks.withLock(`change ${hostUrl} ${accountName}`, change, interrupted);
}

/**
 * The credential of an account that the settings remember. The store showing none then is a failure of its own: a locked
 * keyring answers like an empty one.
 * @param settings tell of a sign-out, also of one that was cut short
 * @throws {BitbranchError} `store_locked`, `sign_in_needed`, or what the store throws
 */
export async function storedCredential(
  hostUrl: string,
  accountName: string,
  store: CredentialStore,
  settings: Settings,
): Promise<Credential> {
  const credential = await store.read(credentialReference(hostUrl, accountName));
  if (credential !== null) return credential;
  const account = accountSettings(settings, hostUrl, accountName);
  const signIn = loginCommand(knownHost(hostUrl, undefined, settings));
  if (account === undefined) throw signedOut(hostUrl, accountName, signIn);
  if (account.leaving) throw left(hostUrl, accountName);
  throw new BitbranchError(
    'store_locked',
    `The credential of ${accountName} at ${hostUrl} can't be read: ${store.description} is locked, or the entry was removed.`,
    { hint: `Unlock it and try again, or sign in anew with: ${signIn}` },
  );
}

function signedOut(hostUrl: string, accountName: string, signIn: string): BitbranchError {
  return new BitbranchError('sign_in_needed', `${accountName} has signed out from ${hostUrl}.`, {
    hint: `Sign in with: ${signIn}`,
  });
}

function left(hostUrl: string, accountName: string): BitbranchError {
  return new BitbranchError(
    'sign_in_needed',
    `${accountName} is signed out from ${hostUrl}: the credential was removed, and then the sign-out was cut short.`,
    {
      hint: `Finish it with: ${hostCommand('logout', { url: hostUrl }, accountFlag(accountName))}`,
    },
  );
}
