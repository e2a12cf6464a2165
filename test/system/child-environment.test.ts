import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childEnvironment, takeEnvironment } from '../../src/system/child-environment.ts';

const env = {
  PATH: '/bin',
  BITBRANCH_TOKEN: 's3cret',
  bitbranch_passphrase: 's3cret',
  MY_BITBRANCH_X: '1',
};

test('keeps what is ours from child processes', () => {
  assert.deepEqual(childEnvironment(env), { PATH: '/bin', MY_BITBRANCH_X: '1' });
});

test('takes what is ours out of an environment, and has a copy of all', () => {
  const original = { ...env };
  assert.deepEqual(takeEnvironment(original), env);
  assert.deepEqual(original, { PATH: '/bin', MY_BITBRANCH_X: '1' });
});
