import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { isIP, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContext } from 'node:tls';
import { urlToHttpOptions } from 'node:url';
import type { BitbranchError } from '../errors.ts';

/** By which connections a host is asked. */
export interface Route {
  readonly agent: Agent;
  /** Connects to where a URL leads, for the next request that goes there. What fails is found out by that. */
  readonly connectAhead?: (url: string) => void;
  /** What a failure on the way means for a person. */
  explain(thrown: unknown, url: string): BitbranchError;
}

/** What all connections of a kind share. */
export interface PoolOptions {
  readonly connectMs: number;
  /** Given where others are trusted than Node trusts by itself. */
  readonly trust: SecureContext | undefined;
}

/** Connections are kept, to be used again; as many to a host as src/bitbucket asks at a time (pagination.ts, in-order.ts). */
export const pooling = { keepAlive: true, maxSockets: 8 } as const;

/** How long Node's own pool keeps a connection that nobody uses. */
const unusedMs = 5_000;

/** How long a connection waits that was made ahead of its request. */
const aheadMs = 2_000;
const usable = new Set(['opening', 'open']);

export function createPool(
  protocol: string,
  { connectMs, trust }: PoolOptions,
): Required<Pick<Route, 'agent' | 'connectAhead'>> {
  const isTls = protocol === 'https:';
  const options = { ...pooling, noDelay: true, timeout: unusedMs };
  const tlsOptions = { ...options, ...(trust && { secureContext: trust }) };
  const agent: Agent = isTls ? new TlsAgent(tlsOptions) : new Agent(options);
  const connect = agent.createConnection.bind(agent);
  const waiting = new Map<string, Socket>();

  agent.createConnection = (wishes, callback) => {
    const name = agent.getName(wishes);
    const early = waiting.get(name);
    waiting.delete(name);
    if (early && usable.has(early.readyState)) return early.off('timeout', early.destroy).ref();
    const socket = connect(wishes, callback);
    if (socket) endUnlessConnected(socket, isTls, connectMs);
    return socket;
  };

  return {
    agent,
    connectAhead(url) {
      // As the agent asks for a request, so that the connection has the name under which that looks for it.
      const { hostname, port } = urlToHttpOptions(new URL(url));
      const host = `${hostname}`;
      const servername = isIP(host) === 0 ? host : '';
      const wishes = { ...tlsOptions, host, port: port ?? (isTls ? 443 : 80), servername };
      const name = agent.getName(wishes);
      const socket = connect({ ...wishes, ...{ _agentKey: name } });
      if (!(socket instanceof Socket)) return;
      endUnlessConnected(socket, isTls, connectMs);
      socket.setTimeout(aheadMs).on('timeout', socket.destroy);
      // Nobody waits for it; what fails is told by the request, which then makes a connection of its own.
      socket.unref().on('error', () => {});
      waiting.set(name, socket);
    },
  };
}

/** Gives a connection so much time to be made, its TLS handshake included. */
export function endUnlessConnected(socket: Duplex, isTls: boolean, limitMs: number): void {
  const timer = setTimeout(() => socket.destroy(connectTimeout()), limitMs);
  const settled = () => clearTimeout(timer);
  socket.once(isTls ? 'secureConnect' : 'connect', settled).once('close', settled);
}

/** As the operating system says it. */
function connectTimeout(): Error {
  return Object.assign(new Error('The connection was not made in time.'), { code: 'ETIMEDOUT' });
}
