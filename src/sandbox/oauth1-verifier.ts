import {
  OAuthRefusal,
  type Parameter,
  parseAuthorizationHeader,
  parseForm,
  percentEncode,
  queryOf,
} from './oauth1-parameters.ts';
import { equalInConstantTime, hmacSha1, signatureBaseString } from './oauth1-signature.ts';

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
