import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TestContext } from 'node:test';
import type { Certificate } from './certificates.ts';

export interface ProxyServer {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** What was asked for by CONNECT, in order. */
  readonly asked: readonly {
    readonly target: string;
    readonly authorization: string | undefined;
  }[];
}

/** What the proxy does with a CONNECT: leads every one to this URL, answers with a status, or whatever else. */
export type ProxyConduct = string | number | ((socket: Duplex) => void);

/** A proxy on 127.0.0.1, reached over TLS where it has a certificate. */
export async function startProxyServer(
  t: Pick<TestContext, 'after'>,
  conduct: ProxyConduct,
  certificate?: Certificate,
): Promise<ProxyServer> {
  const asked: { target: string; authorization: string | undefined }[] = [];
  const sockets = new Set<Duplex>();
  const server = certificate === undefined ? createServer() : createTlsServer(certificate);
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    asked.push({
      target: request.url ?? '',
      authorization: request.headers['proxy-authorization'],
    });
    socket.on('error', () => {});
    if (typeof conduct === 'function') return conduct(socket);
    if (typeof conduct === 'number') return socket.end(`HTTP/1.1 ${conduct} No\r\n\r\n`);
    const upstream = connect(Number(new URL(conduct).port), '127.0.0.1');
    sockets.add(upstream);
    upstream.on('error', () => socket.destroy());
    upstream.on('connect', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
