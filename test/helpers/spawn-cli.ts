import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forgetHost } from './keychain-items.ts';
import { type Program, type ProgramResult, type Scope, startProgram } from './program.ts';

export const builtProgram = join(import.meta.dirname, '../../dist/main.cjs');

export interface CliOptions {
  /** Variables beside those of the home; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly patienceMs?: number;
  /** What standard input holds; it is a pipe, never a terminal. */
  readonly stdin?: string;
}

/** A person's account on a machine: private directories, and the keychain session that the tests run in. */
export interface Home {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Starts the built program in a clean environment. */
  start(args: readonly string[], options?: CliOptions): Program;
  /** The same, with its end awaited. */
  run(args: readonly string[], options?: CliOptions): Promise<ProgramResult>;
}

/** A home that is removed when the test ends. */
export async function createHome(
  scope: Scope,
  keychain: Readonly<Record<string, string>> = keychainSession(),
): Promise<Home> {
  assert.ok(existsSync(builtProgram), 'dist/main.cjs is missing: run npm run build');
  const directory = await mkdtemp(join(tmpdir(), 'bitbranch-home-'));
  scope.after(async () => {
    for (const url of await hostsOf(join(directory, 'config'))) await forgetHost(url);
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  const env = {
    PATH: process.env['PATH'] ?? '',
    LANG: 'C.UTF-8',
    HOME: join(directory, 'home'),
    TMPDIR: join(directory, 'tmp'),
    BITBRANCH_CONFIG_DIR: join(directory, 'config'),
    ...keychain,
  };
  for (const path of [env.HOME, env.TMPDIR]) await mkdir(path);

  function start(args: readonly string[], options: CliOptions = {}): Program {
    const program = startProgram(scope, [process.execPath, builtProgram, ...args], {
      env: defined({ ...env, ...options.env }),
      cwd: options.cwd ?? env.HOME,
      ...(options.patienceMs !== undefined && { patienceMs: options.patienceMs }),
    });
    program.type(options.stdin ?? '');
    program.endInput();
    return program;
  }

  return { directory, env, start, run: (args, options) => start(args, options).ended };
}

/** The hosts that the settings know; none where they are missing or damaged on purpose. */
async function hostsOf(configDirectory: string): Promise<readonly string[]> {
  try {
    const settings = JSON.parse(await readFile(join(configDirectory, 'settings.json'), 'utf8'));
    return Object.keys(settings.hosts);
  } catch {
    return [];
  }
}

/** The variables by which a program finds the keychain of this test run. */
function keychainSession(): Record<string, string> {
  const session = {
    DBUS_SESSION_BUS_ADDRESS: process.env['DBUS_SESSION_BUS_ADDRESS'],
    XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'],
  };
  assert.ok(
    process.env['SECRET_SERVICE_PID'],
    'These tests need a keychain of their own: run them by scripts/test FILE',
  );
  return defined(session);
}

function defined(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
