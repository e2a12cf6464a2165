import { type AccountWish, accountSettings, withSignIn } from '../../auth/accounts.ts';
import { withConsumer } from '../../auth/consumers.ts';
import type { Session } from '../../auth/session.ts';
import type { SignInSteps } from '../../auth/sign-in.ts';
import { unnamedAccount } from '../../auth/sign-in-attempt.ts';
import { changingCredential, credentialReference } from '../../auth/stored-credential.ts';
import { createApiClient } from '../../bitbucket/api-client.ts';
import { currentUser } from '../../bitbucket/current-user.ts';
import type { Context } from '../../context.ts';
import type { Credential } from '../../credentials/credential.ts';
import type { CredentialStore, RecordReference } from '../../credentials/credential-store.ts';
import { BitbranchError, signInAgain } from '../../errors.ts';
import { hostCommand } from '../../host-command.ts';

export interface SignInPlan {
  readonly store: CredentialStore;
  readonly maxWaitMs: number;
  /** Nobody else may sign in; undefined lets everybody. */
  readonly account: AccountWish | undefined;
}

/** How a sign-in learns who signed in, and what it leaves behind: the secrets first, then that they are there. */
export function signInSteps(
  { store, maxWaitMs, account: wish }: SignInPlan,
  context: Context,
): SignInSteps {
  return {
    identify: (session: Session) =>
      currentUser(createApiClient({ ...context, ...session, maxWaitMs }), session.host),
    async keep(credential) {
      refuseStranger(credential, wish);
      const { host, account } = credential;
      await openOldStore(credential, store, context);
      await changingCredential(host, account.name, context, () => keep(credential, store, context));
    },
  };
}

/** Whoever sees the address of the consent page can grant access there as somebody else, and the protocols can't tell. */
function refuseStranger({ account }: Credential, wish: AccountWish | undefined): void {
  if (wish === undefined || account.name === wish.name) return;
  const who = account.name === unnamedAccount.name ? 'Somebody without a name' : account.name;
  throw new BitbranchError(
    'sign_in_refused',
    `${who} signed in, and ${wish.rule} asks for ${wish.name}.`,
    {
      hint: `Nothing was stored. Sign in to the web pages of the host as the right account first. ${signInAgain}`,
    },
  );
}

async function keep(
  credential: Credential,
  store: CredentialStore,
  context: Context,
): Promise<void> {
  const { clock, settings } = context;
  const { host, account } = credential;
  await store.write(credentialReference(host, account.name), credential);
  if ('consumer' in credential) {
    const { consumer } = credential;
    await store.write({ type: 'consumer', host, name: consumer.key }, consumer);
  }
  await removeOldCopy(credential, store, context);
  const signedInAt = new Date(clock.nowMs());
  await settings.update((current) => {
    const signedIn = withSignIn(current, credential, store.name, signedInAt);
    return 'consumer' in credential
      ? withConsumer(signedIn, { url: host, kind: credential.kind }, credential.consumer.key)
      : signedIn;
  });
}

/**
 * A secret lies in one place: the copy of an earlier sign-in that went to another store is removed there. That store may be
 * the very one that no longer opens, which is no reason to refuse the new sign-in.
 */
async function removeOldCopy(
  { host, account }: Credential,
  store: CredentialStore,
  { settings, storeNamed, note }: Context,
): Promise<void> {
  const old = await oldStore({ host, account }, store, { settings, storeNamed });
  if (old === undefined) return;
  if (await isRemoved(old, credentialReference(host, account.name))) return;
  const flags = ['--store', old.name, '--account', account.name];
  const command = hostCommand('logout', { url: host }, flags);
  await note(
    `Note: ${old.description} could not be opened and may still hold the old credential. Remove it once it can: ${command}`,
  );
}

/** What can't be opened is found out again when the old copy is to be removed. */
async function openOldStore(
  credential: Credential,
  store: CredentialStore,
  context: Context,
): Promise<void> {
  const old = await oldStore(credential, store, context);
  await old?.open().catch((error) => {
    if (!(error instanceof BitbranchError)) throw error;
  });
}

/** Where an earlier sign-in of the same account is, if that is another place. */
async function oldStore(
  { host, account }: Pick<Credential, 'host' | 'account'>,
  store: CredentialStore,
  { settings, storeNamed }: Pick<Context, 'settings' | 'storeNamed'>,
): Promise<CredentialStore | undefined> {
  const earlier = accountSettings(await settings.read(), host, account.name);
  if (earlier === undefined || earlier.store === store.name) return undefined;
  return storeNamed(earlier.store);
}

async function isRemoved(store: CredentialStore, reference: RecordReference): Promise<boolean> {
  try {
    return await store.remove(reference);
  } catch (error) {
    if (error instanceof BitbranchError) return false;
    throw error;
  }
}
