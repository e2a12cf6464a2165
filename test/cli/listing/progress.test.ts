import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listProgress } from '../../../src/cli/listing/progress.ts';
import type { Format } from '../../../src/cli/output/format.ts';
import type { Clock } from '../../../src/context.ts';
import { type TestWorld, testContext } from '../../helpers/context.ts';

/** A clock that the test moves. */
function movedClock() {
  let nowMs = 0;
  const sleepers: { wakesAtMs: number; wake(): void }[] = [];
  const clock: Clock = {
    nowMs: () => nowMs,
    sleep: (durationMs, signal) =>
      new Promise((resolve, reject) => {
        sleepers.push({ wakesAtMs: nowMs + durationMs, wake: resolve });
        signal?.addEventListener('abort', () => reject(signal.reason));
      }),
  };
  return {
    clock,
    async pass(durationMs: number) {
      nowMs += durationMs;
      for (const { wakesAtMs, wake } of sleepers) if (wakesAtMs <= nowMs) wake();
      await new Promise(setImmediate);
    },
  };
}

/** On a terminal, unless the world says otherwise. */
function setUp(world: TestWorld = {}, format: Format = 'table', hasBegun = true) {
  const { clock, pass } = movedClock();
  const context = testContext({ answers: [], stdoutIsTerminal: true, clock, ...world });
  const progress = listProgress(['branch', 'branches'], format, context);
  if (hasBegun) progress.begin();
  return {
    pass,
    progress,
    printed: context.printed,
  };
}

const clear = '\r\u001b[K';

test('what takes less than a second is not talked about', async () => {
  const { progress, pass, printed } = setUp();
  await progress.add(100);
  await pass(999);
  await progress.add(100);
  await progress.end();
  await pass(10_000);
  assert.equal(printed.stderr, '');
});

test('after a second the count is shown in one line, at most ten times a second, and cleared at the end', async () => {
  const { progress, pass, printed } = setUp();
  await progress.add(1_200);
  await pass(1_000);
  assert.equal(printed.stderr, `${clear}1,200 branches…`);
  await progress.add(100);
  await pass(99);
  await progress.add(100);
  assert.equal(printed.stderr, `${clear}1,200 branches…`);
  await pass(1);
  await progress.add(100);
  await progress.end();
  assert.equal(printed.stderr, `${clear}1,200 branches…${clear}1,500 branches…${clear}`);
});

test('a host that says nothing at all is waited for visibly', async () => {
  const { progress, pass, printed } = setUp();
  await pass(1_000);
  assert.equal(printed.stderr, `${clear}Waiting for branches…`);
  await progress.end();
});

test('while a passphrase is typed nothing is shown, and only then is the host waited for', async () => {
  const { progress, pass, printed } = setUp({}, 'table', false);
  await pass(10_000);
  assert.equal(printed.stderr, '');
  progress.begin();
  progress.begin();
  await pass(1_000);
  assert.equal(printed.stderr, `${clear}Waiting for branches…`);
  await progress.end();
});

test('what else is said gets a line of its own', async () => {
  const { progress, pass, printed } = setUp();
  await progress.add(5);
  await pass(1_000);
  await progress.write('A sentence.\n');
  await progress.end();
  assert.equal(printed.stderr, `${clear}5 branches…${clear}A sentence.\n`);
});

const silent: readonly (readonly [what: string, world: TestWorld, format: Format])[] = [
  ['stderr is no terminal', { stdoutIsTerminal: false }, 'tsv'],
  ['records go to the terminal as they arrive', { answers: [] }, 'jsonl'],
  [
    'a pipe reads, which may lead to a program with the whole screen',
    { answers: [], stdoutIsTerminal: false },
    'names',
  ],
];

for (const [what, world, format] of silent) {
  test(`there is no progress where ${what}, and sentences are said all the same`, async () => {
    const { clock, pass } = movedClock();
    const context = testContext({ stdoutIsTerminal: true, clock, ...world });
    const progress = listProgress(['branch', 'branches'], format, context);
    progress.begin();
    await progress.add(5);
    await pass(5_000);
    await progress.write('A sentence.\n');
    await progress.end();
    assert.equal(context.printed.stderr, 'A sentence.\n');
  });
}

test('nobody who reads stderr is no reason to stop', async () => {
  const { progress } = setUp({ closed: ['stderr'] });
  await progress.write('A sentence.\n');
  await progress.end();
});
