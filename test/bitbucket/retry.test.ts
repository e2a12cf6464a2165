import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRetry, retryAfterMs } from '../../src/bitbucket/retry.ts';
import type { Clock } from '../../src/context.ts';
import { BitbranchError } from '../../src/errors.ts';

/** A clock on which sleeping takes no time but is noted. */
function notedClock(): Clock & { readonly sleepsMs: number[]; pass(durationMs: number): void } {
  let nowMs = 1_000_000;
  const sleepsMs: number[] = [];
  return {
    sleepsMs,
    nowMs: () => nowMs,
    async sleep(durationMs, signal) {
      signal?.throwIfAborted();
      sleepsMs.push(durationMs);
      nowMs += durationMs;
    },
    pass(durationMs) {
      nowMs += durationMs;
    },
  };
}

/** `fraction` of the random half of each wait. */
function setUp({ maxWaitMs = 30_000, randomByte = 0 } = {}) {
  const clock = notedClock();
  const traces: string[] = [];
  const interrupt = new AbortController();
  const retry = createRetry(maxWaitMs, {
    clock,
    random: { bytes: (length) => new Uint8Array(length).fill(randomByte) },
    trace: (message) => traces.push(message),
    interrupted: interrupt.signal,
  });
  return { retry, clock, traces, interrupt };
}

function passing(retryAfterMs = 0): BitbranchError {
  return new BitbranchError('server', 'It failed.', { retryAfterMs });
}

/** Fails as told, one error an attempt, then succeeds. */
function attempts(...errors: readonly Error[]) {
  const pending = [...errors];
  return async () => {
    const error = pending.shift();
    if (error !== undefined) throw error;
    return `done, ${pending.length} failures left`;
  };
}

test('tries again until it succeeds, waiting twice as long each time', async () => {
  const { retry, clock, traces } = setUp();
  const result = await retry(attempts(passing(), passing(), passing()));
  assert.equal(result, 'done, 0 failures left');
  assert.deepEqual(clock.sleepsMs, [250, 500, 1000]);
  assert.equal(traces[0], 'It failed. Trying again in 250 ms.');
});

test('adds a random half to each wait', async () => {
  const { retry, clock } = setUp({ randomByte: 128 });
  await retry(attempts(passing(), passing()));
  assert.deepEqual(clock.sleepsMs, [375, 750]);
});

test('never backs off for more than half a minute', async () => {
  const { retry, clock } = setUp({ maxWaitMs: 1_000_000, randomByte: 128 });
  await retry(attempts(...Array.from({ length: 9 }, () => passing())));
  assert.equal(Math.max(...clock.sleepsMs), 22_500);
});

test('waits at least as long as the server asks', async () => {
  const { retry, clock } = setUp();
  await retry(attempts(passing(7_000), passing(3)));
  assert.deepEqual(clock.sleepsMs, [7_000, 500]);
});

test('throws at once what will not pass', async () => {
  const { retry, clock } = setUp();
  const errors = [new BitbranchError('not_found', 'No.'), new Error('a bug')];
  for (const error of errors) {
    await assert.rejects(retry(attempts(error)), error);
  }
  assert.deepEqual(clock.sleepsMs, []);
});

test('does not begin a wait that does not fit, and throws the failure itself', async () => {
  const { retry, clock } = setUp({ maxWaitMs: 30_000 });
  const error = passing(30_001);
  await assert.rejects(retry(attempts(error)), error);
  assert.deepEqual(clock.sleepsMs, []);
  assert.equal(await retry(attempts(passing(30_000))), 'done, 0 failures left');
});

test('without time to wait there is one attempt', async () => {
  const { retry } = setUp({ maxWaitMs: 0 });
  const error = passing();
  await assert.rejects(retry(attempts(error)), error);
});

test('one budget is for all attempts, one after the other', async () => {
  const { retry, clock } = setUp({ maxWaitMs: 30_000 });
  await retry(attempts(passing(20_000)));
  const error = passing(20_000);
  await assert.rejects(retry(attempts(error)), error);
  assert.deepEqual(clock.sleepsMs, [20_000]);
});

test('the time that a failing attempt takes is spent too', async () => {
  const { retry, clock } = setUp({ maxWaitMs: 30_000 });
  const failsSlowly = async () => {
    clock.pass(12_000);
    throw passing();
  };
  await assert.rejects(retry(failsSlowly), /It failed/);
  // The first attempt is free; two more of 12 s and their waits fit into 30 s, a third does not.
  assert.deepEqual(clock.sleepsMs, [250, 500, 1000]);
});

test('waits side by side are counted once', async () => {
  const clock: Clock = { nowMs: () => 0, sleep: async () => {} };
  const retry = createRetry(30_000, {
    clock,
    random: { bytes: (length) => new Uint8Array(length) },
    trace: () => {},
    interrupted: new AbortController().signal,
  });
  const results = await Promise.all([1, 2, 3].map(() => retry(attempts(passing(20_000)))));
  assert.equal(results.length, 3);
});

test('an interrupt ends the wait', async () => {
  const { retry, interrupt } = setUp();
  const reason = new BitbranchError('interrupted', 'Stopped.');
  interrupt.abort(reason);
  await assert.rejects(retry(attempts(passing())), reason);
});

const nowMs = Date.UTC(2026, 10, 24, 12, 0, 0);
const headers = [
  { header: null, ms: 0 },
  { header: '0', ms: 0 },
  { header: '120', ms: 120_000 },
  { header: 'Tue, 24 Nov 2026 12:01:30 GMT', ms: 90_000 },
  { header: 'Tue, 24 Nov 2026 11:00:00 GMT', ms: 0 },
  { header: 'soon', ms: 0 },
];

for (const { header, ms } of headers) {
  test(`Retry-After: ${header} asks for ${ms} ms`, () => {
    assert.equal(retryAfterMs(header, nowMs), ms);
  });
}
