import {
  AuthorizationResponseError,
  authorizationCodeGrantRequest,
  calculatePKCECodeChallenge,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  refreshTokenGrantRequest,
  type AuthorizationServer as ServerMetadata,
  validateAuthResponse,
} from 'oauth4webapi';
import type { BitbranchError } from '../errors.ts';
import { isSameSecret } from '../same-secret.ts';
import { authorizationProblem } from './problems.ts';
import {
  type ClientAuthentication,
  clientAuthentication,
  requestOptions,
  requireProtected,
  type Send,
} from './token-endpoint.ts';
import { type TokenResponse, tokenResponse } from './token-response.ts';

export type { ClientAuthentication, Send, TokenResponse };

/** The endpoints of RFC 6749 section 3. Bitbucket publishes no metadata to discover them by. */
export interface AuthorizationServer {
  /** What an `iss` on the redirect has to be (RFC 9207). */
  readonly issuer: string;
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly clientAuthentication: ClientAuthentication;
}

/** The client credentials of RFC 6749 section 2.3.1; Bitbucket Cloud calls them the key and secret of a consumer. */
export interface OAuth2Client {
  readonly id: string;
  readonly secret: string;
}

/** A sign-in that was begun, as plain data that can be kept; it is secret until the sign-in ends. */
export interface AuthorizationRequest {
  /** The page on which the person grants or denies access. */
  readonly url: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly codeVerifier: string;
}

/** What a request to the redirect URI means: only a `validated` or `refused` one ends the wait. */
export type AuthorizationVerdict =
  | { readonly kind: 'ignored' }
  /** `sign_in_denied` when the person said no, else `sign_in_refused` or `server`. */
  | { readonly kind: 'refused'; readonly error: BitbranchError }
  | { readonly kind: 'validated'; readonly response: ValidatedResponse };

/** Proof that {@link validateAuthorizationResponse} accepted a response: nothing else can make one, and it shows its code to nobody else. */
class ValidatedResponse {
  readonly #state: string;
  readonly #parameters: URLSearchParams;

  constructor(state: string, parameters: URLSearchParams) {
    this.#state = state;
    this.#parameters = parameters;
  }

  /** @throws {TypeError} for a response that was not validated for this request. */
  static parametersOf(response: ValidatedResponse, request: AuthorizationRequest): URLSearchParams {
    if (!(#parameters in response) || response.#state !== request.state) {
      throw new TypeError('The response was not validated for this authorization request.');
    }
    return response.#parameters;
  }
}

export type { ValidatedResponse };

/**
 * RFC 6749 section 4.1.1 with PKCE S256 (RFC 7636 section 4.3). The endpoint's own query is kept.
 * @param scope null asks for none, which leaves it to the scopes that the client is registered with
 * @param randomBytes a cryptographically secure source
 */
export async function authorizationRequest(
  server: AuthorizationServer,
  client: OAuth2Client,
  redirectUri: string,
  scope: string | null,
  randomBytes: (length: number) => Uint8Array,
): Promise<AuthorizationRequest> {
  const url = new URL(server.authorizationUrl);
  requireProtected(url);
  const [state, codeVerifier] = [randomText(randomBytes), randomText(randomBytes)];
  const parameters = {
    response_type: 'code',
    client_id: client.id,
    redirect_uri: redirectUri,
    ...(scope === null ? {} : { scope }),
    state,
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { url: url.href, redirectUri, state, codeVerifier };
}

/**
 * RFC 6749 section 4.1.2: judges a request to the redirect URI by its query. The state comes first (section 10.12):
 * without the right one nobody can end the sign-in, not even by an error. An `iss` has to be the server's (RFC 9207
 * section 2.4), and a repeated parameter spoils everything (section 3.1).
 */
export function validateAuthorizationResponse(
  parameters: URLSearchParams,
  request: AuthorizationRequest,
  server: AuthorizationServer,
  client: OAuth2Client,
): AuthorizationVerdict {
  const understood = ['state', 'iss', 'error', 'error_description', 'code'];
  if (understood.some((name) => parameters.getAll(name).length > 1)) return { kind: 'ignored' };
  const { state } = request;
  if (!isSameSecret(parameters.get('state') ?? '', state)) return { kind: 'ignored' };
  try {
    const validated = validateAuthResponse(metadata(server), clientOf(client), parameters, state);
    return validated.get('code')
      ? { kind: 'validated', response: new ValidatedResponse(state, validated) }
      : { kind: 'ignored' };
  } catch (error) {
    return error instanceof AuthorizationResponseError
      ? { kind: 'refused', error: authorizationProblem(error.error, error.error_description) }
      : { kind: 'ignored' };
  }
}

/**
 * RFC 6749 section 4.1.3: trades the code for tokens; a code can be used once.
 * @throws {BitbranchError} `sign_in_refused`, `rate_limited`, `server`, and what `send` throws
 */
export async function exchangeCode(
  server: AuthorizationServer,
  client: OAuth2Client,
  request: AuthorizationRequest,
  response: ValidatedResponse,
  send: Send,
): Promise<TokenResponse> {
  const answer = await authorizationCodeGrantRequest(
    metadata(server),
    clientOf(client),
    clientAuthentication(server.clientAuthentication, client.secret),
    ValidatedResponse.parametersOf(response, request),
    request.redirectUri,
    request.codeVerifier,
    requestOptions(server.tokenUrl, send),
  );
  const processing = processAuthorizationCodeResponse(metadata(server), clientOf(client), answer);
  return tokenResponse('code', processing);
}

/**
 * RFC 6749 section 6: new tokens for a refresh token, which may be used up by it.
 * @throws {BitbranchError} `sign_in_needed` when the refresh token is no longer accepted, which no retry can change;
 * `sign_in_refused`, `rate_limited`, `server`, and what `send` throws
 */
export async function refresh(
  server: AuthorizationServer,
  client: OAuth2Client,
  refreshToken: string,
  send: Send,
): Promise<TokenResponse> {
  const answer = await refreshTokenGrantRequest(
    metadata(server),
    clientOf(client),
    clientAuthentication(server.clientAuthentication, client.secret),
    refreshToken,
    requestOptions(server.tokenUrl, send),
  );
  const processing = processRefreshTokenResponse(metadata(server), clientOf(client), answer);
  return tokenResponse('refresh token', processing);
}

function metadata({ issuer, tokenUrl }: AuthorizationServer): ServerMetadata {
  return { issuer, token_endpoint: tokenUrl };
}

function clientOf({ id }: OAuth2Client): { readonly client_id: string } {
  return { client_id: id };
}

/** 256 random bits as 43 unreserved characters, as RFC 7636 section 4.1 recommends. */
function randomText(randomBytes: (length: number) => Uint8Array): string {
  return Buffer.from(randomBytes(32)).toString('base64url');
}
