import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean } from '../../src/cli/suggestion.ts';

const words = ['login', 'logout', 'branches', 'api'];

const guesses: readonly (readonly [typed: string, meant: string | null])[] = [
  ['logn', 'login'],
  ['log-out', 'logout'],
  ['branch', 'branches'],
  ['ap', 'api'],
  ['app', 'api'],
  ['sandbox', null],
  ['', null],
];

for (const [typed, meant] of guesses) {
  test(`"${typed}" ${meant === null ? 'is near to nothing' : `was probably ${meant}`}`, () => {
    const expected = meant === null ? undefined : `Did you mean ${meant}?`;
    assert.equal(didYouMean(typed, words), expected);
  });
}
