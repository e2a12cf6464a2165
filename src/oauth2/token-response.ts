import type { TokenEndpointResponse } from 'oauth4webapi';
import { type Grant, tokenProblem } from './problems.ts';

/** A header has to carry it; far beyond any token there is. */
const maxTokenLength = 64 * 1024;
/** About three centuries; more tells nothing, and dates end somewhere. */
const maxLifetimeSeconds = 1e10;

/** RFC 6749 section 5.1. */
export interface TokenResponse {
  readonly accessToken: string;
  /** Null where none was returned: the old one, if any, stays in use (section 6). */
  readonly refreshToken: string | null;
  /** Lifetime of the access token from now on; null where the server does not tell. */
  readonly expiresInSeconds: number | null;
  /** Space-separated; null where the server does not tell. */
  readonly scope: string | null;
}

/** What oauth4webapi made of the answer to a token request; its own errors hold the answer and are not passed on. */
export async function tokenResponse(
  grant: Grant,
  processing: Promise<TokenEndpointResponse>,
): Promise<TokenResponse> {
  try {
    const { access_token, refresh_token, expires_in, scope, scopes } = await processing;
    return {
      accessToken: sendable(access_token),
      refreshToken: refresh_token === undefined ? null : sendable(refresh_token),
      expiresInSeconds:
        expires_in === undefined || expires_in > maxLifetimeSeconds ? null : expires_in,
      // Bitbucket Cloud's name for it until May 2026.
      scope: scope ?? (typeof scopes === 'string' ? scopes : null),
    };
  } catch (error) {
    throw tokenProblem(grant, error);
  }
}

/** RFC 6749 appendices A.12 and A.17 want printable ASCII (`VSCHAR`, with the space); anything else could end the header that it stands in. */
function sendable(token: string): string {
  if (token.length <= maxTokenLength && /^[ -~]+$/.test(token)) return token;
  throw new TypeError('The token holds what no token may hold, or is too long.');
}
