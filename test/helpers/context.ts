import type {
  Browser,
  Clock,
  Context,
  Environment,
  HttpClient,
  Output,
  Random,
  Terminal,
} from '../../src/context.ts';
import type {
  CredentialStore,
  RecordReference,
  SecretRecordType,
} from '../../src/credentials/credential-store.ts';
import {
  emptySettings,
  type Settings,
  type SettingsStore,
} from '../../src/credentials/settings.ts';

/** What a test prepares; everything left out is strict: asking for it fails the test. */
export interface TestWorld {
  readonly env?: Environment;
  readonly remotes?: Readonly<Record<string, string>>;
  readonly settings?: Settings;
  readonly records?: readonly { reference: RecordReference; record: unknown }[];
  /** Answers to prompts, in order; without any, nobody can be asked. */
  readonly answers?: readonly string[];
  readonly stdin?: string;
  readonly stdoutIsTerminal?: boolean;
  readonly columns?: number;
  readonly http?: HttpClient;
  readonly browser?: Browser;
  readonly clock?: Clock;
  readonly interrupted?: AbortSignal;
}

/** The twin of the real context: everything in memory, and open to the test's eyes. */
export interface TestContext extends Context {
  readonly printed: { stdout: string; stderr: string };
  readonly questions: string[];
  /** Secret records by `type host name`. */
  readonly records: Map<string, unknown>;
  currentSettings(): Settings;
}

export function testContext(world: TestWorld = {}): TestContext {
  const printed = { stdout: '', stderr: '' };
  const questions: string[] = [];
  const records = new Map(
    world.records?.map(({ reference, record }) => [keyOf(reference), record]),
  );
  let settings = world.settings ?? emptySettings;
  const settingsStore: SettingsStore = {
    path: '/test/settings.json',
    read: async () => settings,
    update: async (change) => {
      settings = change(settings);
    },
  };
  return {
    env: world.env ?? {},
    platform: 'linux',
    terminal: testTerminal(world, printed, questions),
    clock: world.clock ?? fixedClock(Date.UTC(2026, 10, 24, 12)),
    random: countingRandom(),
    http: world.http ?? {
      prepare: () => {}, send: async ({ method, url }) => unprepared(`request ${method} ${url}`) },
    browser: world.browser ?? { open: async (url) => unprepared(`browser for ${url}`) },
    git: { remotes: async () => new Map(Object.entries(world.remotes ?? {})) },
    credentials: memoryStore(records),
    settings: settingsStore,
    trace: () => {},
    interrupted: world.interrupted ?? new AbortController().signal,
    printed,
    questions,
    records,
    currentSettings: () => settings,
  };
}

/** A clock that stands still; sleeping fails the test unless the signal ends it. */
export function fixedClock(nowMs: number): Clock {
  return {
    nowMs: () => nowMs,
    sleep: (_durationMs, signal) =>
      new Promise((_resolve, reject) => {
        if (signal?.aborted) reject(signal.reason);
        signal?.addEventListener('abort', () => reject(signal.reason));
      }),
  };
}

/** Never the same bytes twice, and the same ones in each run. */
function countingRandom(): Random {
  let count = 0;
  return {
    bytes: (length) => {
      count += 1;
      return new Uint8Array(length).fill(count);
    },
  };
}

function testTerminal(
  world: TestWorld,
  printed: TestContext['printed'],
  questions: string[],
): Terminal {
  const answers = [...(world.answers ?? [])];
  const output = (stream: 'stdout' | 'stderr', isTerminal: boolean): Output => ({
    isTerminal,
    columns: world.columns ?? 80,
    write: async (data) => {
      printed[stream] += typeof data === 'string' ? data : Buffer.from(data).toString('utf8');
    },
  });
  return {
    stdout: output('stdout', world.stdoutIsTerminal ?? false),
    stderr: output('stderr', world.answers !== undefined),
    isInteractive: world.answers !== undefined,
    prompt: async (question) => {
      questions.push(question);
      return answers.shift() ?? unprepared(`prompt "${question}"`);
    },
    readStdin: async () => world.stdin ?? unprepared('reading of stdin'),
  };
}

function memoryStore(records: Map<string, unknown>): CredentialStore {
  return {
    name: 'keychain',
    description: 'the test keychain',
    prepare: () => {},
    read: async (reference) => (records.get(keyOf(reference)) ?? null) as never,
    write: async (reference, record) => {
      records.set(keyOf(reference), record);
    },
    remove: async (reference) => records.delete(keyOf(reference)),
  };
}

function keyOf({ type, host, name }: RecordReference<SecretRecordType>): string {
  return `${type} ${host} ${name}`;
}

function unprepared(what: string): never {
  throw new Error(`The test did not prepare for this: ${what}`);
}
