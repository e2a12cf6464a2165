/**
 * What a provider does to check a request, written from RFC 5849 alone, so that it shares no mistake with the program or its
 * sandbox.
 */

/** Why a request is not accepted. */
export class Refusal extends Error {}

export function refuse(reason: string): never {
  throw new Refusal(reason);
}

/** A request as the provider understands it. */
export interface Received {
  readonly method: string;
  /** As in the request line, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly authorization: string;
}

/** Section 3.4.1.3.1: query, form and Authorization header; a parameter of the protocol comes once. */
export function collectParameters({ query, form, authorization }: Received) {
  const header = headerParameters(authorization);
  const parameters = [...header, ...query, ...form];
  const protocol = new Map(parameters.filter(([name]) => name.startsWith('oauth_')));
  const count = parameters.filter(([name]) => name.startsWith('oauth_')).length;
  if (protocol.size < count) refuse('a protocol parameter comes twice');
  return { parameters: parameters.filter(([name]) => name !== 'oauth_signature'), protocol };
}

/** Section 3.5.1. */
function headerParameters(authorization: string): [string, string][] {
  const [, list] = /^OAuth +(.*)$/i.exec(authorization) ?? [];
  if (list === undefined) return refuse('no OAuth header');
  const pairs = list.split(',').map((item): [string, string] => {
    const [, name, value] = /^\s*([^=\s]+)="([^"]*)"\s*$/.exec(item) ?? [];
    if (name === undefined || value === undefined) return refuse(`"${item}" in the header`);
    return [decode(name), name === 'realm' ? value : decode(value)];
  });
  return pairs.filter(([name]) => name !== 'realm');
}

/** Sections 3.4.1.1 to 3.4.1.3. */
export function signatureBase(
  method: string,
  uri: string,
  parameters: readonly [string, string][],
) {
  const byteOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  const normalized = parameters
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => byteOrder(a, b) || byteOrder(x, y))
    .map((pair) => pair.join('='))
    .join('&');
  return [method.toUpperCase(), uri, normalized].map(encode).join('&');
}

/** Section 3.6. */
export function encode(text: string): string {
  const inHex = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, inHex);
}

/** Section 3.6 allows one encoding only. */
function decode(encoded: string): string {
  const text = decodeURIComponent(encoded);
  if (encode(text) !== encoded) refuse(`"${encoded}" is not encoded as section 3.6 says`);
  return text;
}
