import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withSignIn } from '../../../src/auth/accounts.ts';
import { run } from '../../../src/cli/run.ts';
import type { Credential } from '../../../src/credentials/credential.ts';
import { emptySettings } from '../../../src/credentials/settings.ts';
import { scriptedHttp, type TestWorld, testContext, testNowMs } from '../../helpers/context.ts';
import {
  expiredCredential,
  oauth2Credential,
  recordOf,
  tokenAnswer,
  tokenRequest,
} from '../../helpers/oauth2-signed-in.ts';
import { credentialFor, otherUrl, signedIn } from '../../helpers/signed-in.ts';

async function token(argv: readonly string[], world: TestWorld) {
  const context = testContext(world);
  const exitCode = await run(['token', ...argv], context);
  return { exitCode, ...context.printed };
}

function worldOf(credential: typeof oauth2Credential): TestWorld {
  return {
    settings: remembered(credential),
    records: [recordOf(credential)],
  };
}

function remembered(...credentials: readonly Credential[]) {
  return credentials.reduce(
    (settings, credential) => withSignIn(settings, credential, 'keychain', new Date(testNowMs)),
    emptySettings,
  );
}

test('token prints the access token and a line end, and nothing else', async () => {
  assert.deepEqual(await token([], worldOf(oauth2Credential)), {
    exitCode: 0,
    stdout: 'first-access-token\n',
    stderr: '',
  });
});

test('token renews what has expired', async () => {
  const http = scriptedHttp([[tokenRequest, tokenAnswer()]]);
  const { exitCode, stdout } = await token([], { ...worldOf(expiredCredential), http });
  assert.deepEqual([exitCode, stdout], [0, 'second-access-token\n']);
  http.assertSpent();
});

test('token of an account that is asked for', async () => {
  const bob = {
    ...oauth2Credential,
    account: { name: 'bob', displayName: null },
    accessToken: 'b',
  };
  const world = {
    settings: remembered(oauth2Credential, bob),
    records: [recordOf(oauth2Credential), recordOf(bob)],
  };
  assert.equal((await token([], world)).stdout, 'b\n');
  assert.equal((await token(['--account=maria'], world)).stdout, 'first-access-token\n');
  const gitConfig = { 'bitbranch.account': 'maria' };
  assert.equal((await token([], { ...world, gitConfig })).stdout, 'first-access-token\n');
});

test('BITBRANCH_TOKEN is printed without a look at the store', async () => {
  const { exitCode, stdout } = await token([], {
    ...worldOf(oauth2Credential),
    env: { BITBRANCH_TOKEN: 'from-the-environment' },
    credentials: { read: () => assert.fail('the keychain was touched') },
  });
  assert.deepEqual([exitCode, stdout], [0, 'from-the-environment\n']);
});

const ended = scriptedHttp([
  [tokenRequest, { status: 400, body: '{"error":"unauthorized_client"}' }],
]);

const refusals: readonly (readonly [what: string, TestWorld, exitCode: number, RegExp])[] = [
  ['nobody signed in', {}, 4, /Nobody is signed in\.\nSign in with: bitbranch login/],
  ['a sign-in by OAuth 1.0a', signedIn(credentialFor(otherUrl)), 2, /has no bearer token\.\nUse/],
  [
    'a sign-in that the server has ended',
    { ...worldOf(expiredCredential), http: ended },
    4,
    /The server has ended this sign-in\.\nSign in again with: bitbranch login --host https:\/\/bitbucket\.org\n/,
  ],
  [
    'a store that shows nothing',
    { settings: remembered(oauth2Credential) },
    8,
    /can't be read: the test keychain is locked, or the entry was removed\./,
  ],
];

for (const [what, world, exitCode, says] of refusals) {
  test(`token for ${what} ends with ${exitCode} and prints nothing`, async () => {
    const result = await token([], world);
    assert.deepEqual([result.exitCode, result.stdout], [exitCode, '']);
    assert.match(result.stderr, says);
  });
}
