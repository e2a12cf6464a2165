import type { Context, HttpRequest, HttpResponse } from '../context.ts';
import { BitbranchError } from '../errors.ts';
import { apiError } from './api-errors.ts';
import type { Host } from './hosts.ts';
import { createRetry } from './retry.ts';

export interface ApiClientOptions
  extends Pick<Context, 'clock' | 'random' | 'trace' | 'interrupted'> {
  readonly host: Host;
  /** Sends a request with the credential of the host; called anew for each attempt. */
  readonly send: (request: HttpRequest) => Promise<HttpResponse>;
  /** How long all requests together may wait for a server to recover, in milliseconds; 0 for no second attempt. */
  readonly maxWaitMs: number;
}

/** Reads the REST API of one host. Every failure is a BitbranchError of a code that says what to do. */
export interface ApiClient {
  /** The 2xx answer to a GET of a path below the host's API URL, or of an absolute URL on its origin. */
  get(pathOrUrl: string): Promise<HttpResponse>;
  /** The JSON document at such an address. */
  getJson(pathOrUrl: string): Promise<unknown>;
}

const maxRedirects = 5;

export function createApiClient({ host, send, maxWaitMs, ...world }: ApiClientOptions): ApiClient {
  const retry = createRetry(maxWaitMs, world);

  async function request(
    pathOrUrl: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpResponse> {
    let url = apiUrl(pathOrUrl, host);
    for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
      const response = await send({ method: 'GET', url, headers });
      if (response.status >= 200 && response.status < 300) return response;
      const location = response.status < 400 ? response.header('location') : null;
      if (location === null) throw await apiError(response, host, world.clock.nowMs());
      await response.text();
      url = apiUrl(location, host, url);
    }
    throw new BitbranchError('server', `${host.name} redirects ${pathOrUrl} again and again.`, {
      hint: 'Check that --host names the address at which the server is reached in a browser.',
    });
  }

  return {
    get: (pathOrUrl) => retry(() => request(pathOrUrl)),
    getJson: (pathOrUrl) =>
      retry(async () => {
        const response = await request(pathOrUrl, { accept: 'application/json' });
        return parseJson(await response.text(), host, response.url);
      }),
  };
}

/**
 * The URL to ask. The credential goes with the request, so it must be on the API's own origin, whoever gave the address.
 * `baseUrl` is what a redirect is relative to.
 */
function apiUrl(pathOrUrl: string, host: Host, baseUrl?: string): string {
  const address =
    baseUrl === undefined && pathOrUrl.startsWith('/') ? host.apiUrl + pathOrUrl : pathOrUrl;
  const url = URL.canParse(address, baseUrl) ? new URL(address, baseUrl) : null;
  const isOurs =
    url?.origin === new URL(host.apiUrl).origin && url.username === '' && url.password === '';
  if (isOurs) return url.href;
  const target = url === null || url.origin === 'null' ? 'what is no web address' : url.origin;
  throw new BitbranchError(
    'server',
    `${host.name} points to ${target}, where its credential must not go; nothing was sent there.`,
    { hint: `Check that ${host.url} is the address at which the server is reached in a browser.` },
  );
}

function parseJson(text: string, host: Host, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const what = /^\s*</.test(text) ? 'a web page' : 'something else';
    throw new BitbranchError(
      'server',
      `${host.name} answered the request for ${new URL(url).pathname} with ${what} instead of JSON.`,
      {
        hint: 'Check that --host names a Bitbucket, and that no proxy or sign-in page answers in its place.',
      },
    );
  }
}
