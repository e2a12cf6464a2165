import type { Host } from '../bitbucket/hosts.ts';
import type { Context, HttpRequest, HttpResponse } from '../context.ts';
import type { OAuth2Credential } from '../credentials/credential.ts';
import type { CredentialStore } from '../credentials/credential-store.ts';
import { authorizationServer, issuedTokens, oauth2Client, sendBy } from './oauth2-server.ts';
import { isEnded, renewUnderLock } from './renewal.ts';

/**
 * Sends requests with an access token (RFC 6750 section 2.1) and renews it where it is about to expire or is refused.
 * Requests side by side share one renewal.
 */
export function oauth2Sender(
  host: Host,
  credential: OAuth2Credential,
  store: CredentialStore,
  context: Context,
): (request: HttpRequest) => Promise<HttpResponse> {
  let current = credential;
  let renewal: Promise<void> | undefined;

  async function renew(refused: OAuth2Credential): Promise<void> {
    if (refused.accessToken !== current.accessToken) return;
    renewal ??= renewedOAuth2(host, current, store, context).then(
      (fresh) => {
        current = fresh;
        renewal = undefined;
      },
      (error) => {
        // Asking again with a used token could lock out others as well.
        if (!isEnded(error)) renewal = undefined;
        throw error;
      },
    );
    await renewal;
  }

  function send(request: HttpRequest): Promise<HttpResponse> {
    const authorization = `Bearer ${current.accessToken}`;
    return context.http.send({ ...request, headers: { ...request.headers, authorization } });
  }

  return async (request) => {
    const isOld = isAboutToExpire(current, context.clock.nowMs());
    if (isOld && current.refreshToken !== null) await renew(current);
    const used = current;
    const response = await send(request);
    if (response.status !== 401 || used.refreshToken === null) return response;
    await response.text();
    await renew(used);
    return send(request);
  };
}

/**
 * The credential, renewed first where it is about to expire.
 * @throws {BitbranchError} `sign_in_needed` when it can't be renewed
 */
export async function currentOAuth2(
  host: Host,
  credential: OAuth2Credential,
  store: CredentialStore,
  context: Context,
): Promise<OAuth2Credential> {
  if (!isAboutToExpire(credential, context.clock.nowMs())) return credential;
  return renewedOAuth2(host, credential, store, context);
}

/** Whether the last tenth of its life, at most its last minute, has begun. */
export function isAboutToExpire(
  { issuedAt, expiresAt }: Pick<OAuth2Credential, 'issuedAt' | 'expiresAt'>,
  nowMs: number,
): boolean {
  if (expiresAt === null) return false;
  const expiresMs = Date.parse(expiresAt);
  const earlyMs = Math.min(60_000, (expiresMs - Date.parse(issuedAt)) / 10);
  return nowMs >= expiresMs - earlyMs;
}

/**
 * The credential with new tokens (RFC 6749 section 6).
 * @throws {BitbranchError} `sign_in_needed` when it can't be renewed
 */
export function renewedOAuth2(
  host: Host,
  outdated: OAuth2Credential,
  store: CredentialStore,
  context: Context,
): Promise<OAuth2Credential> {
  return renewUnderLock(host, outdated, store, context, async (stored) => {
    if (stored.refreshToken === null) return null;
    // Loaded here, because it costs more than all else that a listing needs.
    const { refresh } = await import('../oauth2/client.ts');
    const issued = await refresh(
      authorizationServer(host),
      oauth2Client(stored.consumer),
      stored.refreshToken,
      sendBy(context),
    );
    return {
      ...stored,
      // Section 6: the server may issue a new one, and the old one then counts no longer.
      refreshToken: issued.refreshToken ?? stored.refreshToken,
      ...issuedTokens(issued, context.clock.nowMs()),
    };
  });
}
