import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SignInSteps } from '../../../src/auth/sign-in.ts';
import { hostAt } from '../../../src/bitbucket/hosts.ts';
import { tokenLogin } from '../../../src/cli/sign-in/token-login.ts';
import type { Account, Credential } from '../../../src/credentials/credential.ts';
import { BitbranchError } from '../../../src/errors.ts';
import { scriptedHttp, type TestWorld, testContext } from '../../helpers/context.ts';
import { cloudUrl } from '../../helpers/signed-in.ts';

const host = hostAt(cloudUrl, 'cloud');
const url = `${host.apiUrl}/2.0/user`;
const maria: Account = { name: 'maria', displayName: 'María Gómez' };

/** Signs in with a token that stands for this account; null for nobody's. */
async function signIn(world: TestWorld, owner: Account | null = maria, name?: string) {
  const http = scriptedHttp([[`GET ${url}`, {}]]);
  const context = testContext({ ...world, http });
  const kept: Credential[] = [];
  const steps: SignInSteps = {
    async identify({ send }) {
      await send({ method: 'GET', url });
      return owner;
    },
    keep: async (credential) => void kept.push(credential),
  };
  const store = context.storeNamed('keychain');
  const credential = await tokenLogin({ host, store }, name, steps, context);
  assert.deepEqual(kept, [credential]);
  assert.ok(credential.protocol === 'token');
  return { credential, context, sent: http.requests[0]?.headers?.['authorization'] };
}

test('a token from standard input is used without what surrounds it', async () => {
  for (const stdin of ['abc', 'abc\n', '  abc\r\n']) {
    const { credential, sent } = await signIn({ stdin });
    assert.equal(credential.token, 'abc');
    assert.equal(sent, 'Bearer abc');
  }
  const { sent } = await signIn({ stdin: 'maria@example.com:abc\n' });
  assert.equal(sent, `Basic ${btoa('maria@example.com:abc')}`);
});

test('at a terminal it is asked for, hidden', async () => {
  const { credential, context } = await signIn({ answers: ['abc'] });
  assert.equal(credential.token, 'abc');
  assert.deepEqual(context.questions, [{ text: 'Token for bitbucket.org: ', hidden: true }]);
});

const names: readonly (readonly [owner: Account | null, asked: string | undefined, Account])[] = [
  [maria, undefined, maria],
  [maria, 'maria', maria],
  [null, undefined, { name: '(unnamed)', displayName: null }],
  [null, 'release-bot', { name: 'release-bot', displayName: null }],
];

for (const [owner, asked, account] of names) {
  test(`the token of ${owner?.name ?? 'nobody'} signs in as ${account.name}`, async () => {
    const { credential } = await signIn({ stdin: 'abc' }, owner, asked);
    assert.deepEqual(credential, {
      protocol: 'token',
      host: cloudUrl,
      kind: 'cloud',
      account,
      expiresAt: null,
      token: 'abc',
    });
  });
}

test('no token, and one that no header can carry, are refused and not repeated', async () => {
  for (const world of [
    { stdin: '' },
    { stdin: ' \n' },
    { answers: [' '] },
    { stdin: 'hunter2 x' },
  ]) {
    await assert.rejects(signIn(world), (error) => {
      assert.ok(error instanceof BitbranchError);
      assert.equal(error.code, 'usage');
      assert.doesNotMatch(`${error.message} ${error.hint}`, /hunter2/);
      return true;
    });
  }
});
