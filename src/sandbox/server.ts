import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { ApiError } from './cloud/api-error.ts';
import { serveCloudApi } from './cloud/cloud-api.ts';
import { compress } from './compression.ts';
import { baseUrlOf, signedRequestOf } from './http.ts';
import { OAuthRefusal } from './oauth1-parameters.ts';
import type { OAuth1Provider } from './oauth1-provider.ts';
import { serveOAuth1 } from './oauth1-routes.ts';
import { isSigned } from './oauth1-verifier.ts';
import type { Permission } from './permission.ts';
import type { Repository } from './repositories/repository.ts';

export interface ServerOptions {
  readonly provider: OAuth1Provider;
  readonly consumerKey: string;
  readonly permissions: readonly Permission[];
  readonly repositories: readonly Repository[];
  readonly latencyMs: number;
  readonly clock: { nowMs(): number };
}

/** The HTTP server of a Cloud-kind host: its OAuth endpoints and its REST API. It does not listen yet. */
export function createServer(options: ServerOptions): FastifyInstance {
  const app = fastify({
    exposeHeadRoutes: false,
    // Idle browser connections would otherwise keep close() waiting.
    forceCloseConnections: true,
    requestTimeout: 10_000,
    bodyLimit: 64 * 1024,
    // A branch name is one parameter, and may be long.
    routerOptions: { maxParamLength: 4096 },
    frameworkErrors: sendError,
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('date', new Date(options.clock.nowMs()).toUTCString());
    baseUrlOf(request);
  });
  app.setErrorHandler(sendError);
  app.setNotFoundHandler(async () => {
    throw new ApiError(
      404,
      'Resource not found',
      'There is no API hosted at this URL. The sandbox knows the calls that bitbranch makes.',
    );
  });

  app.register(async (scope) => serveOAuth1(scope, options));
  app.register(async (scope) => {
    scope.addHook('onRequest', async (_request, reply) => {
      reply.header('x-credential-type', 'oauth1');
    });
    scope.addHook('onSend', compress);
    scope.setErrorHandler((error, _request, reply) => {
      if (error instanceof ApiError && error.status === 401) {
        reply.header('www-authenticate', 'OAuth realm="bitbranch sandbox"');
      }
      throw error;
    });
    serveCloudApi(scope, {
      ...options,
      authenticate: (request) => authenticate(options.provider, request),
    });
  });
  return app;
}

function authenticate(provider: OAuth1Provider, request: FastifyRequest): void {
  try {
    const signedRequest = signedRequestOf(request);
    if (!isSigned(signedRequest)) throw new OAuthRefusal(401, 'it is not signed with OAuth 1.0a');
    provider.authenticate(signedRequest);
  } catch (error) {
    if (!(error instanceof OAuthRefusal)) throw error;
    throw new ApiError(error.status, `Could not verify OAuth request: ${error.message}.`);
  }
}

function sendError(error: unknown, _request: FastifyRequest, reply: FastifyReply): void {
  reply.code(statusOf(error)).send(errorBody(error));
}

function statusOf(error: unknown): number {
  if (error instanceof ApiError) return error.status;
  return isFastifyError(error) ? (error.statusCode ?? 500) : 500;
}

function errorBody(error: unknown): ApiError['body'] {
  if (error instanceof ApiError) return error.body;
  const message = error instanceof Error ? error.message : String(error);
  return new ApiError(statusOf(error), message).body;
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'statusCode' in error;
}
