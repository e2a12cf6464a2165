import type { Context, HttpRequest, HttpResponse } from '../context.ts';
import { BitbranchError } from '../errors.ts';

/**
 * Sends requests with a token made on a Bitbucket page.
 * @throws {BitbranchError} `usage` for a token that no header can carry
 */
export function tokenSender(
  token: string,
  { http }: Pick<Context, 'http'>,
): (request: HttpRequest) => Promise<HttpResponse> {
  const authorization = tokenAuthorization(token);
  return (request) => http.send({ ...request, headers: { ...request.headers, authorization } });
}

/**
 * `email:api-token` is an Atlassian API token, sent as Basic (RFC 7617 section 2); everything else is a bearer token
 * (RFC 6750 section 2.1; Atlassian's own go beyond its alphabet, with a `=` in the middle).
 */
function tokenAuthorization(token: string): string {
  if (isBasic(token)) return `Basic ${Buffer.from(token, 'utf8').toString('base64')}`;
  if (/^[!-~]+$/.test(token)) return `Bearer ${token}`;
  throw new BitbranchError('usage', 'The token holds characters that no token has.', {
    hint: 'Give a bearer token, or email:api-token, without spaces or line breaks.',
  });
}

/** Whether it is an `email:api-token`, which goes as Basic and is no bearer token. */
export function isBasic(token: string): boolean {
  return /^[^\s:]+@[^\s:]+:\S+$/.test(token);
}
