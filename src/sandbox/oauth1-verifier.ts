import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  OAuthRefusal,
  type Parameter,
  parseAuthorizationHeader,
  parseForm,
  percentEncode,
  queryOf,
} from './oauth1-parameters.ts';

/** A request as it came over the wire. */
export interface SignedRequest {
  readonly method: string;
  /** Absolute: the scheme and the Host header, then path and query as they stood in the request line. */
  readonly url: string;
  readonly authorizationHeader?: string | undefined;
  /** The body as it was sent, if it is `application/x-www-form-urlencoded`; no other body is signed. */
  readonly formBody?: string | undefined;
}

export interface SharedSecrets {
  /** Undefined when no such consumer is known. */
  consumerSecret(consumerKey: string): string | undefined;
  /** Undefined when no such token is known. */
  tokenSecret(token: string): string | undefined;
}

/** What a correctly signed request says. */
export interface VerifiedRequest {
  readonly consumerKey: string;
  readonly token: string | undefined;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly nonce: string;
  readonly callback: string | undefined;
  readonly verifier: string | undefined;
}

const supportedParameters = new Set([
  'oauth_consumer_key',
  'oauth_token',
  'oauth_signature_method',
  'oauth_signature',
  'oauth_timestamp',
  'oauth_nonce',
  'oauth_version',
  'oauth_callback',
  'oauth_verifier',
]);

/** Whether the request carries OAuth 1.0a parameters at all, right or wrong. */
export function isSigned(request: SignedRequest): boolean {
  return placesWithParameters(readPlaces(request)).length > 0;
}

/**
 * Checks form and signature of a request (RFC 5849 section 3.2). Whether its time, nonce and token are still good is the provider's to say.
 * @throws {OAuthRefusal} 400 for parameters lost, repeated or not supported; 401 for a consumer, token or signature that is not accepted.
 */
export function verifyRequest(request: SignedRequest, secrets: SharedSecrets): VerifiedRequest {
  const places = readPlaces(request);
  const oauth = protocolParameters(places);
  const consumerKey = required(oauth, 'oauth_consumer_key');
  const signatureMethod = required(oauth, 'oauth_signature_method');
  const signature = required(oauth, 'oauth_signature');
  const timestamp = required(oauth, 'oauth_timestamp');
  const nonce = required(oauth, 'oauth_nonce');
  const token = oauth.get('oauth_token');
  if (signatureMethod !== 'HMAC-SHA1') {
    throw new OAuthRefusal(400, 'the signature method is not supported, HMAC-SHA1 is');
  }
  // RFC 5849 section 3.1: "if present, MUST be set to 1.0".
  if (oauth.has('oauth_version') && oauth.get('oauth_version') !== '1.0') {
    throw new OAuthRefusal(400, 'oauth_version is not 1.0');
  }
  // RFC 5849 section 3.3: a positive integer.
  if (!/^[1-9][0-9]{0,14}$/.test(timestamp)) {
    throw new OAuthRefusal(400, 'oauth_timestamp is not a positive integer');
  }
  if (token === '') throw new OAuthRefusal(400, 'oauth_token is empty');

  const consumerSecret = secrets.consumerSecret(consumerKey);
  if (consumerSecret === undefined) throw new OAuthRefusal(401, 'the consumer key is not known');
  const tokenSecret = token === undefined ? '' : secrets.tokenSecret(token);
  if (tokenSecret === undefined) {
    throw new OAuthRefusal(401, 'the token is not known, has expired or was used before');
  }
  const baseString = signatureBaseString(request.method, request.url, Object.values(places).flat());
  if (!equalInConstantTime(signature, hmacSha1(baseString, consumerSecret, tokenSecret))) {
    throw new OAuthRefusal(401, 'the signature is wrong');
  }
  return {
    consumerKey,
    token,
    timestamp: Number(timestamp),
    nonce,
    callback: oauth.get('oauth_callback'),
    verifier: oauth.get('oauth_verifier'),
  };
}

/** RFC 5849 section 3.4.1.1; `parameters` are those of header, query and body, `oauth_signature` is left out here. */
export function signatureBaseString(
  method: string,
  url: string,
  parameters: readonly Parameter[],
): string {
  const signed = parameters.filter(([name]) => name !== 'oauth_signature');
  return [method.toUpperCase(), baseStringUri(url), normalizeParameters(signed)]
    .map(percentEncode)
    .join('&');
}

/** RFC 5849 section 3.4.1.2. The path is taken as it was sent, which a URL parser would not leave alone. */
export function baseStringUri(url: string): string {
  const parts = /^(https?):\/\/([^/?#@]+)([^?#]*)/i.exec(url);
  if (parts === null) throw new OAuthRefusal(400, 'the request has no absolute http(s) URL');
  const [, rawScheme = '', rawHost = '', path = ''] = parts;
  const scheme = rawScheme.toLowerCase();
  const host = rawHost.toLowerCase().replace(scheme === 'http' ? /:80$/ : /:443$/, '');
  return `${scheme}://${host}${path === '' ? '/' : path}`;
}

/** RFC 5849 section 3.4.1.3.2: encoded first, then sorted by bytes. */
export function normalizeParameters(parameters: readonly Parameter[]): string {
  return parameters
    .map(([name, value]): Parameter => [percentEncode(name), percentEncode(value)])
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** RFC 5849 section 3.4.2, in base64. */
export function hmacSha1(baseString: string, consumerSecret: string, tokenSecret: string): string {
  const key = `${percentEncode(consumerSecret)}&${percentEncode(tokenSecret)}`;
  return createHmac('sha1', key).update(baseString).digest('base64');
}

export function equalInConstantTime(actual: string, expected: string): boolean {
  const actualBytes = Buffer.from(actual);
  const expectedBytes = Buffer.from(expected);
  return actualBytes.length === expectedBytes.length && timingSafeEqual(actualBytes, expectedBytes);
}

/** All parameters of the request by the place they came in (RFC 5849 section 3.4.1.3.1). */
function readPlaces(request: SignedRequest): Record<'header' | 'query' | 'body', Parameter[]> {
  return {
    header: parseAuthorizationHeader(request.authorizationHeader) ?? [],
    query: parseForm(queryOf(request.url)),
    body: parseForm(request.formBody ?? ''),
  };
}

function placesWithParameters(places: Record<string, Parameter[]>): Parameter[][] {
  return Object.values(places)
    .map((parameters) => parameters.filter(([name]) => name.startsWith('oauth_')))
    .filter((parameters) => parameters.length > 0);
}

/** RFC 5849 section 3.5: sent in one place only; section 3.2: none of them twice, none that is not supported. */
function protocolParameters(places: Record<string, Parameter[]>): ReadonlyMap<string, string> {
  const [parameters = [], ...otherPlaces] = placesWithParameters(places);
  if (otherPlaces.length > 0) {
    throw new OAuthRefusal(400, 'the OAuth parameters are spread over more than one place');
  }
  const byName = new Map(parameters);
  if (byName.size < parameters.length) {
    throw new OAuthRefusal(400, 'an OAuth parameter is given more than once');
  }
  const unsupported = [...byName.keys()].find((name) => !supportedParameters.has(name));
  if (unsupported !== undefined) {
    throw new OAuthRefusal(400, `the parameter ${percentEncode(unsupported)} is not supported`);
  }
  return byName;
}

function required(oauth: ReadonlyMap<string, string>, name: string): string {
  const value = oauth.get(name);
  if (value === undefined || value === '') throw new OAuthRefusal(400, `${name} is missing`);
  return value;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
