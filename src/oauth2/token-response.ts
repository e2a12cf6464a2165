import type { TokenEndpointResponse } from 'oauth4webapi';
import { type Grant, tokenProblem } from './problems.ts';

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
      accessToken: access_token,
      refreshToken: refresh_token ?? null,
      expiresInSeconds: expires_in ?? null,
      // Bitbucket Cloud's name for it until May 2026.
      scope: scope ?? (typeof scopes === 'string' ? scopes : null),
    };
  } catch (error) {
    throw tokenProblem(grant, error);
  }
}
