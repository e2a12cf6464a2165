import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDurationMs, parseMomentMs } from '../../src/cli/duration.ts';

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

const nowMs = Date.UTC(2026, 10, 24, 12);

const moments: readonly (readonly [text: string, isoTime: string])[] = [
  ['30d', '2026-10-25T12:00:00.000Z'],
  ['90m', '2026-11-24T10:30:00.000Z'],
  ['2026-01-31', '2026-01-31T00:00:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ['2026-01-31T09:30', '2026-01-31T09:30:00.000Z'],
  ['2026-01-31T09:30:15Z', '2026-01-31T09:30:15.000Z'],
  ['2026-01-31T09:30:15.25+02:00', '2026-01-31T07:30:15.250Z'],
];

for (const [text, isoTime] of moments) {
  test(`${text} is the moment ${isoTime}`, () => {
    assert.equal(new Date(parseMomentMs('newer', text, nowMs)).toISOString(), isoTime);
  });
}

for (const text of [
  '',
  '30',
  '90x',
  '-30d',
  'yesterday',
  '2026',
  '2026-13-01',
  '2026-02-30',
  '01.02.2026',
  '2026-01-31T25:00',
  '2026-01-31 09:30',
]) {
  test(`"${text}" is no moment`, () => {
    assert.throws(() => parseMomentMs('newer', text, nowMs), {
      name: 'BitbranchError',
      code: 'usage',
      message: `--newer ${text} is neither a duration nor a date.`,
      hint: /30d.*2026-01-31/,
    });
  });
}
