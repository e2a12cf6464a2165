import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { meetsChallenge, parseChallenge } from '../../../src/sandbox/oauth2/challenge.ts';

// RFC 7636 appendix B.
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const value = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

describe('a challenge and what meets it, RFC 7636 section 4.6', () => {
  const s256 = { method: 'S256', value } as const;
  const plain = { method: 'plain', value: verifier } as const;
  const table = [
    ['appendix B', s256, verifier, true],
    ['another verifier', s256, `${verifier}x`, false],
    ['the challenge itself', s256, value, false],
    ['no verifier', s256, undefined, false],
    ['plain', plain, verifier, true],
    ['another plain one', plain, `${verifier}x`, false],
    ['neither', null, undefined, true],
    ['a verifier out of nowhere', null, verifier, false],
    ['a verifier that is too short', { method: 'plain', value: 'short' }, 'short', false],
  ] as const;
  for (const [name, challenge, codeVerifier, expected] of table) {
    test(name, () => assert.equal(meetsChallenge(challenge, codeVerifier), expected));
  }
});

describe('the challenge of a request, RFC 7636 section 4.3', () => {
  const table = [
    ['none', {}, null],
    ['S256', { code_challenge: value, code_challenge_method: 'S256' }, { method: 'S256', value }],
    ['no method is plain', { code_challenge: verifier }, { method: 'plain', value: verifier }],
    ['method alone', { code_challenge_method: 'S256' }, undefined],
    ['unknown method', { code_challenge: value, code_challenge_method: 's256' }, undefined],
    ['too short', { code_challenge: 'abc', code_challenge_method: 'S256' }, undefined],
    [
      'no base64url',
      { code_challenge: `${value.slice(1)}=`, code_challenge_method: 'S256' },
      undefined,
    ],
    [
      'plain that is too short',
      { code_challenge: 'abc', code_challenge_method: 'plain' },
      undefined,
    ],
  ] as const;
  for (const [name, query, expected] of table) {
    test(name, () => {
      const parameters = new Map<string, string>(Object.entries(query));
      assert.deepEqual(parseChallenge(parameters, ['S256', 'plain']), expected);
    });
  }

  test('plain, where only S256 is taken', () => {
    assert.equal(parseChallenge(new Map([['code_challenge', verifier]]), ['S256']), undefined);
  });
});
