// What scripts/bench measures. A ratio is that of the medians of paired runs: subject and yardstick in turn, so that both
// meet the machine in the same state.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { startSandboxProcess } from '../test/helpers/sandbox-process.ts';
import { builtProgram, createHome, type Home } from '../test/helpers/spawn-cli.ts';
import { userAgentCommand } from '../test/helpers/user-agent.ts';

/** A program with its arguments. */
type Command = readonly [string, ...string[]];

interface Comparison {
  readonly what: string;
  readonly subject: Command;
  readonly yardstick: Command;
  /** The target: how many times as long as the yardstick the subject may take. */
  readonly atMost: number;
}

interface Medians {
  readonly subjectMs: number;
  readonly yardstickMs: number;
}

const bareNode: Command = [process.execPath, '-e', '0'];
const leastPairs = 15;

const { check, pairs } = parseArgs({
  options: { check: { type: 'boolean' }, pairs: { type: 'string', default: '25' } },
}).values;
const pairCount = Number(pairs);
assert.ok(Number.isInteger(pairCount) && pairCount >= leastPairs, `--pairs ${leastPairs} or more`);

const endings: (() => unknown)[] = [];
try {
  const home = await createHome({ after: (ending) => endings.push(ending) });
  const comparisons = await startUp(home);
  say(`Node ${process.versions.node}, ${pairCount} pairs`);
  const areMet = comparisons.map((comparison) => report(comparison, measure(comparison, home.env)));
  if (check && areMet.includes(false)) process.exitCode = 1;
} finally {
  for (const end of endings.reverse()) await end();
}

/** Start-up, up to a listing of one page that is signed with what the keychain holds. */
async function startUp(home: Home): Promise<Comparison[]> {
  const repository = 'acme/listing';
  const sandbox = await startSandboxProcess(home, '--generate', `${repository}=100`);
  const login = await home.run([...sandbox.loginArgs, '--browser', userAgentCommand()], {
    env: sandbox.loginEnv,
  });
  assert.equal(login.exitCode, 0, login.stderr);
  const listing = await home.run(['branches', repository]);
  assert.equal(listing.stdout.match(/\n/g)?.length, 100, listing.stderr);

  const toBareNode = (what: string, args: readonly string[], atMost: number): Comparison => ({
    what: `${what} / node -e 0`,
    subject: [process.execPath, builtProgram, ...args],
    yardstick: bareNode,
    atMost,
  });
  return [
    toBareNode('--version', ['--version'], 1.15),
    toBareNode('--help', ['--help'], 1.15),
    toBareNode('completion --candidates', ['completion', '--candidates', 'repositories'], 1.6),
    toBareNode('branches, one page of 100', ['branches', repository], 3.2),
  ];
}

function measure({ subject, yardstick }: Comparison, env: Home['env']): Medians {
  run(subject, env); // the first one reads what the others find in memory
  run(yardstick, env);
  const pairs = Array.from({ length: pairCount }, () => [run(subject, env), run(yardstick, env)]);
  return {
    subjectMs: median(pairs.map(([subjectMs = 0]) => subjectMs)),
    yardstickMs: median(pairs.map(([, yardstickMs = 0]) => yardstickMs)),
  };
}

/** Wall-clock milliseconds of a whole process; its output goes into pipes. `env` is all that it inherits. */
function run([program, ...args]: Command, env: Home['env']): number {
  const started = process.hrtime.bigint();
  const { status, stderr } = spawnSync(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const tookMs = Number(process.hrtime.bigint() - started) / 1e6;
  assert.equal(status, 0, `${[program, ...args].join(' ')}: ${stderr}`);
  return tookMs;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Prints one line, and tells whether the target is met. */
function report({ what, atMost }: Comparison, { subjectMs, yardstickMs }: Medians): boolean {
  const ratio = subjectMs / yardstickMs;
  const isMet = ratio <= atMost;
  const cells = [
    what.padEnd(40),
    ratio.toFixed(2).padStart(6),
    `  at most ${atMost.toFixed(2)}`,
    isMet ? 'met   ' : 'MISSED',
    `  (${subjectMs.toFixed(1)} / ${yardstickMs.toFixed(1)} ms)`,
  ];
  say(cells.join(' '));
  return isMet;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
