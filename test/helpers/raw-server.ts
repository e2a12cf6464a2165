import { createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificate } from './certificates.ts';
import { listenOnLoopback } from './loopback.ts';

export interface RawRequest {
  readonly method: string;
  /** As it stands in the request line. */
  readonly target: string;
  /** The absolute URL that was asked for. */
  readonly url: string;
  /** Request line and header. */
  readonly head: string;
}

/** The bytes after which the connection ends, or whatever is done with it. */
export type RawAnswer = string | Uint8Array | ((socket: Socket) => unknown);

export interface RawServer {
  /** Without a trailing slash. */
  readonly url: string;
  readonly requests: readonly RawRequest[];
}

/** A server on 127.0.0.1 that says exactly what it is told to, sense or nonsense; a connection carries one request. */
export async function startRawServer(
  t: Pick<TestContext, 'after'>,
  answer: (request: RawRequest) => RawAnswer,
  tls?: Certificate,
): Promise<RawServer> {
  const requests: RawRequest[] = [];
  let url = '';
  const sockets = new Set<Socket>();

  function handle(socket: Socket): void {
    let head = '';
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      if (head.includes('\r\n\r\n')) return;
      head += bytes.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      const [, method = '', target = ''] = /^(\S+) (\S+)/.exec(head) ?? [];
      const request = { method, target, url: `${url}${target}`, head };
      requests.push(request);
      const said = answer(request);
      if (typeof said === 'function') said(socket);
      else socket.end(said);
    });
  }

  const server: Server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
  server.on('tlsClientError', () => {});
  const port = await listenOnLoopback(server);
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  url = `http${tls === undefined ? '' : 's'}://127.0.0.1:${port}`;
  return { url, requests };
}

/** An answer with these header lines before its body. */
export function answerOf(
  status: number,
  body: string | Uint8Array,
  ...fields: readonly string[]
): Uint8Array {
  const bytes = Buffer.from(body);
  const head = [
    `HTTP/1.1 ${status} Answer`,
    `Content-Length: ${bytes.byteLength}`,
    'Connection: close',
    ...fields,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'utf8'), bytes]);
}

export function jsonAnswer(value: unknown, ...fields: readonly string[]): Uint8Array {
  return answerOf(200, JSON.stringify(value), 'Content-Type: application/json', ...fields);
}
