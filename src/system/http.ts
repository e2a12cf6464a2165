import type { Environment, HttpClient, HttpRequest, HttpResponse } from '../context.ts';
import { type Connections, createConnections } from './connections.ts';
import { loadGzip, plain } from './http-body.ts';
import { isUnknownIssuer, silenceError, stallError } from './network-errors.ts';
import { keepHeapSmall } from './small-heap.ts';
import { trustedAuthorities } from './system-trust.ts';

export interface HttpTimeouts {
  /** For a connection: name look-up and TLS handshake included. */
  readonly connectMs: number;
  /** From sending a request to the answer's header, the connection included. */
  readonly firstByteMs: number;
  /** Between two pieces of the body. */
  readonly idleMs: number;
}

export interface HttpClientOptions {
  readonly userAgent: string;
  /** Ends every request under way; its reason is what they then reject with. */
  readonly interrupted: AbortSignal;
  /** Where the variables of proxies are; default: none is used. */
  readonly env?: Environment;
  readonly timeouts?: HttpTimeouts;
  /** Every certificate to trust once Node's own do not do, in PEM; null where there are no others. Default: the system's. */
  readonly authorities?: () => readonly string[] | null;
}

const defaultTimeouts: HttpTimeouts = {
  connectMs: 10_000,
  firstByteMs: 30_000,
  idleMs: 30_000,
};

/** So many make a run a long one. */
const manyRequests = 12;

/** HTTP by node-fetch, which is loaded when first needed: most of what it costs is paid by commands that use it. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const {
    env = {},
    timeouts: { connectMs } = defaultTimeouts,
    authorities = trustedAuthorities,
  } = options;
  const connections = createConnections({ env, connectMs, authorities });
  let sentCount = 0;
  let loading: ReturnType<typeof loadFetch> | undefined;
  const fetchLoaded = () => {
    loading ??= loadFetch();
    return loading;
  };

  async function getReady(url: string): Promise<void> {
    await fetchLoaded();
    const route = await connections.routeTo(url);
    route.connectAhead?.(url);
  }

  return {
    prepare(url) {
      // After what has just been begun, such as a look into the keychain, which it would hold up. What fails here, such as a
      // proxy that is none, fails again where it is told: in the request.
      setImmediate(() => void getReady(url).catch(() => {}));
    },
    async send(request) {
      sentCount += 1;
      if (sentCount === manyRequests) await keepHeapSmall();
      return send(await fetchLoaded(), connections, request, options);
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
  connections: Connections,
  { method, url, headers, body }: HttpRequest,
  { userAgent, interrupted, timeouts = defaultTimeouts }: HttpClientOptions,
): Promise<HttpResponse> {
  let route = await connections.routeTo(url);
  const silence = new AbortController();
  const signal = AbortSignal.any([interrupted, silence.signal]);

  const within = async <T>(
    limitMs: number,
    tooLate: typeof silenceError,
    step: Promise<T>,
  ): Promise<T> => {
    const timer = setTimeout(() => silence.abort(tooLate(url, limitMs)), limitMs);
    try {
      return await step;
    } catch (error) {
      throw signal.aborted ? signal.reason : route.explain(error, url);
    } finally {
      clearTimeout(timer);
    }
  };

  const ask = () =>
    within(
      timeouts.firstByteMs,
      silenceError,
      fetch(url, {
        method,
        headers: { 'User-Agent': userAgent, 'Accept-Encoding': 'gzip', ...headers },
        // node-fetch would decompress as a stream.
        compress: false,
        body: body ?? null,
        redirect: 'manual',
        signal,
        agent: route.agent,
      }),
    );

  const response = await ask().catch(async (error: unknown) => {
    // To read what the system trusts takes long, and is seldom needed.
    if (!isUnknownIssuer(error) || !(await connections.trustSystem())) throw error;
    route = await connections.routeTo(url);
    return ask();
  });

  async function* received(): AsyncGenerator<Uint8Array> {
    if (response.body === null) return;
    const iterator = response.body[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { done, value } = await within(timeouts.idleMs, stallError, iterator.next());
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
