import { setTimeout as sleep } from 'node:timers/promises';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { ApiError } from './api-error.ts';
import { authenticator } from './authentication.ts';
import { cloudError } from './cloud/cloud-answers.ts';
import { serveCloudApi } from './cloud/cloud-api.ts';
import { compress } from './compression.ts';
import { dataCenterError } from './data-center/answers.ts';
import { serveDataCenterApi } from './data-center/api.ts';
import { type Fault, injectFaults } from './faults.ts';
import { acceptPacks, serveGit } from './git/routes.ts';
import type { HostKind } from './host-kinds.ts';
import { baseUrlOf } from './http.ts';
import { serveOAuth1 } from './oauth1/routes.ts';
import { serveOAuth2, type TokenRequest } from './oauth2/routes.ts';
import type { Repository } from './repositories/repository.ts';

export interface ServerOptions {
  readonly cloud: HostKind;
  readonly dataCenter: HostKind;
  readonly scopeField: 'scope' | 'scopes';
  readonly repositories: readonly Repository[];
  readonly latencyMs: number;
  readonly clock: { nowMs(): number };
  readonly onRequest: Fault | undefined;
  onTokenRequest(hostKind: HostKind['hostKind'], request: TokenRequest): void;
}

/** The HTTP server that is a host of both kinds: their OAuth endpoints and their REST APIs. It does not listen yet. */
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
  if (options.onRequest !== undefined) injectFaults(app, options.onRequest);
  app.setErrorHandler(sendError);
  app.setNotFoundHandler(async () => {
    throw new ApiError(404, 'Resource not found', {
      detail:
        'There is no API hosted at this URL. The sandbox knows the calls that bitbranch makes.',
    });
  });

  for (const kind of [options.cloud, options.dataCenter]) {
    app.register(async (scope) =>
      serveOAuth1(scope, kind.oauth1, kind.oauth1Dialect, options.clock),
    );
    app.register(async (scope) =>
      serveOAuth2(scope, {
        provider: kind.oauth2,
        dialect: kind.oauth2Dialect,
        scopeField: kind.hostKind === 'cloud' ? options.scopeField : 'scope',
        onTokenRequest: (request) => options.onTokenRequest(kind.hostKind, request),
      }),
    );
  }
  app.register(async (scope) => {
    scope.addHook('onRequest', async () => {
      if (options.latencyMs > 0) await sleep(options.latencyMs, undefined, { ref: false });
    });
    scope.addHook('onSend', compress);
    const { cloud, dataCenter, repositories } = options;
    serveCloudApi(scope, { repositories, authenticate: authenticator(cloud) });
    serveDataCenterApi(scope, { repositories, authenticate: authenticator(dataCenter) });
  });
  app.register(async (scope) => {
    const { cloud, dataCenter, repositories } = options;
    acceptPacks(scope);
    serveGit(scope, '', { repositories, realm: cloud });
    serveGit(scope, '/scm', { repositories, realm: dataCenter });
  });
  return app;
}

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const apiError = error instanceof ApiError ? error : frameworkError(error);
  const isDataCenter = /^\/(?:rest|plugins)\//.test(request.raw.url ?? '');
  if (apiError.challenge !== undefined) reply.header('www-authenticate', apiError.challenge);
  reply.code(apiError.status).send(isDataCenter ? dataCenterError(apiError) : cloudError(apiError));
}

function frameworkError(error: unknown): ApiError {
  const status =
    error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
      ? error.statusCode
      : 500;
  return new ApiError(status, error instanceof Error ? error.message : String(error));
}
