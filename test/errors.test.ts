import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BitbranchError,
  type ErrorCode,
  errorTable,
  exitCodeOf,
  toBitbranchError,
} from '../src/errors.ts';

/** The promise to scripts, written out a second time on purpose. */
const promised: Readonly<Record<ErrorCode, number>> = {
  unexpected: 1,
  usage: 2,
  incomplete: 3,
  sign_in_needed: 4,
  sign_in_refused: 4,
  sign_in_denied: 4,
  not_found: 5,
  forbidden: 5,
  network: 6,
  server: 6,
  timeout: 6,
  rate_limited: 7,
  store_unavailable: 8,
  store_locked: 8,
  interrupted: 130,
  terminated: 143,
};

test('every error code gives the exit code that scripts rely on', () => {
  const given = Object.entries(errorTable).map(([code, { exitCode }]) => [code, exitCode]);
  assert.deepEqual(Object.fromEntries(given), promised);
  assert.equal(exitCodeOf(new BitbranchError('rate_limited', 'Too many.')), 7);
});

test('an error keeps what it was made of', () => {
  const cause = new Error('ECONNRESET');
  const error = new BitbranchError('network', 'It broke.', {
    hint: 'Retry.',
    cause,
    retryAfterMs: 5,
  });
  assert.deepEqual(
    [error.name, error.code, error.message, error.hint, error.cause, error.retryAfterMs],
    ['BitbranchError', 'network', 'It broke.', 'Retry.', cause, 5],
  );
  assert.equal(Object.hasOwn(new BitbranchError('usage', 'No.'), 'cause'), false);
});

test('what is no error of ours is a bug, and says so', () => {
  const own = new BitbranchError('usage', 'No.');
  assert.equal(toBitbranchError(own), own);
  for (const [thrown, message] of [
    [new TypeError('x is null'), 'Unexpected failure: x is null'],
    ['text', 'Unexpected failure: text'],
    [undefined, 'Unexpected failure: undefined'],
  ] as const) {
    const error = toBitbranchError(thrown);
    assert.deepEqual([error.code, error.message, error.cause], ['unexpected', message, thrown]);
    assert.match(error.hint ?? '', /bug.*--verbose/);
  }
});
