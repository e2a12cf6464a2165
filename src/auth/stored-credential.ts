import type { Context } from '../context.ts';
import type { Credential } from '../credentials/credential.ts';
import type { CredentialStore, RecordReference } from '../credentials/credential-store.ts';
import { emptySettings, type Settings } from '../credentials/settings.ts';
import { BitbranchError } from '../errors.ts';
import { accountSettings } from './accounts.ts';

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
 * The credential of an account that the settings remember. The store showing none then is a failure of its own: a locked
 * keyring answers like an empty one.
 * @param settings tell of a sign-out that was cut short; without them it looks like a locked store
 * @throws {BitbranchError} `store_locked`, `sign_in_needed`, or what the store throws
 */
export async function storedCredential(
  hostUrl: string,
  accountName: string,
  store: CredentialStore,
  settings: Settings = emptySettings,
): Promise<Credential> {
  const credential = await store.read(credentialReference(hostUrl, accountName));
  if (credential !== null) return credential;
  if (accountSettings(settings, hostUrl, accountName)?.leaving) throw left(hostUrl, accountName);
  throw new BitbranchError(
    'store_locked',
    `The credential of ${accountName} at ${hostUrl} can't be read: ${store.description} is locked, or the entry was removed.`,
    { hint: `Unlock it and try again, or sign in anew with: bitbranch login --host ${hostUrl}` },
  );
}

function left(hostUrl: string, accountName: string): BitbranchError {
  return new BitbranchError(
    'sign_in_needed',
    `${accountName} is signed out from ${hostUrl}: the credential was removed, and then the sign-out was cut short.`,
    {
      hint: `Finish it with: bitbranch logout --host ${hostUrl} --account ${accountName}, or sign in with: bitbranch login --host ${hostUrl}`,
    },
  );
}
