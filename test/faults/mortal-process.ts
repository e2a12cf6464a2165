// Processes that die, without processes: `run()` in this one, over a keychain and settings that outlive it.
import { run } from '../../src/cli/run.ts';
import type { Context } from '../../src/context.ts';
import type { Keychain } from '../../src/credentials/keychain.ts';
import { createKeychainStore } from '../../src/credentials/keychain-store.ts';
import {
  emptySettings,
  type Settings,
  type SettingsStore,
} from '../../src/credentials/settings.ts';
import { formatSettings, parseSettings } from '../../src/credentials/settings-format.ts';
import { systemClock, systemRandom } from '../../src/system/clock-and-random.ts';
import { createHttpClient } from '../../src/system/http.ts';
import { testContext } from '../helpers/context.ts';
import { type MemoryKeychain, memoryKeychain } from '../helpers/keychain.ts';

/** What is left when a process dies. Its items are small, so that a credential takes several of them. */
export interface Machine {
  readonly keychain: MemoryKeychain;
  settings: string;
}

export function newMachine(): Machine {
  return { keychain: memoryKeychain(2560), settings: formatSettings(emptySettings) };
}

export function copyOf({ keychain, settings }: Machine): Machine {
  const copy = { keychain: memoryKeychain(2560), settings };
  for (const [name, secret] of keychain.items) copy.keychain.items.set(name, secret);
  return copy;
}

export interface Ending {
  /** Null for a process that died. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** How many moments there were at which it could have died. */
  readonly moments: number;
}

const http = createHttpClient({ userAgent: 'test', interrupted: new AbortController().signal });

/** The store of the program on this machine, for the test to look into. */
export const storeOf = ({ keychain }: Machine) =>
  createKeychainStore({ keychain, platform: 'win32', random: systemRandom });

/**
 * Runs a command, which dies at the given moment: before or after any call of the keychain, change of the settings or
 * exchange with a server. Moments count from 1; without one it lives.
 */
export async function runMortal(
  argv: readonly string[],
  machine: Machine,
  { diesAt = Number.POSITIVE_INFINITY, env = {}, stdin = '' } = {},
): Promise<Ending> {
  let moments = 0;
  let die = (): void => {};
  const died = new Promise<null>((resolve) => {
    die = () => resolve(null);
  });
  async function moment(): Promise<void> {
    moments += 1;
    if (moments < diesAt) return;
    die();
    await new Promise(() => {}); // whatever waits for it is dead as well
  }
  async function step<T>(work: () => Promise<T>): Promise<T> {
    await moment();
    const result = await work();
    await moment();
    return result;
  }

  const { keychain } = machine;
  const mortalKeychain: Keychain = {
    prepare: () => {},
    get: (...names) => step(() => keychain.get(...names)),
    set: (...values) => step(() => keychain.set(...values)),
    delete: (...names) => step(() => keychain.delete(...names)),
  };
  const store = createKeychainStore({
    keychain: mortalKeychain,
    platform: 'win32',
    random: systemRandom,
  });
  const world = testContext({ env, stdin });
  const context: Context = {
    ...world,
    clock: systemClock,
    random: systemRandom,
    http: { ...http, send: (request) => step(() => http.send(request)) },
    storeNamed: () => store,
    settings: settingsOf(machine, step),
  };
  const exitCode = await Promise.race([run(argv, context), died]);
  return { exitCode, ...world.printed, moments };
}

function settingsOf(
  machine: Machine,
  step: (work: () => Promise<void>) => Promise<void>,
): SettingsStore {
  const read = async (): Promise<Settings> => parseSettings(machine.settings);
  return {
    path: '/test/settings.json',
    read,
    probe: () => step(async () => {}),
    update: (change) =>
      step(async () => {
        machine.settings = formatSettings(change(await read()));
      }),
  };
}
