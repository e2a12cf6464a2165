import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkError } from '../../src/system/network-errors.ts';

// Failures that no server on this machine can cause; the others are caused in http.test.ts.
const failures = [
  { code: 'ENOTFOUND', exit: 'network', says: 'The host git.example.com was not found.' },
  {
    code: 'EAI_AGAIN',
    exit: 'network',
    says: 'The name git.example.com could not be looked up: no name server answered.',
  },
  {
    code: 'ENETUNREACH',
    exit: 'network',
    says: 'There is no way from this network to git.example.com.',
  },
  {
    code: 'ETIMEDOUT',
    exit: 'timeout',
    says: 'git.example.com did not accept a connection in time.',
  },
  {
    code: 'CERT_NOT_YET_VALID',
    exit: 'network',
    says: 'The certificate of git.example.com is not valid yet.',
  },
  {
    code: 'EUNHEARDOF',
    exit: 'network',
    says: 'The connection to git.example.com failed (EUNHEARDOF).',
  },
];

for (const { code, exit, says } of failures) {
  test(`explains ${code} and does not try again`, () => {
    const cause = Object.assign(new Error('as Node says it'), { code });
    const error = networkError(cause, 'https://git.example.com/2.0/user?secret=1');
    assert.equal(error.message, says);
    assert.equal(error.code, exit);
    assert.ok(error.hint);
    assert.equal(error.cause, cause);
    assert.equal(error.retryAfterMs, undefined);
  });
}

test('explains a failure without a code', () => {
  const error = networkError(new Error('odd'), 'https://git.example.com/');
  assert.equal(error.message, 'The connection to git.example.com failed.');
});
