import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Program, type ProgramResult, startProgram } from '../helpers/program.ts';
import { asUnexpired, outdatedCredential, seedSignIn } from '../helpers/seeded-sign-in.ts';
import { createHome, type Home } from '../helpers/spawn-cli.ts';
import { type StoredState, storedState } from '../helpers/stored-state.ts';
import { callbackAddress, load } from '../helpers/user-agent.ts';
import { type FaultyHost, startFaultyHost, startQuietSandbox } from './faulty-host.ts';
import type { Programs } from './faulty-program.ts';

export type Command = 'login' | 'branches' | 'refresh' | 'logout' | 'doctor';

/** How the command is started; a fault changes it. */
export interface Start {
  /** Path of the built program. */
  program: string;
  /** What runs it, such as a shell that closes a stream. */
  wrapper: readonly string[];
  readonly flags: string[];
  readonly env: Record<string, string | undefined>;
  /** Called with the process as soon as it runs. */
  begun: (program: Program) => void;
  /** What the person does once the page is named. */
  decide: (consentUrl: string, program: Program) => Promise<unknown>;
}

/** Somebody who is signed in to a host that breaks, on a machine that breaks. */
export interface World {
  readonly t: TestContext;
  readonly home: Home;
  readonly host: FaultyHost;
  readonly start: Start;
  readonly configDirectory: string;
  readonly settingsPath: string;
  readonly programs: Programs;
  /** Undone, last first, before what is stored is looked at. */
  readonly repairs: (() => unknown)[];
}

/** Maria signed in three hours ago; her access token is good for another hour, or expired an hour ago. */
export async function createWorld(
  t: TestContext,
  command: Command,
  programs: Programs,
  keychain?: Readonly<Record<string, string>>,
): Promise<World> {
  const home = await createHome(t, keychain);
  let shiftMs = command === 'refresh' ? -3 * 60 * 60 * 1000 : 0;
  const sandbox = await startQuietSandbox({ nowMs: () => Date.now() + shiftMs });
  t.after(() => sandbox.close());
  const host = await startFaultyHost(t, sandbox);
  const outdated = { ...(await outdatedCredential(sandbox, 'cloud')), host: host.url };
  shiftMs = 0;
  await seedSignIn(home, command === 'refresh' ? outdated : asUnexpired(outdated));
  const configDirectory = home.env['BITBRANCH_CONFIG_DIR'] ?? '';
  return {
    t,
    home,
    host,
    programs,
    configDirectory,
    settingsPath: join(configDirectory, 'settings.json'),
    repairs: [],
    start: {
      program: programs.gated,
      wrapper: [],
      flags: ['--max-wait', '0s'],
      env: {},
      begun: () => {},
      decide: async (consentUrl) => load(await callbackAddress(consentUrl, 'grant')),
    },
  };
}

export async function runCommand(world: World, command: Command): Promise<ProgramResult> {
  const { home, host, start } = world;
  const args = {
    login: ['login', '--kind', 'cloud', '--protocol', 'oauth1', '--no-browser'],
    branches: ['branches', 'acme/site'],
    refresh: ['branches', 'acme/site'],
    logout: ['logout'],
    doctor: ['doctor', '--json', '--browser', 'true'],
  }[command];
  const consumer = {
    BITBRANCH_CONSUMER_KEY: host.sandbox.consumer.key,
    BITBRANCH_CONSUMER_SECRET: host.sandbox.consumer.secret,
  };
  const program = startProgram(
    world.t,
    [
      ...start.wrapper,
      process.execPath,
      start.program,
      ...args,
      ...(command === 'logout' ? [] : start.flags),
      ...(start.flags.includes('--host') ? [] : ['--host', host.url]),
    ],
    { env: defined({ ...home.env, ...consumer, ...start.env }), cwd: '/' },
  );
  program.endInput();
  start.begun(program);
  if (command === 'login') await signIn(program, start);
  return program.ended;
}

/** Where the program ends before it names a page, or while the browser is on its way, its end is what counts. */
async function signIn(program: Program, { decide }: Start): Promise<void> {
  try {
    const [, consentUrl = ''] = await program.printed(/^ {2}(http\S+)$/m);
    await decide(consentUrl, program);
  } catch {
    await program.ended;
  }
}

/** What the next command of a person gives, after all is repaired. */
export function runNext({ home, host }: World): Promise<ProgramResult> {
  return home.run(['branches', 'acme/site', '--host', host.url, '--max-wait', '0s']);
}

/** What is stored, in the words of the table. */
export async function describeState(world: World, before: StoredState): Promise<string> {
  const after = await storedState(world.home, world.host.url);
  const secret = compare(before.keychain.credential, after.keychain.credential);
  // That a sign-out has begun is no news for whoever reads: only a store without the secret makes it one.
  const accounts = (state: StoredState) =>
    Object.entries(state.settings?.accounts ?? {}).map(([name, { leaving: _, ...rest }]) => [
      name,
      rest,
    ]);
  const settings = compare(accounts(before), accounts(after));
  return secret === settings ? secret : `${secret} secret, ${settings} settings`;
}

function compare(before: readonly unknown[], after: readonly unknown[]): 'old' | 'new' | 'gone' {
  if (after.length === 0) return 'gone';
  return JSON.stringify(before) === JSON.stringify(after) ? 'old' : 'new';
}

function defined(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
