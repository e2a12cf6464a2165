import type { Host } from '../bitbucket/hosts.ts';
import type { Context, HttpRequest, HttpResponse } from '../context.ts';
import type { Credential } from '../credentials/credential.ts';
import type { CredentialStore } from '../credentials/credential-store.ts';
import type { Settings } from '../credentials/settings.ts';
import type { Explanation } from '../errors.ts';
import { type AccountWish, accountSettings, chooseAccount } from './accounts.ts';
import { environmentRefusal, storedRefusal } from './credential-refusal.ts';
import { oauth1Sender, rehearseSigning } from './oauth1-session.ts';
import { oauth2Sender } from './oauth2-session.ts';
import { storedCredential, storeOfAccount } from './stored-credential.ts';
import { tokenSender } from './token-session.ts';

/** A way to send requests to one host with a credential that was made for it. */
export interface Session {
  readonly host: Host;
  /** Adds what proves who asks, anew for each request, and sends it. */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** What to tell when the host does not accept the credential. */
  readonly refusal: Explanation;
}

/**
 * The session for a host: BITBRANCH_TOKEN when it is set, else the credential that the store holds for the account.
 * @throws {BitbranchError} `sign_in_needed`, `store_locked` or `store_unavailable`
 */
export async function openSession(
  host: Host,
  wish: AccountWish | undefined,
  settings: Settings,
  context: Context,
): Promise<Session> {
  const token = context.env['BITBRANCH_TOKEN'];
  if (token) {
    return { host, send: tokenSender(token, context), refusal: environmentRefusal(host) };
  }
  const { name } = chooseAccount(settings, host, wish);
  const store = storeOfAccount(settings, host.url, name, context);
  const reading = storedCredential(host.url, name, store, settings);
  // While the store looks for it.
  context.http.prepare(host.apiUrl);
  if (accountSettings(settings, host.url, name)?.protocol === 'oauth1')
    setImmediate(rehearseSigning);
  const credential = await reading;
  const send = senderOf(host, credential, store, context);
  return { host, send, refusal: storedRefusal(host, credential) };
}

/** Sends requests with a credential. What renews itself is kept in the store anew. */
export function senderOf(
  host: Host,
  credential: Credential,
  store: CredentialStore,
  context: Context,
): Session['send'] {
  switch (credential.protocol) {
    case 'oauth1':
      return oauth1Sender(host, credential, store, context);
    case 'oauth2':
      return oauth2Sender(host, credential, store, context);
    case 'token':
      return tokenSender(credential.token, context);
  }
}
