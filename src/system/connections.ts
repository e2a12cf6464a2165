import type { SecureContext } from 'node:tls';
import type { Environment } from '../context.ts';
import { networkError } from './network-errors.ts';
import { createPool, type Route } from './pool.ts';
import type { ChosenProxy } from './proxy-choice.ts';

export interface Connections {
  /** @throws {BitbranchError} `usage` for a variable that names no proxy that can be used */
  routeTo(url: string): Promise<Route>;
  /** From now on the authorities are trusted too that the system trusts; resolves with whether there are any. */
  trustSystem(): Promise<boolean>;
}

export interface ConnectionOptions {
  /** Where the variables of proxies are. */
  readonly env: Environment;
  /** From the look-up of the name to the end of the TLS handshake; by way of a proxy, up to its consent and after it. */
  readonly connectMs: number;
  /** Every certificate to trust, in PEM; null where Node can't tell the system's. */
  readonly authorities: () => readonly string[] | null;
}

const proxyVariables = ['https_proxy', 'http_proxy', 'all_proxy'];

export function createConnections(options: ConnectionOptions): Connections {
  const { env, connectMs, authorities } = options;
  const hasProxy = proxyVariables.some((name) => env[name] || env[name.toUpperCase()]);
  const routes = new Map<string, Promise<Route>>();
  let trust: SecureContext | undefined;
  let widening: Promise<boolean> | undefined;

  async function newRoute(protocol: string, proxy: ChosenProxy | null): Promise<Route> {
    const pool = { connectMs, trust };
    if (proxy === null) return { ...createPool(protocol, pool), explain: networkError };
    const { routeBy } = await import('./proxy-tunnels.ts');
    return routeBy(proxy, pool);
  }

  async function widenTrust(): Promise<boolean> {
    const ca = authorities();
    if (ca === null) return false;
    const { createSecureContext } = await import('node:tls');
    // Made once: to read every certificate takes a tenth of a second.
    trust = createSecureContext({ ca: [...ca] });
    routes.clear();
    return true;
  }

  return {
    async routeTo(url) {
      const { protocol } = new URL(url);
      const proxy = hasProxy ? (await import('./proxy-choice.ts')).proxyFor(url, env) : null;
      const key = `${protocol} ${proxy?.url}`;
      const route = routes.get(key) ?? newRoute(protocol, proxy);
      routes.set(key, route);
      return route;
    },
    trustSystem() {
      widening ??= widenTrust();
      return widening;
    },
  };
}
