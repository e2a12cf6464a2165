import { once } from 'node:events';
import { createServer } from 'node:http';
import type { TestContext } from 'node:test';
import { protectedApi } from './protected-api.ts';

/** A host whose users hold these bearer tokens, by token. Resolves with its URL. */
export async function startTokenHost(
  t: TestContext,
  kind: 'cloud' | 'datacenter',
  owners: Readonly<Record<string, string>>,
): Promise<string> {
  const api = protectedApi(kind, async (token) => owners[token] ?? null);
  const server = createServer(api).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}
