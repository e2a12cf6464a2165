import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import type { SecureContext } from 'node:tls';
import type { BitbranchError } from '../errors.ts';

/** By which connections a host is asked. */
export interface Route {
  readonly agent: Agent;
  /** What a failure on the way means for a person. */
  explain(thrown: unknown, url: string): BitbranchError;
}

/** What all connections of a kind share. */
export interface PoolOptions {
  readonly connectMs: number;
  /** Given where others are trusted than Node trusts by itself. */
  readonly trust: SecureContext | undefined;
}

/** Connections are kept, to be used again. */
export const pooling = { keepAlive: true, maxSockets: 8 } as const;

/** How long Node's own pool keeps a connection that nobody uses. */
const unusedMs = 5_000;

export function createPool(protocol: string, { connectMs, trust }: PoolOptions): Agent {
  const options = { ...pooling, timeout: unusedMs };
  const isTls = protocol === 'https:';
  const agent: Agent = isTls
    ? new TlsAgent({ ...options, ...(trust && { secureContext: trust }) })
    : new Agent(options);
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (wishes, callback) => {
    const socket = connect(wishes, callback);
    if (socket) endUnlessConnected(socket, isTls, connectMs);
    return socket;
  };
  return agent;
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
