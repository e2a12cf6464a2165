import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  clockSkewInWords,
  clockSkewSeconds,
  correctedMoment,
  skewToCorrect,
} from '../../src/oauth1/clock-skew.ts';

const nowMs = Date.UTC(2026, 10, 24, 12);

const dates: readonly (readonly [dateHeader: string | null, skewSeconds: number | null])[] = [
  ['Tue, 24 Nov 2026 12:00:00 GMT', null],
  ['Tue, 24 Nov 2026 11:50:00 GMT', 600],
  ['Tue, 24 Nov 2026 12:10:00 GMT', -600],
  ['Tue, 24 Nov 2026 11:59:00 GMT', 60],
  ['Tue, 24 Nov 2026 11:59:01 GMT', null],
  ['Tue, 24 Nov 2026 12:01:00 GMT', -60],
  ['Tue, 24 Nov 2026 12:00:59 GMT', null],
  ['Mon, 24 Nov 2025 12:00:00 GMT', 365 * 86_400],
  ['Tuesday, 24-Nov-26 11:50:00 GMT', 600],
  ['Tue Nov 24 11:50:00 2026', null],
  ['Tue, 24 Nov 2026 11:50:00', null],
  ['Tue, 99 Nov 2026 11:50:00 GMT', null],
  ['soon GMT', null],
  ['1', null],
  ['', null],
  [null, null],
];

for (const [dateHeader, skewSeconds] of dates) {
  test(`at noon, a server that says ${dateHeader} is ${skewSeconds} s behind`, () => {
    assert.equal(clockSkewSeconds(dateHeader, nowMs), skewSeconds);
  });
}

test('a skew is in whole seconds', () => {
  assert.equal(clockSkewSeconds('Tue, 24 Nov 2026 11:50:00 GMT', nowMs + 499), 600);
});

const refused = 'oauth_problem=timestamp_refused';
const answers: ReadonlyArray<
  readonly [status: number, body: string, wwwAuthenticate: string | null, isCorrectable: boolean]
> = [
  [401, refused, null, true],
  [400, refused, null, true],
  [401, '', 'OAuth oauth_problem="timestamp_refused"', true],
  [400, 'Could not verify OAuth request.', null, true],
  [401, '', 'OAuth realm="x"', true],
  [401, 'oauth_problem=nonce_used', null, false],
  [401, '', 'OAuth oauth_problem="token_rejected"', false],
  [200, '', null, false],
  [403, '', null, false],
  [404, '', null, false],
  [429, '', null, false],
  [503, refused, null, false],
];

for (const [status, body, wwwAuthenticate, isCorrectable] of answers) {
  test(`${status} "${body}" ${wwwAuthenticate} ${isCorrectable ? 'may be' : 'is not'} the clock's fault`, () => {
    const response = { status, body, wwwAuthenticate };
    const skew = skewToCorrect({ ...response, clockSkewSeconds: -600 });
    assert.equal(skew, isCorrectable ? -600 : null);
    assert.equal(skewToCorrect({ ...response, clockSkewSeconds: null }), null);
    assert.equal(skewToCorrect(response), null);
  });
}

test('a moment is corrected to the time of the server', () => {
  const moment = { nonce: 'n', timestampSeconds: 1000 };
  assert.deepEqual(correctedMoment(moment, 600), { nonce: 'n', timestampSeconds: 400 });
  assert.deepEqual(correctedMoment(moment, -600), { nonce: 'n', timestampSeconds: 1600 });
});

const words: readonly (readonly [skewSeconds: number, words: string])[] = [
  [60, '1 minute ahead of'],
  [89, '1 minute ahead of'],
  [90, '2 minutes ahead of'],
  [600, '10 minutes ahead of'],
  [-600, '10 minutes behind'],
  [-3600, '60 minutes behind'],
  [7200, '2 hours ahead of'],
  [-86_400, '24 hours behind'],
  [172_800, '2 days ahead of'],
  [365 * 86_400, '365 days ahead of'],
];

for (const [skewSeconds, text] of words) {
  test(`${skewSeconds} s are "${text}"`, () => {
    assert.equal(clockSkewInWords(skewSeconds), `this computer's clock is ${text} the server's`);
  });
}
