import { withoutUserInfo } from '../bitbucket/user-info.ts';
import { BitbranchError } from '../errors.ts';

/** What a path and query may hold as it is (RFC 3986 sections 3.3 and 3.4); everything else is percent-encoded. */
const heldByUrl = /%[0-9a-f]{2}|[A-Za-z0-9\-._~!$&'()*+,;=:@/?]/iy;

/** A path of each kind of host, for those who gave none. */
export const pathExamples =
  'For example: /2.0/user (Cloud), /rest/api/latest/projects (Data Center).';

/**
 * The path of a REST request as it is sent: what a URL can't hold is percent-encoded, escapes and `+` are kept.
 * @throws {BitbranchError} `usage` unless it begins with `/2.0/` or `/rest/`, dot segments resolved
 */
export function apiPath(input: string): string {
  const path = encodeForeign(input);
  if (isBelowApi(path) && isBelowApi(new URL(path, 'http://host').pathname)) return path;
  throw new BitbranchError('usage', `"${withoutUserInfo(input)}" is not a path of the REST API.`, {
    hint: isBelowApi(`/${path}`)
      ? `Begin it with a slash: /${path.split('/', 1)}/…`
      : `It begins with /2.0/ or /rest/. ${pathExamples}`,
  });
}

function isBelowApi(path: string): boolean {
  return /^\/(?:2\.0|rest)\//.test(path);
}

function encodeForeign(input: string): string {
  const text = input.toWellFormed();
  let encoded = '';
  for (let at = 0; at < text.length; ) {
    heldByUrl.lastIndex = at;
    const held = heldByUrl.exec(text)?.[0];
    const character = held ?? String.fromCodePoint(text.codePointAt(at) ?? 0);
    encoded += held ?? encodeURIComponent(character);
    at += character.length;
  }
  return encoded;
}
