// What scripts/bench measures. A ratio is that of the medians of paired runs: subject and yardstick in turn, so that both
// meet the machine in the same state.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formats } from '../src/cli/output/format.ts';
import { startSandboxProcess } from '../test/helpers/sandbox-process.ts';
import { builtProgram, createHome, type Home } from '../test/helpers/spawn-cli.ts';
import { userAgentCommand } from '../test/helpers/user-agent.ts';

/** A program with its arguments, and what it inherits. */
interface Command {
  readonly argv: readonly [string, ...string[]];
  readonly home: Home;
}

/** One line of the table. */
interface Row {
  readonly what: string;
  /** How often each of the two is run. */
  readonly pairs: number;
  /** What is compared, as often as it is run. */
  readonly subject: () => number;
  readonly yardstick: () => number;
  readonly unit: string;
  /** The target: how many times as much as the yardstick the subject may take; without one the ratio is only told. */
  readonly atMost?: number;
  /** What the subject may take in all. */
  readonly atMostInAll?: number;
}

const leastPairs = 15;
const sizes = [100, 1_000, 10_000, 50_000] as const;
const latenciesMs = [0, 20, 100] as const;
/** Longer runs of curl would take hours, and no target is about them. */
const longestMs = 11_000;
const longestBenchMs = 24 * 60 * 60 * 1000;

/** Of the rows about size; the others are only told. */
const sizeTargets: Readonly<Record<string, number>> = {
  '10000 at 0 ms / curl one by one': 6.5,
  '10000 at 20 ms / curl one by one': 0.2,
  '10000 at 100 ms / curl 8 at once': 1.1,
};

const { check, pairs, rows } = parseArgs({
  options: {
    check: { type: 'boolean' },
    pairs: { type: 'string', default: '25' },
    rows: { type: 'string', default: '' },
  },
}).values;
const pairCount = Number(pairs);
assert.ok(Number.isInteger(pairCount) && pairCount >= leastPairs, `--pairs ${leastPairs} or more`);
const isWanted = new RegExp(rows);

const endings: (() => unknown)[] = [];
const scope = { after: (ending: () => unknown) => endings.push(ending) };
try {
  say(`Node ${process.versions.node}, ${pairCount} pairs`);
  const all = [...startUp(await signedIn(0)), ...formatRows(await signedIn(0))];
  for (const latencyMs of latenciesMs) all.push(...sizeRows(await signedIn(latencyMs), latencyMs));
  const areMet = all.filter(({ what }) => isWanted.test(what)).map(report);
  assert.ok(areMet.length > 0, `--rows ${rows} names no row`);
  if (check && areMet.includes(false)) process.exitCode = 1;
} finally {
  for (const end of endings.reverse()) await end();
}

/** A person at a host of their own, whose credential is in the keychain. */
interface Person {
  readonly home: Home;
  /** The same, signed in to the same host by OAuth 2.0. */
  readonly bearer: string;
  readonly url: string;
}

async function signedIn(latencyMs: number): Promise<Person> {
  const home = await createHome(scope);
  const generated = [...sizes, 100_000].flatMap((size) => [
    '--generate',
    `${repository(size)}=${size}`,
  ]);
  const start: Home['start'] = (args) => home.start(args, { patienceMs: longestBenchMs });
  const sandboxArgs = ['--latency', String(latencyMs), ...generated];
  const sandbox = await startSandboxProcess({ ...home, start }, ...sandboxArgs);
  const signIn = async (at: Home, args: readonly string[]) => {
    const login = [...args, '--browser', userAgentCommand()];
    const { exitCode, stderr } = await at.run(login, { env: sandbox.loginEnv });
    assert.equal(exitCode, 0, stderr);
  };
  await signIn(home, sandbox.loginArgs);
  // curl can't sign by OAuth 1.0a.
  const other = await createHome(scope);
  await signIn(
    other,
    sandbox.loginArgs.map((arg) => (arg === 'oauth1' ? 'oauth2' : arg)),
  );
  const bearer = (await other.run(['token'])).stdout.trim();
  return { home, bearer, url: sandbox.url };
}

function repository(size: number): string {
  return `acme/of-${size}`;
}

/** Start-up, up to a listing of one page that is signed with what the keychain holds. */
function startUp({ home }: Person): Row[] {
  const toBareNode = (what: string, args: readonly string[], atMost: number): Row => ({
    what: `${what} / node -e 0`,
    pairs: pairCount,
    subject: () => wallMs(bitbranch(home, ...args)),
    yardstick: () => wallMs({ argv: [process.execPath, '-e', '0'], home }),
    unit: 'ms',
    atMost,
  });
  return [
    toBareNode('--version', ['--version'], 1.15),
    toBareNode('--help', ['--help'], 1.15),
    toBareNode('completion --candidates', ['completion', '--candidates', 'repositories'], 1.6),
    toBareNode('branches, one page of 100', ['branches', repository(100)], 3.2),
  ];
}

/** What a format costs, how much memory a long list takes, and how many requests. */
function formatRows({ home }: Person): Row[] {
  const listing = (size: number, format: string) => bitbranch(home, ...list(size, format));
  const growth = formats.map(
    (format): Row => ({
      what: `${format}: 50,000 / 10,000`,
      pairs: leastPairs,
      subject: () => wallMs(listing(50_000, format)),
      yardstick: () => wallMs(listing(10_000, format)),
      unit: 'ms',
      atMost: 5,
    }),
  );
  return [
    ...growth,
    {
      what: 'table / jsonl, 10,000',
      pairs: leastPairs,
      subject: () => wallMs(listing(10_000, 'table')),
      yardstick: () => wallMs(listing(10_000, 'jsonl')),
      unit: 'ms',
      atMost: 1.4,
    },
    {
      what: 'peak memory, jsonl, 100,000 / 10,000',
      pairs: leastPairs,
      subject: () => peakMiB(home, list(100_000, 'jsonl')),
      yardstick: () => peakMiB(home, list(10_000, 'jsonl')),
      unit: 'MiB',
      atMost: 1.15,
      atMostInAll: 64,
    },
    {
      what: 'requests for 10,000 / fewest',
      pairs: 1,
      subject: () => requestCount(home, list(10_000, 'jsonl')),
      // Pages of 100, and the one that tells which branch is the main one.
      yardstick: () => 10_000 / 100 + 1,
      unit: '',
      atMost: 1,
    },
  ];
}

/** Lists of any length, near and far, against the full bytes of the same pages. */
function sizeRows({ home, bearer, url }: Person, latencyMs: number): Row[] {
  const ways = [
    { name: 'curl one by one', flags: [], atOnce: 1 },
    { name: 'curl 8 at once', flags: ['--parallel', '--parallel-max', '8'], atOnce: 8 },
  ];
  return ways.flatMap(({ name, flags, atOnce }) =>
    sizes
      .filter((size) => (size / 100 / atOnce) * latencyMs < longestMs)
      .map((size): Row => {
        const what = `${size} at ${latencyMs} ms / ${name}`;
        const atMost = sizeTargets[what];
        const pages = `${url}/2.0/repositories/${repository(size)}/refs/branches?pagelen=100&page=[1-${size / 100}]`;
        const header = `Authorization: Bearer ${bearer}`;
        const quiet = ['--silent', '--fail', '--output', '/dev/null'];
        return {
          what,
          pairs: leastPairs,
          subject: () => wallMs(bitbranch(home, ...list(size, 'jsonl'))),
          yardstick: () =>
            wallMs({ argv: ['curl', ...quiet, '--header', header, ...flags, pages], home }),
          unit: 'ms',
          ...(atMost !== undefined && { atMost }),
        };
      }),
  );
}

function list(size: number, format: string): readonly string[] {
  return ['branches', repository(size), '--format', format];
}

function bitbranch(home: Home, ...args: readonly string[]): Command {
  return { argv: [process.execPath, builtProgram, ...args], home };
}

/** Of a whole process; its output goes into pipes, as in a script. */
function wallMs(command: Command): number {
  const started = process.hrtime.bigint();
  run(command);
  return Number(process.hrtime.bigint() - started) / 1e6;
}

/** Linux counts what the parent held in a child's `maxRSS`, so the process tells its own. */
function peakMiB(home: Home, args: readonly string[]): number {
  const reporter = join(home.directory, 'peak.cjs');
  const report = `fs.writeSync(2, fs.readFileSync('/proc/self/status'));`;
  writeFileSync(
    reporter,
    `const fs = require('node:fs'); process.on('exit', () => { ${report} });`,
  );
  const argv = [process.execPath, '--require', reporter, builtProgram, ...args] as const;
  const [, peakKiB] = /^VmHWM:\s*(\d+) kB$/m.exec(run({ argv, home })) ?? [];
  return Number(peakKiB) / 1024;
}

/** By what is traced of each. */
function requestCount(home: Home, args: readonly string[]): number {
  const trace = run(bitbranch(home, ...args, '--verbose'));
  return trace.match(/^\* GET /gm)?.length ?? 0;
}

/** Outside of any clone, so that no git is asked. Returns what it said on stderr. */
function run({ argv: [program, ...args], home }: Command): string {
  const { status, stderr } = spawnSync(program, args, {
    env: home.env,
    cwd: home.directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1024 ** 3,
  });
  assert.equal(status, 0, `${program} ${args.join(' ')}: ${stderr}`);
  return stderr;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Measures and prints one line, and tells whether its targets are met. */
function report({ what, pairs, subject, yardstick, unit, atMost, atMostInAll }: Row): boolean {
  subject(); // the first one reads what the others find in memory
  yardstick();
  const measured = Array.from({ length: pairs }, () => [subject(), yardstick()] as const);
  const taken = median(measured.map(([one]) => one));
  const compared = median(measured.map(([, other]) => other));
  const ratio = taken / compared;
  const isMet = ratio <= (atMost ?? Infinity) && taken <= (atMostInAll ?? Infinity);
  const limits = [
    atMost === undefined ? '' : `at most ${atMost.toFixed(2)}`,
    atMostInAll === undefined ? '' : `and ${atMostInAll} ${unit}`,
  ];
  const cells = [
    what.padEnd(40),
    ratio.toFixed(2).padStart(6),
    limits.join(' ').padEnd(23),
    (atMost === undefined ? '' : isMet ? 'met' : 'MISSED').padEnd(6),
    `(${taken.toFixed(1)} / ${compared.toFixed(1)} ${unit})`,
  ];
  say(cells.join('  '));
  return isMet;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
