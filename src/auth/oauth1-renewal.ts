import type { Host } from '../bitbucket/hosts.ts';
import type { Context } from '../context.ts';
import type { OAuth1Credential } from '../credentials/credential.ts';
import type { CredentialStore } from '../credentials/credential-store.ts';
import { BitbranchError } from '../errors.ts';
import {
  type ClientCredentials,
  processTokenCredentialsResponse,
  renewedTokenCredentialsRequest,
  type TokenCredentials,
} from '../oauth1/client.ts';
import { exchange } from './oauth1-exchange.ts';
import { renewUnderLock } from './renewal.ts';

/**
 * The credential with new token credentials, by its session handle (the OAuth session extension).
 * @throws {BitbranchError} `sign_in_needed` when it can't be renewed
 */
export function renewedOAuth1(
  host: Host,
  client: ClientCredentials,
  outdated: OAuth1Credential,
  store: CredentialStore,
  context: Context,
): Promise<OAuth1Credential> {
  return renewUnderLock(host, outdated, store, context, async (stored) => {
    const { sessionHandle } = stored;
    if (sessionHandle === null) return null;
    const response = await exchange(
      (moment) =>
        renewedTokenCredentialsRequest(
          host.oauth1.tokenCredentialsUrl,
          client,
          stored,
          sessionHandle,
          moment,
        ),
      context,
    );
    const issued = asRenewal(() => processTokenCredentialsResponse(response));
    if (issued === null) return null;
    return {
      ...stored,
      ...tokenParts(issued, context.clock.nowMs()),
      sessionHandle: issued.sessionHandle ?? sessionHandle,
    };
  });
}

/** What token credentials give to a stored credential, at the time at which they came. */
export function tokenParts(
  { token, tokenSecret, sessionHandle, expiresInSeconds }: TokenCredentials,
  nowMs: number,
): Pick<OAuth1Credential, 'token' | 'tokenSecret' | 'sessionHandle' | 'expiresAt'> {
  const expiresAt =
    expiresInSeconds === null ? null : new Date(nowMs + expiresInSeconds * 1000).toISOString();
  return { token, tokenSecret, sessionHandle, expiresAt };
}

/** Null for a refusal: what could not be renewed has to be granted anew. */
function asRenewal<T>(process: () => T): T | null {
  try {
    return process();
  } catch (error) {
    const isRefusal = error instanceof BitbranchError && error.code.startsWith('sign_in');
    if (isRefusal) return null;
    throw error;
  }
}
