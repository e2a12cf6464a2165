import type { FastifyRequest } from 'fastify';
import { ApiError, protectionRealm } from './api-error.ts';
import type { Authenticate, Caller } from './caller.ts';
import { type GivenToken, givenTokenCaller, type PresentedToken } from './given-tokens.ts';
import { signedRequestOf, urlOf } from './http.ts';
import type { OAuth1Provider } from './oauth1/provider.ts';
import { OAuthRefusal } from './oauth1/refusal.ts';
import type { OAuth1Dialect } from './oauth1/routes.ts';
import { isSigned } from './oauth1/verifier.ts';
import type { OAuth2Provider } from './oauth2/provider.ts';
import type { Permission } from './permission.ts';

/** The credentials of one kind of host; those of the other kind are worth nothing there. */
export interface Realm {
  readonly hostKind: 'cloud' | 'datacenter';
  readonly oauth1: OAuth1Provider;
  readonly oauth1Dialect: OAuth1Dialect;
  /** What the consumer of an OAuth 1.0a token may do. */
  readonly permissions: readonly Permission[];
  readonly oauth2: OAuth2Provider;
  readonly tokens: () => readonly GivenToken[];
}

export function authenticator(realm: Realm): Authenticate {
  return (request) => {
    // RFC 6750 section 2.3, and Bitbucket's own rule since May 2026.
    if (urlOf(request).searchParams.has('access_token')) {
      throw unauthorized(
        'An access token belongs into the Authorization header, not into the URL.',
      );
    }
    const presented = presentedToken(request.headers.authorization);
    return presented === null
      ? signedCaller(realm, request)
      : (givenTokenCaller(realm.tokens(), presented, realm.hostKind) ??
          oauth2Caller(realm, presented));
  };
}

/** RFC 6750 section 2.1 or RFC 7617 section 2; null for another scheme or none. */
export function presentedToken(authorization: string | undefined): PresentedToken | null {
  const [, bearer] = /^Bearer +([!-~]+)$/i.exec(authorization ?? '') ?? [];
  if (bearer !== undefined) return { userName: null, token: bearer };
  const [, basic] = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? '') ?? [];
  if (basic === undefined) return null;
  const [, userName = '', token = ''] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(basic, 'base64').toString('utf8')) ?? [];
  return { userName, token };
}

function signedCaller(realm: Realm, request: FastifyRequest): Caller {
  try {
    const signedRequest = signedRequestOf(request);
    if (!isSigned(signedRequest)) {
      const challenge = `OAuth ${protectionRealm}, Bearer ${protectionRealm}`;
      throw new ApiError(401, 'Authentication is required: nothing says who asks.', { challenge });
    }
    realm.oauth1.authenticate(signedRequest);
    return { credentialType: 'oauth1', isUser: true, permissions: realm.permissions };
  } catch (error) {
    if (!(error instanceof OAuthRefusal)) throw error;
    const challenge = realm.oauth1Dialect.challenge(error);
    throw new ApiError(error.status, `Could not verify OAuth request: ${error.message}.`, {
      ...(error.status === 401 && { challenge }),
    });
  }
}

function oauth2Caller(realm: Realm, { userName, token }: PresentedToken): Caller {
  const permissions = userName === null ? realm.oauth2.permissionsOf(token) : undefined;
  if (permissions === 'expired') {
    throw unauthorized(
      'Access token expired. Use your refresh token to obtain a new access token.',
    );
  }
  if (permissions === undefined) {
    throw unauthorized('Token is invalid, expired, or not supported for this endpoint.');
  }
  return { credentialType: 'oauth2', isUser: true, permissions };
}

/** RFC 6750 section 3. */
function unauthorized(message: string): ApiError {
  const challenge = `Bearer ${protectionRealm}, error="invalid_token"`;
  return new ApiError(401, message, { challenge });
}
