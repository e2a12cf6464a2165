import { OAuthRefusal } from './refusal.ts';

/** A decoded name and its decoded value. */
export type Parameter = readonly [name: string, value: string];

/** RFC 5849 section 3.6: UTF-8, everything but `A-Za-z0-9-._~` escaped, upper-case hexadecimal. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * The pairs of a query or of a form body, in their order (RFC 5849 section 3.4.1.3.1): `+` is a space, a name without `=` has an empty value.
 * Assumes, where the RFC is silent, that empty pieces (`a=1&&b=2`) are no parameters.
 */
export function parseForm(text: string): Parameter[] {
  return text
    .split('&')
    .filter((piece) => piece !== '')
    .map((piece) => {
      const equals = piece.indexOf('=');
      const name = equals === -1 ? piece : piece.slice(0, equals);
      const value = equals === -1 ? '' : piece.slice(equals + 1);
      return [decodeFormText(name), decodeFormText(value)];
    });
}

/** The query of an absolute URL as it was sent, without its `?`. */
export function queryOf(url: string): string {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start + 1);
}

/**
 * The pairs of an `Authorization: OAuth …` header without `realm` (RFC 5849 sections 3.5.1 and 3.4.1.3.1);
 * null when there is no such header or it has another scheme.
 */
export function parseAuthorizationHeader(header: string | undefined): Parameter[] | null {
  const scheme = /^OAuth(?:[ \t]+|$)/i.exec(header ?? '');
  if (header === undefined || scheme === null) return null;

  const pairs: [name: string, value: string][] = [];
  const pair = /[ \t]*([^\s=",]+)="((?:[^"\\]|\\.)*)"[ \t]*(,|$)/y;
  pair.lastIndex = scheme[0].length;
  while (pair.lastIndex < header.length) {
    const found = pair.exec(header);
    if (found === null) {
      throw new OAuthRefusal(
        'parameter_rejected',
        'the Authorization header is not a list of name="value" pairs',
      );
    }
    const [, name = '', value = ''] = found;
    pairs.push([name, value]);
  }
  if (pairs.filter(([name]) => name === 'realm').length > 1) {
    throw new OAuthRefusal('parameter_rejected', 'realm is given more than once');
  }
  return pairs
    .filter(([name]) => name !== 'realm')
    .map(([name, value]) => [decodeHeaderText(name), decodeHeaderText(value)]);
}

function decodeFormText(text: string): string {
  return percentDecode(text.replaceAll('+', ' '));
}

function decodeHeaderText(text: string): string {
  if (!/^(?:[A-Za-z0-9\-._~]|%[0-9A-Fa-f]{2})*$/.test(text)) {
    throw new OAuthRefusal(
      'parameter_rejected',
      'the Authorization header holds a character that is not percent-encoded',
    );
  }
  return percentDecode(text);
}

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new OAuthRefusal('parameter_rejected', 'a parameter is not percent-encoded UTF-8');
  }
}
