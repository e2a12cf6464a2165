import type { HttpClient, HttpRequest, HttpResponse } from '../context.ts';
import { loadGzip, plain } from './http-body.ts';
import { networkError, silenceError } from './network-errors.ts';
import { keepHeapSmall } from './small-heap.ts';

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

/** So many make a run a long one. */
const manyRequests = 12;

/** HTTP by node-fetch, which is loaded when first needed: most of what it costs is paid by commands that use it. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  let sentCount = 0;
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
      sentCount += 1;
      if (sentCount === manyRequests) await keepHeapSmall();
      return send(await fetchLoaded(), request, options);
    },
  };
}

async function loadFetch() {
  const [{ default: fetch }, gzip, { setDefaultAutoSelectFamilyAttemptTimeout }] =
    await Promise.all([import('node-fetch'), loadGzip(), import('node:net')]);
  // Node gives each address of a host a quarter of a second to connect, too little for a slow or distant network.
  setDefaultAutoSelectFamilyAttemptTimeout(2_000);
  return { fetch, gzip };
}

async function send(
  { fetch, gzip }: Awaited<ReturnType<typeof loadFetch>>,
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
      headers: { 'User-Agent': userAgent, 'Accept-Encoding': 'gzip', ...headers },
      // node-fetch would decompress as a stream.
      compress: false,
      body: body ?? null,
      redirect: 'manual',
      signal,
    }),
  );

  async function* received(): AsyncGenerator<Uint8Array> {
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

  const isGzip = /^\s*(?:x-)?gzip\s*$/i.test(response.headers.get('content-encoding') ?? '');
  const encoding = isGzip ? gzip : plain;
  return {
    status: response.status,
    url,
    header: (name) => response.headers.get(name),
    headers: () => response.headers,
    chunks: () => encoding.chunks(received(), url),
    text: () => encoding.text(received(), url),
  };
}
