import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
  request as send,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';

/** Where a fault can be put: requests of the program, and what its keychain tells before and after each call for a credential. */
const places = {
  'temporary credentials': /^\/api\/1\.0\/oauth\/request_token$/,
  'token credentials': /^\/api\/1\.0\/oauth\/access_token$/,
  'token endpoint': /^\/site\/oauth2\/access_token$/,
  'tokens of either protocol': /access_token$/,
  user: /^\/2\.0\/user$/,
  branches: /\/refs\/branches/,
  'keychain proof': /^\/keytar\/set\/before\/bitbranch-consumer:probe$/,
  'keychain read': /^\/keytar\/get\/before\/bitbranch:/,
  'keychain read-back': /^\/keytar\/get\/before\/bitbranch:/,
  'keychain write': /^\/keytar\/set\/before\/bitbranch:/,
  'written keychain': /^\/keytar\/set\/after\/bitbranch:/,
  'keychain removal': /^\/keytar\/delete\/before\/bitbranch:/,
  'emptied keychain': /^\/keytar\/delete\/after\/bitbranch:/,
} as const;

export type Place = keyof typeof places;

export function isPlace(text: string): text is Place {
  return Object.hasOwn(places, text);
}

export const isInKeychain = (place: Place) => places[place].source.includes('keytar');

/** One request, and the means to do with it whatever a broken server does. */
export interface FaultyExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What the sandbox answers; it has then done the work. */
  work(): Promise<{ status: number; headers: OutgoingHttpHeaders; body: Buffer }>;
  /** Lets the request through as if there were no fault. */
  pass(): Promise<void>;
}

export type HostFault = (exchange: FaultyExchange) => unknown;

export interface FaultyHost {
  readonly url: string;
  readonly port: number;
  readonly sandbox: Sandbox;
  /** What was asked, as method and target. */
  readonly requests: readonly string[];
  /** From now on the fault takes the place of the answers there. */
  break(place: Place, fault: HostFault): void;
  repair(): void;
  /** Nothing listens any longer, until it is up again. */
  down(): Promise<void>;
  up(): Promise<void>;
}

/** The sandbox behind a server that passes everything on, but for the faults. */
export async function startFaultyHost(
  t: Pick<TestContext, 'after'>,
  sandbox: Sandbox,
): Promise<FaultyHost> {
  let fault: { readonly where: RegExp; readonly what: HostFault } | undefined;
  const requests: string[] = [];

  const server = createServer(async (request, response) => {
    const target = request.url ?? '';
    requests.push(`${request.method} ${target}`);
    const body = await buffer(request);
    const work = () => forward(sandbox, request, body);
    const pass = async () => {
      if (target.startsWith('/keytar/')) return void response.end('go');
      const { status, headers, body: answer } = await work();
      response.writeHead(status, headers).end(answer);
    };
    response.on('error', () => {});
    if (fault?.where.test(target)) await fault.what({ request, response, work, pass });
    else await pass();
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const down = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  await listen(0);
  t.after(down);
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    sandbox,
    requests,
    break: (place, what) => {
      fault = { where: places[place], what };
    },
    repair: () => {
      fault = undefined;
    },
    down,
    up: () => listen(port),
  };
}

export function startQuietSandbox(clock?: { nowMs(): number }): Promise<Sandbox> {
  return startSandbox({
    generated: [{ fullName: 'acme/site', branches: 3 }],
    ...(clock && { clock }),
  });
}

async function forward(sandbox: Sandbox, request: IncomingMessage, body: Buffer) {
  const { method, headers, url: path } = request;
  const { hostname, port } = new URL(sandbox.url);
  // The Host header stays: it is part of every signature.
  const outgoing = send({ hostname, port, method, headers, path, agent: false }).end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    body: await buffer(incoming),
  };
}
