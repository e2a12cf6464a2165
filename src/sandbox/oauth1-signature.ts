import { createHmac, timingSafeEqual } from 'node:crypto';
import { OAuthRefusal, type Parameter, percentEncode } from './oauth1-parameters.ts';

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
  if (parts === null) throw new OAuthRefusal(400, 'the request has no absolute http(s) URL');
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

export function equalInConstantTime(actual: string, expected: string): boolean {
  const actualBytes = Buffer.from(actual);
  const expectedBytes = Buffer.from(expected);
  return actualBytes.length === expectedBytes.length && timingSafeEqual(actualBytes, expectedBytes);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
