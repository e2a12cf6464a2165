import type { TestContext } from 'node:test';
import { type ApiClient, createApiClient } from '../../src/bitbucket/api-client.ts';
import { type Host, hostAt } from '../../src/bitbucket/hosts.ts';
import { type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';
import { createHttpClient } from '../../src/system/http.ts';
import { testContext } from './context.ts';

export interface ListingWorld {
  readonly host: Host;
  readonly api: ApiClient;
  /** The paths and queries asked, decoded, in order; a test empties it when it likes. */
  readonly asked: string[];
}

const token = 'the-token';

/** A sandbox as a host of each kind, reached by HTTP with a token. */
export async function listingWorlds(
  t: Pick<TestContext, 'after'>,
  options: SandboxOptions = {},
): Promise<{ readonly cloud: ListingWorld; readonly dataCenter: ListingWorld }> {
  const sandbox = await startSandbox({ ...options, tokens: [{ token, kind: 'user' }] });
  t.after(() => sandbox.close());
  const http = createHttpClient({ userAgent: 'test', interrupted: new AbortController().signal });

  function world(kind: Host['kind']): ListingWorld {
    const host = hostAt(sandbox.url, kind);
    const asked: string[] = [];
    const api = createApiClient({
      ...testContext(),
      host,
      maxWaitMs: 0,
      send(request) {
        asked.push(decodeURIComponent(request.url.slice(sandbox.url.length)));
        const headers = { ...request.headers, authorization: `Bearer ${token}` };
        return http.send({ ...request, headers });
      },
    });
    return { host, api, asked };
  }
  return { cloud: world('cloud'), dataCenter: world('datacenter') };
}
