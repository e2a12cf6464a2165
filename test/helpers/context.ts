import {
  type Browser,
  type Clock,
  ClosedPipe,
  type Context,
  type Environment,
  type HttpClient,
  type HttpRequest,
  type Locks,
  type Output,
  type Random,
  type Terminal,
} from '../../src/context.ts';
import type {
  CredentialStore,
  RecordReference,
  SecretRecords,
  SecretRecordType,
} from '../../src/credentials/credential-store.ts';
import {
  emptySettings,
  type Settings,
  type SettingsStore,
} from '../../src/credentials/settings.ts';
import { proxyFor } from '../../src/system/proxy-choice.ts';

/** A secret record in the store, by where it lies. */
type StoredRecord = {
  [T in SecretRecordType]: { reference: RecordReference<T>; record: SecretRecords[T] };
}[SecretRecordType];

/** What the person types, or how the person comes to it. */
export type Answer = string | ((signal: AbortSignal | undefined) => Promise<string>);

/** What a test prepares; everything left out is strict: asking for it fails the test. */
export interface TestWorld {
  readonly env?: Environment;
  readonly remotes?: Readonly<Record<string, string>>;
  readonly privateKey?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly gitConfig?: Readonly<Record<string, string>>;
  /** Values in the person's own configuration of git, by key. */
  readonly globalGitConfig?: Readonly<Record<string, readonly string[]>>;
  readonly settings?: Settings;
  readonly records?: readonly StoredRecord[];
  /** What the store does instead. */
  readonly credentials?: Partial<CredentialStore>;
  /** Answers to prompts, in order; without any, nobody can be asked. */
  readonly answers?: readonly Answer[];
  readonly stdin?: string;
  readonly stdoutIsTerminal?: boolean;
  readonly columns?: number;
  /** The streams that nobody reads any longer. */
  readonly closed?: readonly ('stdout' | 'stderr')[];
  readonly http?: HttpClient;
  readonly browser?: Pick<Browser, 'open'>;
  /** Paths of the programs that are found, by name. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Permission bits of files and directories, by path. */
  readonly permissions?: Readonly<Record<string, number>>;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly interrupted?: AbortSignal;
}

/** The twin of the real context: everything in memory, and open to the test's eyes. */
export interface TestContext extends Context {
  readonly printed: { stdout: string; stderr: string };
  readonly questions: { text: string; hidden: boolean }[];
  /** Secret records by `type host name`. */
  readonly records: Map<string, unknown>;
  readonly traced: string[];
  readonly globalGitConfig: ReadonlyMap<string, readonly string[]>;
  /** What was prepared ahead of need: `credentials`, `http`. */
  readonly prepared: string[];
  currentSettings(): Settings;
}

export function testContext(world: TestWorld = {}): TestContext {
  const printed = { stdout: '', stderr: '' };
  const questions: TestContext['questions'] = [];
  const prepared: string[] = [];
  const traced: string[] = [];
  const globalGitConfig = new Map(Object.entries(world.globalGitConfig ?? {}));
  const records = new Map<string, unknown>(
    world.records?.map(({ reference, record }) => [keyOf(reference), record]),
  );
  let settings = world.settings ?? emptySettings;
  const settingsStore: SettingsStore = {
    path: '/test/settings.json',
    read: async () => settings,
    update: async (change) => {
      settings = change(settings);
    },
    probe: async () => {},
  };
  const http = world.http ?? scriptedHttp([]);
  const store: CredentialStore = {
    ...memoryStore(records),
    prepare: () => void prepared.push('credentials'),
    ...world.credentials,
  };
  return {
    env: world.env ?? {},
    platform: 'linux',
    ownCommand: ['/usr/bin/node', '/opt/bitbranch/main.cjs'],
    terminal: testTerminal(world, printed, questions),
    clock: world.clock ?? fixedClock(testNowMs),
    random: world.random ?? countingRandom(),
    http: { ...http, prepare: () => void prepared.push('http') },
    browser: {
      open: async (url) => unprepared(`browser for ${url}`),
      program: async (command = 'xdg-open') => command.split(' ', 1).join(),
      ...world.browser,
    },
    system: {
      nodeVersion: '20.19.0',
      architecture: 'x64',
      findProgram: async (program) => world.programs?.[program] ?? null,
      permissions: async (path) => world.permissions?.[path] ?? null,
      proxyFor: async (url) => {
        const proxy = proxyFor(url, world.env ?? {});
        return proxy && { host: proxy.url.host, variable: proxy.variable };
      },
    },
    git: {
      remotes: async () => new Map(Object.entries(world.remotes ?? {})),
      config: async (key) => world.gitConfig?.[key],
      globalValues: async (key) => globalGitConfig.get(key) ?? [],
      setGlobalValues: async (key, values) => void globalGitConfig.set(key, values),
    },
    newPrivateKey: async () => world.privateKey ?? unprepared('a private key'),
    files: {
      readText: async (path) => world.files?.[path] ?? unprepared(`file ${path}`),
    },
    storeNamed: () => store,
    settings: settingsStore,
    locks: testLocks(),
    note: async (sentence) => {
      printed.stderr += `${sentence}\n`;
    },
    trace: (message) => void traced.push(message),
    interrupted: world.interrupted ?? new AbortController().signal,
    printed,
    questions,
    records,
    traced,
    globalGitConfig,
    prepared,
    currentSettings: () => settings,
  };
}

export const testNowMs = Date.UTC(2026, 10, 24, 12);

/** A clock that stands still; sleeping lasts until the signal ends it. */
export function fixedClock(nowMs: number): Clock {
  return { nowMs: () => nowMs, sleep: (_durationMs, signal) => untilAborted(signal) };
}

/** Rejects with the signal's reason once it is aborted. */
export function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason));
  });
}

export interface ScriptedAnswer {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An HTTP client that answers requests of `METHOD URL` in exactly this order; anything else fails the test. */
export function scriptedHttp(
  script: readonly (readonly [request: string, answer: ScriptedAnswer | Error])[],
): HttpClient & { readonly requests: HttpRequest[]; assertSpent(): void } {
  const left = [...script];
  const requests: HttpRequest[] = [];
  return {
    requests,
    prepare: () => {},
    async send(request) {
      const asked = `${request.method} ${request.url}`;
      const [expected, answer] = left.shift() ?? unprepared(`request ${asked}`);
      if (asked !== expected) unprepared(`request ${asked} instead of ${expected}`);
      requests.push(request);
      if (answer instanceof Error) throw answer;
      const { status = 200, body = '', headers = {} } = answer;
      return {
        status,
        url: request.url,
        header: (name) => headers[name.toLowerCase()] ?? null,
        headers: () => Object.entries(headers),
        text: async () => body,
        async *chunks() {
          yield Buffer.from(body);
        },
      };
    },
    assertSpent() {
      if (left.length > 0) throw new Error(`Not asked for: ${left.map(([each]) => each)}`);
    },
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
  questions: TestContext['questions'],
): Terminal {
  const answers = [...(world.answers ?? [])];
  const output = (stream: 'stdout' | 'stderr', isTerminal: boolean): Output => ({
    isTerminal,
    isPipe: !isTerminal,
    columns: world.columns ?? 80,
    write: async (data) => {
      if (world.closed?.includes(stream)) throw new ClosedPipe();
      printed[stream] += typeof data === 'string' ? data : Buffer.from(data).toString('utf8');
    },
  });
  return {
    stdout: output('stdout', world.stdoutIsTerminal ?? false),
    stderr: output('stderr', world.answers !== undefined),
    isInteractive: world.answers !== undefined,
    prompt: async (text, { hidden = false, signal } = {}) => {
      questions.push({ text, hidden });
      const answer = answers.shift() ?? unprepared(`prompt "${text}"`);
      return typeof answer === 'string' ? answer : answer(signal);
    },
    readStdin: async () => world.stdin ?? unprepared('reading of stdin'),
  };
}

/** One holder at a time, in the order of asking. */
function testLocks(): Locks {
  const lastWork = new Map<string, Promise<unknown>>();
  return {
    withLock(name, work) {
      const result = (lastWork.get(name) ?? Promise.resolve()).then(work);
      lastWork.set(
        name,
        result.catch(() => {}),
      );
      return result;
    },
  };
}

function memoryStore(records: Map<string, unknown>): CredentialStore {
  return {
    name: 'keychain',
    description: 'the test keychain',
    prepare: () => {},
    open: async () => {},
    read: async (reference) => (records.get(keyOf(reference)) ?? null) as never,
    write: async (reference, record) => {
      records.set(keyOf(reference), record);
    },
    remove: async (reference) => records.delete(keyOf(reference)),
  };
}

function keyOf({ type, host, name }: RecordReference): string {
  return `${type} ${host} ${name}`;
}

function unprepared(what: string): never {
  throw new Error(`The test did not prepare for this: ${what}`);
}
