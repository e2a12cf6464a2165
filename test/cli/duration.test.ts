import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDurationMs } from '../../src/cli/duration.ts';

const durations: readonly (readonly [text: string, durationMs: number])[] = [
  ['500ms', 500],
  ['0s', 0],
  ['30s', 30_000],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['90d', 7_776_000_000],
];

for (const [text, durationMs] of durations) {
  test(`${text} is ${durationMs} milliseconds`, () => {
    assert.equal(parseDurationMs('timeout', text), durationMs);
  });
}

for (const text of ['', '5', 'm', '-5m', '1.5h', '5 m', '5M', '5min', '1h30m', '9999999999s']) {
  test(`"${text}" is no duration`, () => {
    assert.throws(() => parseDurationMs('timeout', text), {
      name: 'BitbranchError',
      code: 'usage',
      message: `--timeout ${text} is not a duration.`,
      hint: /30s, 5m/,
    });
  });
}
