import type { Host } from '../bitbucket/hosts.ts';
import type { Context, HttpRequest, HttpResponse } from '../context.ts';
import type { OAuth2Credential } from '../credentials/credential.ts';
import { BitbranchError } from '../errors.ts';
import { refresh } from '../oauth2/client.ts';
import { authorizationServer, issuedTokens, oauth2Client, sendBy } from './oauth2-server.ts';
import { credentialReference } from './stored-credential.ts';

/**
 * Sends requests with an access token (RFC 6750 section 2.1) and renews it where it is about to expire or is refused.
 * Requests side by side share one renewal.
 */
export function oauth2Sender(
  host: Host,
  credential: OAuth2Credential,
  context: Context,
): (request: HttpRequest) => Promise<HttpResponse> {
  let current = credential;
  let renewal: Promise<void> | undefined;

  async function renew(refused: OAuth2Credential): Promise<void> {
    if (refused.accessToken !== current.accessToken) return;
    renewal ??= renewed(host, current, context)
      .then((fresh) => {
        current = fresh;
      })
      .finally(() => {
        renewal = undefined;
      });
    await renewal;
  }

  function send(request: HttpRequest): Promise<HttpResponse> {
    const authorization = `Bearer ${current.accessToken}`;
    return context.http.send({ ...request, headers: { ...request.headers, authorization } });
  }

  return async (request) => {
    if (isAboutToExpire(current, context.clock.nowMs())) await renew(current);
    const used = current;
    const response = await send(request);
    if (response.status !== 401 || used.refreshToken === null) return response;
    await response.text();
    await renew(used);
    return send(request);
  };
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
 * The credential with new tokens (RFC 6749 section 6). A refresh token may be used up by one use, so only one process at
 * a time spends it: whoever gets the lock looks first whether another one has renewed the credential meanwhile, and new
 * tokens are kept before they are used.
 * @throws {BitbranchError} `sign_in_needed` when it can't be renewed
 */
async function renewed(
  host: Host,
  outdated: OAuth2Credential,
  context: Context,
): Promise<OAuth2Credential> {
  const reference = credentialReference(host.url, outdated.account.name);
  const renewUnderLock = async () => {
    const stored = await context.credentials.read(reference);
    if (stored?.protocol !== 'oauth2') throw expired(host);
    if (stored.accessToken !== outdated.accessToken) return stored;
    if (stored.refreshToken === null) throw expired(host);
    const client = oauth2Client(stored.consumer);
    const issued = await refresh(
      authorizationServer(host),
      client,
      stored.refreshToken,
      sendBy(context),
    );
    const fresh: OAuth2Credential = {
      ...stored,
      // Section 6: the server may issue a new one, and the old one then counts no longer.
      refreshToken: issued.refreshToken ?? stored.refreshToken,
      ...issuedTokens(issued, context.clock.nowMs()),
    };
    await context.credentials.write(reference, fresh);
    return fresh;
  };
  context.trace(`Renewing the access token of ${outdated.account.name} at ${host.name}.`);
  const lockName = `renew ${host.url} ${outdated.account.name}`;
  return context.locks.withLock(lockName, renewUnderLock, context.interrupted);
}

function expired(host: Host): BitbranchError {
  return new BitbranchError('sign_in_needed', `The sign-in to ${host.name} has expired.`, {
    hint: `Sign in again with: bitbranch login --host ${host.url}`,
  });
}
