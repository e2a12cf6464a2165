import type { HttpClient, HttpRequest, HttpResponse } from '../context.ts';
import { BitbranchError } from '../errors.ts';
import { networkError, silenceError } from './network-errors.ts';

export interface HttpTimeouts {
  /** From sending a request to the answer's header: name look-up, connection and TLS included. */
  readonly firstByteMs: number;
  /** Between two pieces of the body. */
  readonly idleMs: number;
}

export interface HttpClientOptions {
  readonly userAgent: string;
  /** Ends every request under way; its reason is what they then reject with. */
  readonly interrupted: AbortSignal;
  readonly timeouts?: HttpTimeouts;
}

const defaultTimeouts: HttpTimeouts = { firstByteMs: 30_000, idleMs: 30_000 };
const maxTextBytes = 64 * 1024 * 1024;

/** HTTP by node-fetch, which is loaded when first needed: most of what it costs is paid by commands that use it. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  let loading: ReturnType<typeof loadFetch> | undefined;
  const fetchLoaded = () => {
    loading ??= loadFetch();
    return loading;
  };

  return {
    prepare() {
      fetchLoaded();
    },
    async send(request) {
      return send(await fetchLoaded(), request, options);
    },
  };
}

async function loadFetch() {
  const [{ default: fetch }, { setDefaultAutoSelectFamilyAttemptTimeout }] = await Promise.all([
    import('node-fetch'),
    import('node:net'),
  ]);
  // Node gives each address of a host a quarter of a second to connect, too little for a slow or distant network.
  setDefaultAutoSelectFamilyAttemptTimeout(2_000);
  return fetch;
}

async function send(
  fetch: Awaited<ReturnType<typeof loadFetch>>,
  { method, url, headers, body }: HttpRequest,
  { userAgent, interrupted, timeouts = defaultTimeouts }: HttpClientOptions,
): Promise<HttpResponse> {
  const silence = new AbortController();
  const signal = AbortSignal.any([interrupted, silence.signal]);

  const within = async <T>(limitMs: number, step: Promise<T>): Promise<T> => {
    const timer = setTimeout(() => silence.abort(silenceError(url, limitMs)), limitMs);
    try {
      return await step;
    } catch (error) {
      throw signal.aborted ? signal.reason : networkError(error, url);
    } finally {
      clearTimeout(timer);
    }
  };

  const response = await within(
    timeouts.firstByteMs,
    fetch(url, {
      method,
      headers: { 'User-Agent': userAgent, ...headers },
      body: body ?? null,
      redirect: 'manual',
      signal,
    }),
  );

  async function* chunks(): AsyncGenerator<Uint8Array> {
    if (response.body === null) return;
    const iterator = response.body[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { done, value } = await within(timeouts.idleMs, iterator.next());
        if (done) return;
        yield typeof value === 'string' ? Buffer.from(value) : value;
      }
    } finally {
      // Closes the connection of a reader that stops early.
      await iterator.return?.();
    }
  }

  return {
    status: response.status,
    url,
    header: (name) => response.headers.get(name),
    headers: () => response.headers,
    chunks,
    text: () => readText(chunks(), url),
  };
}

async function readText(chunks: AsyncIterable<Uint8Array>, url: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let byteCount = 0;
  for await (const chunk of chunks) {
    byteCount += chunk.byteLength;
    if (byteCount > maxTextBytes) {
      throw new BitbranchError(
        'server',
        `${new URL(url).host} answered with more than ${maxTextBytes / 1024 / 1024} MiB.`,
        { hint: 'Ask for less at a time, or tell the administrator of the server.' },
      );
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts, byteCount).toString('utf8');
}
