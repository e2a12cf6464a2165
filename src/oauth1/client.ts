import { BitbranchError } from '../errors.ts';
import { isSameSecret } from '../same-secret.ts';
import { refusal, type Step } from './problems.ts';
import { fieldsOf, only, type ProtocolResponse } from './response.ts';
import {
  type ClientCredentials,
  type Moment,
  type ProtocolParameters,
  percentEncode,
  protocolParameters,
  RequestSigner,
  type SignableRequest,
  type TokenWithSecret,
} from './signature.ts';

export type { ClientCredentials, Moment, ProtocolResponse };

/** Issued at the start of a sign-in, for this sign-in only (RFC 5849 section 2.1). */
export interface TemporaryCredentials extends TokenWithSecret {}

/**
 * Stand for the access that the person granted (RFC 5849 section 2.3). Lifetimes and session handle are those of the OAuth
 * Session extension; null where the server does not tell.
 */
export interface TokenCredentials extends TokenWithSecret {
  readonly expiresInSeconds: number | null;
  /** Renews the token; see {@link renewedTokenCredentialsRequest}. */
  readonly sessionHandle: string | null;
  /** How long the session handle stays good. */
  readonly authorizationExpiresInSeconds: number | null;
}

/** A request to send as it stands, without a body. */
export interface ProtocolRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a request to the callback means: only a `validated` or `denied` one ends the wait. */
export type CallbackVerdict =
  | { readonly kind: 'ignored' }
  | { readonly kind: 'denied'; readonly problem: string | null }
  | { readonly kind: 'validated'; readonly callback: ValidatedCallback };

/** Proof that {@link validateCallback} accepted a callback: nothing else can make one, and it shows its verifier to nobody else. */
class ValidatedCallback {
  readonly #temporary: TemporaryCredentials;
  readonly #verifier: string;

  constructor(temporary: TemporaryCredentials, verifier: string) {
    this.#temporary = temporary;
    this.#verifier = verifier;
  }

  /** @throws {TypeError} for a callback that was not validated for these temporary credentials. */
  static verifierOf(callback: ValidatedCallback, temporary: TemporaryCredentials): string {
    if (!(#verifier in callback) || callback.#temporary.token !== temporary.token) {
      throw new TypeError('The callback was not validated for these temporary credentials.');
    }
    return callback.#verifier;
  }
}

export type { ValidatedCallback };

/** Section 2.1: asks for temporary credentials. `callbackUrl` is absolute, or `oob`. */
export function temporaryCredentialsRequest(
  endpointUrl: string,
  client: ClientCredentials,
  callbackUrl: string,
  moment: Moment,
): ProtocolRequest {
  const request = { method: 'POST', url: new URL(endpointUrl).href };
  const parameters = protocolParameters(client, null, moment, { oauth_callback: callbackUrl });
  return { ...request, headers: authorization(request, client, null, parameters) };
}

/**
 * Section 2.1: the answer to {@link temporaryCredentialsRequest}.
 * @throws {BitbranchError} `sign_in_refused`, `rate_limited` or `server`.
 */
export function processTemporaryCredentialsResponse(
  response: ProtocolResponse,
): TemporaryCredentials {
  const fields = successFields(response, 'temporary credentials');
  const credentials = tokenWithSecret(fields);
  if (only(fields, 'oauth_callback_confirmed') !== 'true') {
    throw new BitbranchError(
      'sign_in_refused',
      'The server did not confirm the callback URL (RFC 5849 section 2.1), so the sign-in would not be safe.',
      { hint: 'Ask the administrator of the server for OAuth 1.0a as RFC 5849 describes it.' },
    );
  }
  return credentials;
}

/** Section 2.2: the page on which the person grants or denies access. The endpoint's own query is kept. */
export function authorizationUrl(endpointUrl: string, temporary: TemporaryCredentials): string {
  const url = new URL(endpointUrl);
  const separator = url.search === '' ? '' : `${url.search}&`;
  url.search = `${separator}oauth_token=${percentEncode(temporary.token)}`;
  return url.href;
}

/**
 * Section 2.2: judges a request to the callback by its query. The token comes first: without the right one nobody
 * can end the sign-in, not even by a denial. RFC 5849 names no denial parameter, so every known one is understood.
 */
export function validateCallback(
  parameters: URLSearchParams,
  temporary: TemporaryCredentials,
): CallbackVerdict {
  const understood = ['oauth_token', 'oauth_verifier', 'oauth_problem', 'denied'];
  if (understood.some((name) => parameters.getAll(name).length > 1)) return { kind: 'ignored' };
  const denied = parameters.get('denied');
  const token = parameters.get('oauth_token') ?? denied ?? '';
  if (!isSameSecret(token, temporary.token)) return { kind: 'ignored' };
  const problem = parameters.get('oauth_problem');
  const verifier = parameters.get('oauth_verifier');
  if (problem !== null || denied !== null || verifier === 'denied') {
    return { kind: 'denied', problem: problem || null };
  }
  if (!verifier) return { kind: 'ignored' };
  return { kind: 'validated', callback: new ValidatedCallback(temporary, verifier) };
}

/** Section 2.3: asks for token credentials. */
export function tokenCredentialsRequest(
  endpointUrl: string,
  client: ClientCredentials,
  temporary: TemporaryCredentials,
  callback: ValidatedCallback,
  moment: Moment,
): ProtocolRequest {
  const oauth_verifier = ValidatedCallback.verifierOf(callback, temporary);
  const request = { method: 'POST', url: new URL(endpointUrl).href };
  const parameters = protocolParameters(client, temporary, moment, { oauth_verifier });
  return { ...request, headers: authorization(request, client, temporary, parameters) };
}

/** OAuth Session extension: asks for new token credentials in place of `token`. */
export function renewedTokenCredentialsRequest(
  endpointUrl: string,
  client: ClientCredentials,
  token: TokenWithSecret,
  sessionHandle: string,
  moment: Moment,
): ProtocolRequest {
  const request = { method: 'POST', url: new URL(endpointUrl).href };
  const own = { oauth_session_handle: sessionHandle };
  const parameters = protocolParameters(client, token, moment, own);
  return { ...request, headers: authorization(request, client, token, parameters) };
}

/**
 * Section 2.3: the answer to {@link tokenCredentialsRequest} or {@link renewedTokenCredentialsRequest}.
 * @throws {BitbranchError} `sign_in_denied`, `sign_in_refused`, `rate_limited` or `server`.
 */
export function processTokenCredentialsResponse(response: ProtocolResponse): TokenCredentials {
  const fields = successFields(response, 'token credentials');
  return {
    ...tokenWithSecret(fields),
    expiresInSeconds: seconds(only(fields, 'oauth_expires_in')),
    sessionHandle: only(fields, 'oauth_session_handle') || null,
    authorizationExpiresInSeconds: seconds(only(fields, 'oauth_authorization_expires_in')),
  };
}

/** Section 3: the headers that make a request an authenticated one. */
export function signedHeaders(
  request: SignableRequest,
  client: ClientCredentials,
  token: TokenWithSecret,
  moment: Moment,
): { readonly authorization: string } {
  return authorization(request, client, token, protocolParameters(client, token, moment));
}

function authorization(
  request: SignableRequest,
  client: ClientCredentials,
  token: TokenWithSecret | null,
  parameters: ProtocolParameters,
): { readonly authorization: string } {
  const signer = new RequestSigner(client);
  return { authorization: signer.authorizationHeader(request, token, parameters) };
}

/** The fields of a 2xx answer. */
function successFields(response: ProtocolResponse, step: Step): URLSearchParams {
  if (response.status < 200 || response.status >= 300) throw refusal(step, response);
  return fieldsOf(response);
}

function tokenWithSecret(fields: URLSearchParams): TokenWithSecret {
  const token = only(fields, 'oauth_token');
  const tokenSecret = only(fields, 'oauth_token_secret');
  if (!token || tokenSecret === null) {
    throw new BitbranchError('server', 'The server did not answer as OAuth 1.0a asks.', {
      hint: 'Check that --host and --kind name a Bitbucket, and that no proxy or sign-in page answers in its place.',
    });
  }
  return { token, tokenSecret };
}

/** A lifetime; what is no whole number of seconds, or is none at all, tells nothing. */
function seconds(text: string | null): number | null {
  return text !== null && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : null;
}
