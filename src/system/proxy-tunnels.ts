import type { ClientRequest } from 'node:http';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { codeOf } from './network-errors.ts';
import { endUnlessConnected, type PoolOptions, pooling, type Route } from './pool.ts';
import type { ChosenProxy } from './proxy-choice.ts';
import { proxyCode, proxyError, refusalCode } from './proxy-errors.ts';

/** Every request goes through a tunnel, which the proxy opens when it is asked to by CONNECT (RFC 9110 section 9.3.6). */
export function routeBy(proxy: ChosenProxy, pool: PoolOptions): Route {
  return {
    agent: new Tunnels(proxy, pool),
    explain: (thrown, url) => proxyError(thrown, url, proxy),
  };
}

type ConnectOptions = Parameters<HttpsProxyAgent<string>['connect']>[1];

class Tunnels extends HttpsProxyAgent<string> {
  private readonly pool: PoolOptions;

  constructor({ url }: ChosenProxy, pool: PoolOptions) {
    // Without the password, which the library would show where DEBUG is set.
    const address = new URL(url);
    address.username = '';
    address.password = '';
    const trust = pool.trust && { secureContext: pool.trust };
    super(address, { ...pooling, ...trust, headers: authorization(url) });
    this.pool = pool;
  }

  override async connect(request: ClientRequest, options: ConnectOptions) {
    const { connectMs, trust } = this.pool;
    let status = 200;
    request.once('proxyConnect', ({ statusCode }) => {
      status = statusCode;
    });
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(), connectMs);
    try {
      this.connectOpts = { ...this.connectOpts, signal: silence.signal };
      const socket = await super.connect(request, {
        ...options,
        ...(trust && { secureContext: trust }),
      });
      if (status === 200) {
        if (options.secureEndpoint) endUnlessConnected(socket, true, connectMs);
        return socket;
      }
      socket.destroy();
    } catch (error) {
      const code = silence.signal.aborted ? 'ETIMEDOUT' : codeOf(error);
      throw Object.assign(new Error('The proxy failed.', { cause: error }), {
        code: proxyCode(code),
      });
    } finally {
      clearTimeout(timer);
    }
    throw Object.assign(new Error('The proxy refused.'), { code: refusalCode(status) });
  }
}

/** Basic authentication (RFC 7617). */
function authorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const userPass = `${decoded(username)}:${decoded(password)}`;
  return { 'Proxy-Authorization': `Basic ${Buffer.from(userPass).toString('base64')}` };
}

/** A percent sign that begins no escape stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
