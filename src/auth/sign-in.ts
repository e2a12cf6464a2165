import type { Host } from '../bitbucket/hosts.ts';
import type { Context } from '../context.ts';
import type { Account, Consumer, Credential, SecretConsumer } from '../credentials/credential.ts';
import type { CredentialStore } from '../credentials/credential-store.ts';
import type { PendingSignIn } from '../credentials/pending-sign-in.ts';
import { newRefusal } from './credential-refusal.ts';
import { beginOAuth1, oauth1Attempt } from './oauth1-sign-in.ts';
import { beginOAuth2, oauth2Attempt } from './oauth2-sign-in.ts';
import { type Session, senderOf } from './session.ts';
import type { SignInAttempt } from './sign-in-attempt.ts';

/** The protocol and the consumer that goes with it: OAuth 2.0 knows no key pairs. */
export type SignInClient =
  | { readonly protocol: 'oauth1'; readonly consumer: Consumer }
  | { readonly protocol: 'oauth2'; readonly consumer: SecretConsumer };

export interface SignInSteps {
  /** Learns who signed in; null when the credential may not tell. */
  identify(session: Session): Promise<Account | null>;
  /** Keeps the credential; only then has somebody signed in. */
  keep(credential: Credential): Promise<void>;
}

/** The first step: what the browser then comes back to is `redirectUri`. */
export function beginSignIn(
  host: Host,
  client: SignInClient,
  redirectUri: string,
  context: Context,
): Promise<PendingSignIn> {
  return client.protocol === 'oauth1'
    ? beginOAuth1(host, client.consumer, redirectUri, context)
    : beginOAuth2(host, client.consumer, redirectUri, context);
}

export function signInAttempt(host: Host, pending: PendingSignIn, context: Context): SignInAttempt {
  return pending.protocol === 'oauth1'
    ? oauth1Attempt(host, pending, context)
    : oauth2Attempt(host, pending, context);
}

/** The last step: learns whose credential it is, and keeps it. */
export async function completeSignIn(
  { host, store }: { readonly host: Host; readonly store: CredentialStore },
  credential: Credential,
  steps: SignInSteps,
  context: Context,
): Promise<Credential> {
  const send = senderOf(host, notRenewable(credential), store, context);
  const account = await steps.identify({ host, send, refusal: newRefusal(host, credential) });
  const identified = account === null ? credential : { ...credential, account };
  await steps.keep(identified);
  return identified;
}

/** Only what the store keeps can be renewed. */
function notRenewable(credential: Credential): Credential {
  return credential.protocol === 'oauth2' ? { ...credential, refreshToken: null } : credential;
}
