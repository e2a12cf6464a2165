import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { Server } from 'node:net';
import type { Scope } from './program.ts';

/** Has a server listen on a free port of 127.0.0.1, which is resolved with. */
export async function listenOnLoopback(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

/** The same, until the test ends, for a server of HTTP. Resolves with its URL. */
export async function serveOnLoopback(scope: Scope, server: HttpServer): Promise<string> {
  const port = await listenOnLoopback(server);
  scope.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${port}`;
}
