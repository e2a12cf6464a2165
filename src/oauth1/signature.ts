import { createHmac, type KeyObject, sign } from 'node:crypto';
import OAuth from 'oauth-1.0a';

/** How the client proves who it is (RFC 5849 sections 3.4.2 and 3.4.3). */
export type SigningKey =
  | { readonly method: 'HMAC-SHA1'; readonly secret: string }
  | { readonly method: 'RSA-SHA1'; readonly privateKey: KeyObject };

/** Client credentials (RFC 5849 section 1.1): the consumer, as Bitbucket calls it. */
export interface ClientCredentials {
  readonly key: string;
  readonly signing: SigningKey;
}

/** A token with its shared secret: temporary or token credentials (RFC 5849 section 1.1). */
export interface TokenWithSecret {
  readonly token: string;
  readonly tokenSecret: string;
}

/** What makes a request unique (RFC 5849 section 3.3): no two requests may share both. */
export interface Moment {
  readonly nonce: string;
  /** Whole seconds since 1970. */
  readonly timestampSeconds: number;
}

export interface SignableRequest {
  readonly method: string;
  /** Absolute URL. It is signed as the WHATWG URL parser writes it, which is also what HTTP clients send. */
  readonly url: string;
  /** The fields of an application/x-www-form-urlencoded body, decoded and in order; no other body is signed. */
  readonly form?: readonly (readonly [name: string, value: string])[];
}

/** The protocol parameters (RFC 5849 section 3.1) without the signature. */
export interface ProtocolParameters {
  readonly oauth_consumer_key: string;
  readonly oauth_token?: string;
  readonly oauth_signature_method: string;
  readonly oauth_timestamp: number;
  readonly oauth_nonce: string;
  readonly oauth_version?: string;
  readonly oauth_callback?: string;
  readonly oauth_verifier?: string;
  readonly oauth_session_handle?: string;
}

/** A name and a value, both percent-encoded, so that any bytes are held as ASCII text. */
export type EncodedPair = readonly [name: string, value: string];

/** Section 3.1: the protocol parameters of one request; `own` are those of the step that is taken. */
export function protocolParameters(
  client: ClientCredentials,
  token: TokenWithSecret | null,
  moment: Moment,
  own: Pick<ProtocolParameters, 'oauth_callback' | 'oauth_verifier' | 'oauth_session_handle'> = {},
): ProtocolParameters {
  return {
    oauth_consumer_key: client.key,
    ...(token === null ? {} : { oauth_token: token.token }),
    oauth_signature_method: client.signing.method,
    oauth_timestamp: moment.timestampSeconds,
    oauth_nonce: moment.nonce,
    oauth_version: '1.0',
    ...own,
  };
}

/** Section 3.4.1.2: the base string URI. The URL parser lower-cases scheme and host and drops default ports. */
export function baseStringUri(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/**
 * Section 3.4.1.3.1: the parameters from query, protocol and form body, each with all its duplicates, encoded as
 * section 3.6 asks. `realm` is no protocol parameter here, so a query may hold one of that name.
 */
export function encodedParameters(
  request: SignableRequest,
  parameters: ProtocolParameters,
): EncodedPair[] {
  const texts = [...Object.entries(parameters), ...(request.form ?? [])];
  return [
    ...encodedQuery(new URL(request.url).search.slice(1)),
    ...texts.map(([name, value]): EncodedPair => [percentEncode(name), percentEncode(`${value}`)]),
  ].filter(([name]) => name !== 'oauth_signature');
}

/** The pairs of a query. It is decoded to bytes, not to text: an escape that is no UTF-8 is signed as it was sent. */
function encodedQuery(query: string): EncodedPair[] {
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', ...value] = part.split('=');
      return [reencode(name), reencode(value.join('='))];
    });
}

/** From form encoding, where a space is a plus and any character may be escaped, to the one encoding of section 3.6. */
function reencode(component: string): string {
  const bytes = component
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return percentEncode(Buffer.from(bytes, 'latin1'));
}

/** Section 3.4.1.3.2: sorted by name, then by value. The pairs are ASCII, so code units sort as bytes. */
export function normalizedParameters(pairs: readonly EncodedPair[]): string {
  return pairs
    .toSorted(
      ([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB),
    )
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Section 3.4.2. */
export function hmacSha1(baseString: string, key: string): string {
  return createHmac('sha1', key).update(baseString).digest('base64');
}

/** Section 3.4.3: RSASSA-PKCS1-v1_5 with SHA-1. */
export function rsaSha1(baseString: string, privateKey: KeyObject): string {
  return sign('RSA-SHA1', Buffer.from(baseString), privateKey).toString('base64');
}

/** Section 3.6: all but the unreserved characters is escaped, byte by byte and in upper case; text is UTF-8. */
export function percentEncode(value: string | Uint8Array): string {
  return Buffer.from(value)
    .toString('latin1')
    .replace(/[^A-Za-z0-9\-._~]/g, escapeByte);
}

function escapeByte(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/**
 * `oauth-1.0a` composes base string, signing key and header; this replaces the parts in which it leaves RFC 5849.
 * Its `authorize` is not used: it makes the nonce with `Math.random` and changes the request it is given.
 */
export class RequestSigner extends OAuth {
  constructor({ key, signing }: ClientCredentials) {
    super({
      consumer: { key, secret: signing.method === 'HMAC-SHA1' ? signing.secret : '' },
      signature_method: signing.method,
      hash_function:
        signing.method === 'HMAC-SHA1'
          ? hmacSha1
          : (baseString) => rsaSha1(baseString, signing.privateKey),
    });
  }

  /** Also encodes `oauth_timestamp`, which the library leaves a number. */
  override percentEncode(value: string | number): string {
    return percentEncode(`${value}`);
  }

  override getBaseUrl(url: string): string {
    return baseStringUri(url);
  }

  override getParameterString(request: SignableRequest, parameters: ProtocolParameters): string {
    return normalizedParameters(encodedParameters(request, parameters));
  }

  /** Section 3.4.1.1: the signature base string. */
  override getBaseString(request: SignableRequest, parameters: ProtocolParameters): string {
    return super.getBaseString(request, libraryData(parameters));
  }

  /** Section 3.5.1: the value of the Authorization header, signature included. */
  authorizationHeader(
    request: SignableRequest,
    token: TokenWithSecret | null,
    parameters: ProtocolParameters,
  ): string {
    const data = libraryData(parameters);
    const signature = this.getSignature(request, token?.tokenSecret, data);
    return this.toHeader({ ...data, oauth_signature: signature }).Authorization;
  }
}

/** The library's types ask for `oauth_version`; its code does not, and in section 3.1 it is optional. */
function libraryData(parameters: ProtocolParameters): OAuth.Data {
  return parameters as OAuth.Data;
}
