import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from './api-error.ts';
import type { SignedRequest } from './oauth1/verifier.ts';

/**
 * Where the client finds this server: what it wrote into its Host header, so that links stay on the origin it knows.
 * @throws {ApiError} 400 when that is no name of this machine: a page from elsewhere that had its name point here (DNS rebinding) gets nothing.
 */
export function baseUrlOf(request: FastifyRequest): string {
  const { host } = request.headers;
  if (host === undefined || !/^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i.test(host)) {
    throw new ApiError(400, 'This server answers to 127.0.0.1, [::1] and localhost only.');
  }
  return `http://${host}`;
}

/** The request as it was sent: Fastify's own view of it has its escapes undone, which would break every signature. */
export function signedRequestOf(request: FastifyRequest): SignedRequest {
  return {
    method: request.method,
    url: `${baseUrlOf(request)}${request.raw.url ?? ''}`,
    authorizationHeader: request.headers.authorization,
    formBody: formBodyOf(request),
  };
}

/**
 * The whole address that was asked.
 * @throws {ApiError} 400 when its query gives a parameter twice
 */
export function urlOf(request: FastifyRequest): URL {
  const url = new URL(`${baseUrlOf(request)}${request.raw.url ?? ''}`);
  const names = [...url.searchParams.keys()];
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  if (repeated !== undefined) throw new ApiError(400, `${repeated} is given more than once.`);
  return url;
}

/** The variable parts of the path, decoded. */
export function pathParametersOf({ params }: FastifyRequest): Readonly<Record<string, string>> {
  const entries = typeof params === 'object' && params !== null ? Object.entries(params) : [];
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

/** The form as it was sent; see {@link acceptForms}. */
export function formBodyOf(request: FastifyRequest): string {
  return typeof request.body === 'string' ? request.body : '';
}

/** The values of a query or form by their names; null when a name is given twice. */
export function singleValues(text: string): ReadonlyMap<string, string> | null {
  const pairs = [...new URLSearchParams(text)];
  const values = new Map(pairs);
  return values.size === pairs.length ? values : null;
}

/** Takes forms, unparsed since a signature covers them as they were sent, and no other kind of body. */
export function acceptForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, body),
  );
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Serves a path; methods without a handler get 405 before anything else is looked at. */
export function serve(
  app: FastifyInstance,
  url: string,
  handlers: Readonly<Record<string, Handler>>,
): void {
  for (const [method, handler] of Object.entries(handlers)) app.route({ method, url, handler });
  const allowed = Object.keys(handlers);
  const refuse: Handler = async (_request, reply) => {
    reply.header('allow', allowed.join(', '));
    throw new ApiError(405, `Method not allowed: this address takes ${allowed.join(' and ')}.`);
  };
  const otherMethods = app.supportedMethods.filter((method) => !allowed.includes(method));
  app.route({ method: otherMethods, url, onRequest: refuse, handler: refuse });
}

/** Serves what is only read; HEAD gets the answer of GET without its body (RFC 9110 section 9.3.2). */
export function serveReading(app: FastifyInstance, url: string, handler: Handler): void {
  serve(app, url, { GET: handler, HEAD: handler });
}
