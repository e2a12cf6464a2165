import { createServer } from 'node:http';
import type { TestContext } from 'node:test';
import { serveOnLoopback } from './loopback.ts';
import { protectedApi } from './protected-api.ts';

/** A host whose users hold these bearer tokens, by token. Resolves with its URL. */
export async function startTokenHost(
  t: TestContext,
  kind: 'cloud' | 'datacenter',
  owners: Readonly<Record<string, string>>,
): Promise<string> {
  const api = protectedApi(kind, async (token) => owners[token] ?? null);
  return serveOnLoopback(t, createServer(api));
}
