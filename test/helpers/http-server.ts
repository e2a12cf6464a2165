import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { TestContext } from 'node:test';
import { listenOnLoopback } from './loopback.ts';

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** One request that must come, and what it gets. */
export interface Exchange {
  /** Method and target as they stand in the request line, such as `GET /2.0/user?fields=uuid`. */
  readonly request: string;
  readonly answer: Answer | ((response: ServerResponse, request: IncomingMessage) => void);
}

export interface ScriptedServer {
  /** Without a trailing slash. */
  readonly url: string;
  /** What came, in order. */
  readonly requests: readonly {
    readonly headers: IncomingMessage['headers'];
    readonly body: string;
  }[];
}

/** A server on 127.0.0.1 that fails the test for any request out of script, and for any that did not come. */
export async function startHttpServer(
  t: TestContext,
  script: readonly Exchange[],
  tls?: { readonly key: string; readonly cert: string },
): Promise<ScriptedServer> {
  const pending = [...script];
  const unexpected: string[] = [];
  const requests: { headers: IncomingMessage['headers']; body: string }[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = `${request.method} ${request.url}`;
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    requests.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });

    const next = pending.shift();
    if (next?.request !== target) {
      unexpected.push(`${target} came, expected was ${next?.request ?? 'nothing more'}`);
      response.writeHead(500).end();
    } else if (typeof next.answer === 'function') {
      next.answer(response, request);
    } else {
      response.writeHead(next.answer.status ?? 200, next.answer.headers).end(next.answer.body);
    }
  }

  const server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
  const port = await listenOnLoopback(server);
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    assert.deepEqual(unexpected, []);
    assert.deepEqual(
      pending.map(({ request }) => request),
      [],
    );
  });
  return { url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`, requests };
}
