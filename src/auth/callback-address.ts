import type { IncomingMessage } from 'node:http';
import { BitbranchError } from '../errors.ts';

/** @throws {BitbranchError} `usage` for a callback path that a browser would not ask for letter by letter. */
export function requirePlainPath(path: string): void {
  const isPlain = /^\/[\w.~/-]*$/.test(path);
  // Browsers take dot segments out of an address, and `//` begins a host.
  if (isPlain && new URL(path, 'http://127.0.0.1').pathname === path) return;
  throw new BitbranchError('usage', `"${path}" can't be the path of the callback.`, {
    hint: 'Give --callback-path an absolute path of letters, digits and . _ ~ - such as /callback.',
  });
}

/** What to tell a person whose port can't be had. */
export function listenFailure(error: unknown, port: number): BitbranchError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  // EACCES: ports below 1024, and the ranges that Windows reserves though nothing listens there.
  const reason =
    code === 'EADDRINUSE'
      ? 'another program uses it'
      : code === 'EACCES'
        ? 'this system reserves it'
        : 'the system refused';
  return new BitbranchError('usage', `Can't listen on port ${port} of 127.0.0.1: ${reason}.`, {
    hint: 'Give another --callback-port, or 0 to let the system choose a free one.',
    cause: error,
  });
}

/**
 * The status that refuses a request which is not a GET of the redirect URI exactly as advertised; null for one that is.
 * The raw target is compared, because Fastify decodes escapes and takes absolute-form targets; the Host header, because a
 * hostile DNS server can point its own name at 127.0.0.1 (DNS rebinding).
 */
export function misdirection(
  request: Pick<IncomingMessage, 'url' | 'method' | 'headersDistinct'>,
  redirectUri: URL,
): 400 | 404 | 405 | 421 | null {
  const target = request.url ?? '';
  const isWellFormed = /^\/(?:[!"$&-~]|%[0-9a-f]{2})*$/i.test(target);
  if (!isWellFormed) return 400;
  if (request.headersDistinct['host']?.join() !== redirectUri.host) return 421;
  if (target.split('?', 1)[0] !== redirectUri.pathname) return 404;
  return request.method === 'GET' ? null : 405;
}

/** The query of a request that is not misdirected. */
export function queryOf(request: Pick<IncomingMessage, 'url'>): URLSearchParams {
  const target = request.url ?? '';
  const start = target.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : target.slice(start));
}
