import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Keychain } from '../../src/credentials/keychain.ts';
import { listenOnLoopback } from './loopback.ts';

const root = new URL('../../', import.meta.url);
const inRoot = (path: string) => fileURLToPath(new URL(path, root));

/** Node with the loader for TypeScript, whatever the working directory. */
export const nodeCommand: readonly string[] = [
  process.execPath,
  '--import',
  import.meta.resolve('tsx'),
];

export const withKeychain = inRoot('scripts/with-keychain');

export const helperCommand = [...nodeCommand, inRoot('src/system/keychain-helper.ts')];

/** A process that takes the helper's place: `script` is an ES module. */
export function fakeHelper(script: string, ...flags: string[]): readonly string[] {
  return [process.execPath, ...flags, '--input-type=module', '--eval', script];
}

export interface MemoryKeychain extends Keychain {
  readonly items: Map<string, string>;
}

/** A keychain like the Windows Credential Manager in its limits: one name an item, and so many bytes. */
export function memoryKeychain(itemLimitBytes = Number.POSITIVE_INFINITY): MemoryKeychain {
  const items = new Map<string, string>();
  const target = (service: string, account: string) => {
    assert.match(service, /^bitbranch/);
    assert.notEqual(account, '');
    return `${service}/${account}`;
  };
  return {
    items,
    prepare: () => {},
    get: async (service, account) => items.get(target(service, account)) ?? null,
    set: async (service, account, secret) => {
      assert.ok(secret !== '' && !secret.includes('\0'), 'empty or NUL');
      assert.ok(Buffer.byteLength(secret) <= itemLimitBytes, 'over the limit');
      items.set(target(service, account), secret);
    },
    delete: async (service, account) => items.delete(target(service, account)),
  };
}

/** The environment of the session that scripts/with-keychain made; fails outside it. */
export function realKeychainSession(): NodeJS.ProcessEnv {
  assert.ok(
    process.env['SECRET_SERVICE_PID'],
    'run the tests by scripts/test, or under scripts/with-keychain',
  );
  return process.env;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export async function runProcess(
  [program = '', ...args]: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; stdin?: string } = {},
): Promise<Ending> {
  const { stdin = '', ...spawnOptions } = options;
  const child = spawn(program, args, { ...spawnOptions, stdio: 'pipe' });
  child.stdin.on('error', () => {}).end(stdin);
  const [[code, signal], stdout, stderr] = await Promise.all([
    once(child, 'close'),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, signal, stdout, stderr };
}

const clientCommand = [...nodeCommand, inRoot('test/helpers/keychain-client.ts')];

/** Runs an action of test/helpers/keychain-client.ts. */
export function runClient(action: string, env: NodeJS.ProcessEnv): Promise<Ending> {
  return runProcess([...clientCommand, action], { env });
}

/** Runs an action of test/helpers/keychain-client.ts in a keychain session of its own. */
export function runClientInOwnSession(
  action: string,
  {
    sessionFlags = [],
    env = process.env,
  }: { sessionFlags?: string[]; env?: NodeJS.ProcessEnv } = {},
): Promise<Ending> {
  return runProcess([withKeychain, ...sessionFlags, ...clientCommand, action], { env });
}

export interface LifeLine {
  /** A flag for Node that ties the process to this life line. */
  readonly nodeFlag: string;
  readonly started: Promise<void>;
  /** Resolves when the process is gone, however it ended. */
  readonly ended: Promise<void>;
}

/** Tells when a process starts and ends that the test itself did not start: the process holds a connection to it. */
export async function lifeLine(context: TestContext): Promise<LifeLine> {
  const server = createServer();
  context.after(() => server.close());
  const port = await listenOnLoopback(server);
  const script = `import { connect } from 'node:net'; connect(${port}, '127.0.0.1').unref();`;
  const connection = once(server, 'connection').then(([socket]) => socket);
  return {
    nodeFlag: `--import=data:text/javascript,${encodeURIComponent(script)}`,
    started: connection.then(() => {}),
    ended: connection.then(async (socket) => {
      await new Promise((resolve) =>
        socket
          .on('error', () => {})
          .on('close', resolve)
          .resume(),
      );
      server.close();
    }),
  };
}
