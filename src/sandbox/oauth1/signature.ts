import { createHmac, type KeyObject, verify } from 'node:crypto';
import { equalInConstantTime } from '../constant-time.ts';
import { type Parameter, percentEncode } from './parameters.ts';
import { OAuthRefusal } from './refusal.ts';

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
  const parts = /^(https?):\/\/([^/?#@]+)(\/[^?#]*)?(?:[?#]|$)/i.exec(url);
  if (parts === null)
    throw new OAuthRefusal('parameter_rejected', 'the request has no absolute http(s) URL');
  const [, rawScheme = '', rawHost = '', path = '/'] = parts;
  const scheme = rawScheme.toLowerCase();
  const host = rawHost.toLowerCase().replace(scheme === 'http' ? /:80$/ : /:443$/, '');
  return `${scheme}://${host}${path}`;
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

/** How the signatures of one consumer are checked. */
export type SignatureCheck = (
  signature: string,
  baseString: string,
  tokenSecret: string,
) => boolean;

export function hmacSha1Check(consumerSecret: string): SignatureCheck {
  return (signature, baseString, tokenSecret) =>
    equalInConstantTime(signature, hmacSha1(baseString, consumerSecret, tokenSecret));
}

/** RFC 5849 section 3.4.3; secrets of tokens play no part in it. */
export function rsaSha1Check(publicKey: KeyObject): SignatureCheck {
  return (signature, baseString) =>
    // Node reads base64 that is broken, and other alphabets of it.
    /^[A-Za-z0-9+/]+={0,2}$/.test(signature) &&
    verify('sha1', Buffer.from(baseString), publicKey, Buffer.from(signature, 'base64'));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
