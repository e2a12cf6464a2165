import type { Context, HttpRequest, HttpResponse } from '../context.ts';
import { BitbranchError, type Explanation } from '../errors.ts';
import { answeredDocument } from './answered-document.ts';
import { apiError } from './api-errors.ts';
import type { Host } from './hosts.ts';
import { createRetry, isIdempotent, type OnWait } from './retry.ts';

export interface ApiClientOptions
  extends Pick<Context, 'clock' | 'random' | 'trace' | 'interrupted'> {
  readonly host: Host;
  /** Sends a request with the credential of the host; called anew for each attempt. */
  readonly send: (request: HttpRequest) => Promise<HttpResponse>;
  /** What to tell when the host does not accept that credential, by whoever knows where it came from. */
  readonly refusal?: Explanation;
  /** How long all requests together may wait for a server to recover, in milliseconds; 0 for no second attempt. */
  readonly maxWaitMs: number;
  readonly onWait?: OnWait;
}

/** A request as a person words it. */
export interface ApiRequest {
  readonly method: string;
  /** Like that of {@link ApiClient.get}. */
  readonly pathOrUrl: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ApiAnswer {
  readonly response: HttpResponse;
  /** What an answer other than 2xx means; null for a success, and for a 304 to a request that had a condition. */
  readonly failure: BitbranchError | null;
}

/** Reads the REST API of one host. Every failure is a BitbranchError of a code that says what to do. */
export interface ApiClient {
  /** The 2xx answer to a GET of a path below the host's API URL, or of an absolute URL on its origin. */
  get(pathOrUrl: string): Promise<HttpResponse>;
  /** The JSON document at such an address. */
  getJson(pathOrUrl: string): Promise<unknown>;
  /** The answer to any request, whatever its status. Only what may be done twice is sent again after a passing failure. */
  request(request: ApiRequest): Promise<ApiAnswer>;
  /** The same with the whole body read, so that a connection lost on the way is a passing failure as well. */
  requestWhole(request: ApiRequest): Promise<ApiAnswer>;
}

/** RFC 9110 section 15.4: a client should notice a redirection that leads in a circle. */
const maxRedirects = 5;
/** Methods that only read (RFC 9110 section 9.2.1): the others are not carried on to where a redirect points. */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

export function createApiClient(options: ApiClientOptions): ApiClient {
  const { host, send, maxWaitMs, onWait, ...world } = options;
  const { refusal = { sentence: `${host.name} does not accept the credential.` } } = options;
  const retry = createRetry(maxWaitMs, world, onWait);

  async function exchange({ pathOrUrl, ...request }: ApiRequest): Promise<HttpResponse> {
    let url = apiUrl(pathOrUrl, host);
    for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
      const response = await send({ ...request, url });
      const isRedirect = response.status >= 300 && response.status < 400;
      const mayFollow = isRedirect && safeMethods.has(request.method);
      const location = mayFollow ? response.header('location') : null;
      if (location === null) return response;
      await response.text();
      url = apiUrl(location, host, url);
    }
    throw new BitbranchError('server', `${host.name} redirects ${pathOrUrl} again and again.`, {
      hint: 'Check that --host names the address at which the server is reached in a browser.',
    });
  }

  async function get(
    pathOrUrl: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpResponse> {
    const response = await exchange({ method: 'GET', pathOrUrl, headers });
    if (isSuccess(response)) return response;
    throw await apiError(response, { host, refusal, method: 'GET', nowMs: world.clock.nowMs() });
  }

  async function answerTo(
    wanted: ApiRequest,
    receive: (response: HttpResponse) => Promise<HttpResponse>,
  ): Promise<ApiAnswer> {
    const { method } = wanted;
    const refusals = new WeakMap<BitbranchError, HttpResponse>();
    async function attempt(): Promise<ApiAnswer> {
      const response = await exchange(wanted);
      if (isSuccess(response) || isUnchanged(response, wanted)) {
        return { response: await receive(response), failure: null };
      }
      const kept = await whole(response);
      const nowMs = world.clock.nowMs();
      const failure = await apiError(kept, { host, refusal, method, nowMs });
      refusals.set(failure, kept);
      throw failure;
    }

    try {
      return await (isIdempotent(method) ? retry(attempt) : attempt());
    } catch (error) {
      if (!(error instanceof BitbranchError)) throw error;
      const response = refusals.get(error);
      if (response === undefined) throw error;
      return { response, failure: error };
    }
  }

  return {
    get: (pathOrUrl) => retry(() => get(pathOrUrl)),
    getJson: (pathOrUrl) =>
      retry(async () => {
        const response = await get(pathOrUrl, { accept: 'application/json' });
        return answeredDocument(await response.text(), host, response.url);
      }),
    request: (wanted) => answerTo(wanted, async (response) => response),
    requestWhole: (wanted) => answerTo(wanted, whole),
  };
}

function isSuccess({ status }: HttpResponse): boolean {
  return status >= 200 && status < 300;
}

/** RFC 9110 section 15.4.5: what the client has already is still true. */
function isUnchanged({ status }: HttpResponse, { headers = {} }: ApiRequest): boolean {
  const isConditional = 'if-none-match' in headers || 'if-modified-since' in headers;
  return status === 304 && isConditional;
}

/** The same answer with its body read, so that it can be read several times. */
async function whole(response: HttpResponse): Promise<HttpResponse> {
  const text = await response.text();
  return {
    ...response,
    text: async () => text,
    async *chunks() {
      yield Buffer.from(text);
    },
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
  throw new BitbranchError(
    'server',
    `${host.name} points to ${placeOf(url, host)}, where its credential must not go; nothing was sent there.`,
    { hint: `Check that ${host.url} is the address at which the server is reached in a browser.` },
  );
}

function placeOf(url: URL | null, host: Host): string {
  if (url === null || url.origin === 'null') return 'what is no web address';
  return url.origin === new URL(host.apiUrl).origin
    ? 'an address with a user name or password in it'
    : url.origin;
}
