import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { protectionRealm } from '../api-error.ts';
import { serveConsent } from '../consent/routes.ts';
import { acceptForms, formBodyOf, serve, singleValues } from '../http.ts';
import type { OAuth2Dialect } from './dialect.ts';
import type { OAuth2Provider } from './provider.ts';
import { ClientRefusal, TokenError } from './token-error.ts';
import type { TokenPair } from './tokens.ts';

/** What the token endpoint was asked for; `error` is null where it gave tokens. */
export interface TokenRequest {
  readonly grantType: string | null;
  readonly error: string | null;
}

export interface OAuth2RouteOptions {
  readonly provider: OAuth2Provider;
  readonly dialect: OAuth2Dialect;
  /** What the answer calls the scope. */
  readonly scopeField: 'scope' | 'scopes';
  onTokenRequest(request: TokenRequest): void;
}

/** The two endpoints of RFC 6749 section 3. */
export function serveOAuth2(app: FastifyInstance, options: OAuth2RouteOptions): void {
  const { provider, dialect } = options;
  app.register(async (scope) =>
    serveConsent(scope, {
      path: dialect.authorizationPath,
      requests: provider.requests,
      open: (query) => provider.open(query),
      grant: (request) => provider.grant(request),
      deny: (request) => provider.deny(request),
    }),
  );
  app.register(async (scope) => {
    acceptForms(scope);
    // Bitbucket reads no other body, but does not say so: it misses what should be in it.
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, _body, done) => done(null));
    serve(scope, dialect.tokenPath, {
      POST: async (request, reply) => answerTokenRequest(request, reply, options),
    });
  });
}

function answerTokenRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  { provider, dialect, scopeField, onTokenRequest }: OAuth2RouteOptions,
): FastifyReply {
  // RFC 6749 section 5.1.
  reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' });
  const form = singleValues(formBodyOf(request));
  const grantType = form?.get('grant_type') ?? null;
  try {
    if (form === null) throw new TokenError('invalid_request', 'A parameter is given twice');
    const pair = provider.answer(request.headers.authorization, form);
    onTokenRequest({ grantType, error: null });
    return reply.send(tokenAnswer(pair, dialect.tokens.lifetimeSeconds, scopeField));
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    onTokenRequest({ grantType, error: error.error });
    return sendTokenError(reply, error);
  }
}

/** RFC 6749 section 5.1. */
function tokenAnswer(
  { accessToken, refreshToken, grant }: TokenPair,
  lifetimeSeconds: number,
  scopeField: 'scope' | 'scopes',
) {
  return {
    access_token: accessToken,
    token_type: 'bearer',
    expires_in: lifetimeSeconds,
    refresh_token: refreshToken,
    [scopeField]: grant.scope,
  };
}

/** RFC 6749 section 5.2. */
function sendTokenError(reply: FastifyReply, error: TokenError): FastifyReply {
  const isClientRefused = error instanceof ClientRefusal;
  if (isClientRefused) reply.header('www-authenticate', `Basic ${protectionRealm}`);
  return reply
    .code(isClientRefused ? 401 : 400)
    .send({ error: error.error, error_description: error.message });
}
