import type { FastifyInstance, FastifyReply } from 'fastify';
import { type BitbranchError, signInAgain } from '../errors.ts';
import type { RenderedPage } from '../page.ts';
import { listenFailure, misdirection, queryOf, requirePlainPath } from './callback-address.ts';
import {
  brokenPage,
  type CallbackOutcome,
  outcomePage,
  refusalPage,
  spentPage,
  strayPage,
} from './callback-pages.ts';
import { limitConnections } from './connection-limit.ts';

export type { CallbackOutcome } from './callback-pages.ts';

/** What the sign-in thinks of a query that reached the redirect URI. */
export type Judgement<T> =
  /** Stray or forged: it gets 400 and the wait goes on. */
  | { readonly verdict: 'ignore' }
  | { readonly verdict: 'accept'; readonly callback: T }
  /** Ends the wait; the browser is told why. */
  | { readonly verdict: 'deny'; readonly error: BitbranchError };

export interface ReceivedCallback<T> {
  readonly callback: T;
  /**
   * Answers the browser, whose request is held until then. Resolves once the page is on its way or the browser has gone;
   * only the first outcome counts.
   */
  answer(outcome: CallbackOutcome): Promise<void>;
}

export interface CallbackServer {
  /** `http://127.0.0.1:PORT/path` of the socket that is bound. */
  readonly redirectUri: string;
  /**
   * Waits for the one callback that `judge` accepts; to be called once. The judge decides on repeated parameters too.
   * @throws the error of a `deny`, or the signal's reason; a wait outlives {@link close} unless its signal is aborted.
   */
  receive<T>(
    judge: (query: URLSearchParams) => Judgement<T>,
    signal: AbortSignal,
  ): Promise<ReceivedCallback<T>>;
  /** Ends every connection, idle ones too. A browser that is still held gets a failure page first. */
  close(): Promise<void>;
}

export interface CallbackServerOptions {
  /** 0 lets the system choose. */
  readonly port: number;
  /** Absolute path of unreserved characters, such as `/callback`. */
  readonly path: string;
}

type Answer = ReceivedCallback<never>['answer'];
type CallbackHandler = (query: URLSearchParams, reply: FastifyReply) => Promise<void>;

/** A browser opens connections ahead of need, and nobody else has any business here for longer. */
const connectionTimeoutMs = 10_000;
const maxConnections = 256;

/**
 * Listens on the loopback interface (RFC 8252 section 7.3) for the redirect that ends a sign-in.
 * @throws {BitbranchError} `usage` when the path is not plain or the port can't be had.
 */
export async function startCallbackServer(options: CallbackServerOptions): Promise<CallbackServer> {
  requirePlainPath(options.path);
  let handleCallback: CallbackHandler = answerStray;
  let answerHeld: Answer | undefined;

  const app = await createApp();
  app.addHook('onRequest', async ({ raw, server }, reply) => {
    const status = misdirection(raw, new URL(options.path, server.listeningOrigin));
    if (status === null) return;
    if (status === 405) reply.header('allow', 'GET');
    await send(reply, status, strayPage());
  });
  app.setErrorHandler(async (_error, _request, reply) => send(reply, 500, brokenPage()));
  app.get(options.path, async (request, reply) => {
    await handleCallback(queryOf(request.raw), reply);
    return reply;
  });
  const origin = await listen(app, options.port);

  return {
    redirectUri: new URL(options.path, origin).href,

    receive<T>(judge: (query: URLSearchParams) => Judgement<T>, signal: AbortSignal) {
      return new Promise<ReceivedCallback<T>>((resolve, reject) => {
        const finish = () => {
          handleCallback = answerSpent;
          signal.removeEventListener('abort', stop);
        };
        const stop = () => {
          finish();
          reject(signal.reason);
        };
        if (signal.aborted) return stop();
        signal.addEventListener('abort', stop);

        handleCallback = async (query, reply) => {
          const judgement = judge(query);
          if (judgement.verdict === 'ignore') return answerStray(query, reply);
          finish();
          if (judgement.verdict === 'deny') {
            await send(reply, 200, refusalPage(judgement.error));
            return reject(judgement.error);
          }
          answerHeld = hold(reply);
          resolve({ callback: judgement.callback, answer: answerHeld });
        };
      });
    },

    async close() {
      handleCallback = answerSpent;
      await answerHeld?.({
        kind: 'failed',
        message: 'bitbranch stopped before the sign-in was complete.',
        hint: signInAgain,
      });
      await app.close();
    },
  };
}

/** A server with a limit on everything that a client can do to it; Fastify's defaults have next to none. */
async function createApp(): Promise<FastifyInstance> {
  // By its default export: in the bundle, a CommonJS package behind a dynamic import has no other.
  const { default: fastify } = await import('fastify');
  const app = fastify({
    logger: false,
    exposeHeadRoutes: false,
    // Without it, closing waits for the idle connections that browsers keep.
    forceCloseConnections: true,
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: connectionTimeoutMs,
    keepAliveTimeout: connectionTimeoutMs,
    // Nobody gets an answer to what is pipelined behind a request whose answer closes the connection.
    maxRequestsPerSocket: 1,
    // The request line counts as a header. Cookies ignore ports: those of every other server on 127.0.0.1 come along.
    http: { headersTimeout: connectionTimeoutMs, maxHeaderSize: 16 * 1024 },
    frameworkErrors: (_error, _request, reply) => send(reply, 400, strayPage()),
  });
  limitConnections(app.server, maxConnections);
  return app;
}

async function listen(app: FastifyInstance, port: number): Promise<string> {
  try {
    return new URL(await app.listen({ host: '127.0.0.1', port })).origin;
  } catch (error) {
    throw listenFailure(error, port);
  }
}

function answerStray(_query: URLSearchParams, reply: FastifyReply): Promise<void> {
  return send(reply, 400, strayPage());
}

function answerSpent(_query: URLSearchParams, reply: FastifyReply): Promise<void> {
  return send(reply, 409, spentPage());
}

/** Keeps the browser waiting, however long the sign-in takes, until the answer is known. */
function hold(reply: FastifyReply): Answer {
  const { socket } = reply.request;
  socket.setTimeout(0);
  let sent: Promise<void> | undefined;
  return (outcome) => {
    socket.setTimeout(connectionTimeoutMs);
    sent ??= send(reply, outcome.kind === 'signed-in' ? 200 : 500, outcomePage(outcome));
    return sent;
  };
}

/** Resolves once the page is handed to the system or the browser has gone, which is no failure of the sign-in. */
function send(reply: FastifyReply, status: number, { html, headers }: RenderedPage): Promise<void> {
  reply
    .code(status)
    .headers({ ...headers, connection: 'close' })
    .send(html);
  return new Promise((resolve) => reply.then(resolve, () => resolve()));
}
