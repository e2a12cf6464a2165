import {
  type Parameter,
  parseAuthorizationHeader,
  parseForm,
  percentEncode,
  queryOf,
} from './parameters.ts';
import { absent, OAuthRefusal, rejected } from './refusal.ts';
import { type SignatureCheck, signatureBaseString } from './signature.ts';

/** A request as it came over the wire. */
export interface SignedRequest {
  readonly method: string;
  /** Absolute: the scheme and the Host header, then path and query as they stood in the request line. */
  readonly url: string;
  readonly authorizationHeader?: string | undefined;
  /** The body as it was sent, if it is `application/x-www-form-urlencoded`; no other body is signed. */
  readonly formBody?: string | undefined;
}

/** The consumers of a host, which signs by one method only. */
export interface Consumers {
  readonly signatureMethod: 'HMAC-SHA1' | 'RSA-SHA1';
  /** Undefined when no such consumer is known. */
  signatureCheck(consumerKey: string): SignatureCheck | undefined;
}

export interface KnownKeys extends Consumers {
  /** Undefined when that consumer has no such token. */
  tokenSecret(token: string, consumerKey: string): string | undefined;
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
  /** From the OAuth Session extension. */
  readonly sessionHandle: string | undefined;
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
  'oauth_session_handle',
]);

/** Whether the request carries OAuth 1.0a parameters at all, right or wrong. */
export function isSigned(request: SignedRequest): boolean {
  return placesWithParameters(readPlaces(request)).length > 0;
}

/**
 * Checks form and signature of a request (RFC 5849 section 3.2). Whether its time, nonce and token are still good is the provider's to say.
 * @throws {OAuthRefusal} 400 for parameters lost, repeated or not supported; 401 for a consumer, token or signature that is not accepted.
 */
export function verifyRequest(request: SignedRequest, keys: KnownKeys): VerifiedRequest {
  const places = readPlaces(request);
  const oauth = protocolParameters(places);
  const consumerKey = required(oauth, 'oauth_consumer_key');
  const signatureMethod = required(oauth, 'oauth_signature_method');
  const signature = required(oauth, 'oauth_signature');
  const timestamp = required(oauth, 'oauth_timestamp');
  const nonce = required(oauth, 'oauth_nonce');
  const token = oauth.get('oauth_token');
  if (signatureMethod !== keys.signatureMethod) {
    throw new OAuthRefusal(
      'signature_method_rejected',
      `the signature method is not supported, ${keys.signatureMethod} is`,
    );
  }
  // RFC 5849 section 3.1: "if present, MUST be set to 1.0".
  if (oauth.has('oauth_version') && oauth.get('oauth_version') !== '1.0') {
    throw new OAuthRefusal('version_rejected', 'oauth_version is not 1.0', {
      oauth_acceptable_versions: '1.0-1.0',
    });
  }
  // RFC 5849 section 3.3: a positive integer.
  if (!/^[1-9][0-9]{0,14}$/.test(timestamp)) {
    throw rejected('oauth_timestamp', 'oauth_timestamp is not a positive integer');
  }
  if (token === '') throw rejected('oauth_token', 'oauth_token is empty');

  const isCorrect = keys.signatureCheck(consumerKey);
  if (isCorrect === undefined) {
    throw new OAuthRefusal('consumer_key_unknown', 'the consumer key is not known');
  }
  const tokenSecret = token === undefined ? '' : keys.tokenSecret(token, consumerKey);
  if (tokenSecret === undefined) {
    throw new OAuthRefusal(
      'token_rejected',
      'the token is not known, has expired or was used before',
    );
  }
  const baseString = signatureBaseString(request.method, request.url, Object.values(places).flat());
  if (!isCorrect(signature, baseString, tokenSecret)) {
    throw new OAuthRefusal('signature_invalid', 'the signature is wrong', {
      oauth_signature: signature,
      oauth_signature_base_string: baseString,
      oauth_signature_method: signatureMethod,
    });
  }
  return {
    consumerKey,
    token,
    timestamp: Number(timestamp),
    nonce,
    callback: oauth.get('oauth_callback'),
    verifier: oauth.get('oauth_verifier'),
    sessionHandle: oauth.get('oauth_session_handle'),
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
    throw new OAuthRefusal(
      'parameter_rejected',
      'the OAuth parameters are spread over more than one place',
    );
  }
  const byName = new Map(parameters);
  if (byName.size < parameters.length) {
    throw new OAuthRefusal('parameter_rejected', 'an OAuth parameter is given more than once');
  }
  const unsupported = [...byName.keys()].find((name) => !supportedParameters.has(name));
  if (unsupported !== undefined) {
    throw rejected(unsupported, `the parameter ${percentEncode(unsupported)} is not supported`);
  }
  return byName;
}

function required(oauth: ReadonlyMap<string, string>, name: string): string {
  const value = oauth.get(name);
  if (value === undefined || value === '') throw absent(name);
  return value;
}
