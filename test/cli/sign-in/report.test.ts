import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unnamedAccount } from '../../../src/auth/sign-in-attempt.ts';
import { lifeOf, reportSignIn, signInFields } from '../../../src/cli/sign-in/report.ts';
import type { Credential } from '../../../src/credentials/credential.ts';
import { emptySettings, type Settings } from '../../../src/credentials/settings.ts';
import { type TestWorld, testContext } from '../../helpers/context.ts';
import { oauth2Credential } from '../../helpers/oauth2-signed-in.ts';
import { cloudUrl, credentialFor, otherUrl, signedIn } from '../../helpers/signed-in.ts';

const token: Credential = {
  protocol: 'token',
  host: cloudUrl,
  kind: 'cloud',
  account: unnamedAccount,
  expiresAt: null,
  token: 'the-token',
};
const ending = { ...credentialFor(cloudUrl), expiresAt: '2031-11-23T12:00:00.000Z' };

const lives: readonly (readonly [credential: Credential, life: string])[] = [
  [credentialFor(cloudUrl), 'does not expire'],
  [ending, 'expires on 2031-11-23'],
  [oauth2Credential, 'renews itself'],
  [{ ...oauth2Credential, refreshToken: null }, 'expires on 2026-11-24'],
  [token, 'lasts as long as the token'],
];

for (const [credential, life] of lives) {
  test(`a ${credential.protocol} credential ${life}`, () => {
    assert.equal(lifeOf(credential), life);
  });
}

async function said(
  credential: Credential,
  before: Settings = emptySettings,
  world: TestWorld = {},
) {
  const context = testContext(world);
  const store = context.storeNamed('keychain');
  await reportSignIn(
    { hostName: 'bitbucket.org', credential, store, before, fields: null },
    context,
  );
  assert.equal(context.printed.stdout, '');
  return context.printed.stderr;
}

const beginning = 'Signed in to bitbucket.org';
const place = 'The credential is in the test keychain';

test('who signed in is named in full, and by one name where there is no other', async () => {
  const named = (displayName: string | null) => credentialFor(cloudUrl, 'maria', displayName);
  for (const [credential, who] of [
    [named('María Gómez'), 'as María Gómez (maria)'],
    [named(null), 'as maria'],
    [named('maria'), 'as maria'],
  ] as const) {
    assert.equal(await said(credential), `${beginning} ${who}. ${place} and does not expire.\n`);
  }
  assert.equal(
    await said(token),
    `${beginning} without a name (the credential may not tell whose it is). ${place} and lasts as long as the token.\n`,
  );
});

const changes: readonly (readonly [before: Settings, words: RegExp | null])[] = [
  [signedIn(credentialFor(cloudUrl, 'ada')).settings, /\nBefore, it was ada, who stays signed in/],
  [signedIn(credentialFor(cloudUrl, 'maria')).settings, null],
  [signedIn(credentialFor(otherUrl, 'ada')).settings, null],
  [signedIn(credentialFor(cloudUrl, 'ada'), credentialFor(cloudUrl, 'maria')).settings, null],
];

for (const [before, words] of changes) {
  const names = Object.keys(Object.values(before.hosts)[0]?.accounts ?? {}).join(' and then ');
  test(`after ${names}, maria ${words === null ? 'is nothing new' : 'is somebody else'}`, async () => {
    const text = await said(credentialFor(cloudUrl), before);
    if (words === null) assert.doesNotMatch(text, /Before, it was/);
    else assert.match(text, words);
  });
}

test('a token in the environment that wins is pointed out', async () => {
  const text = await said(token, emptySettings, { env: { BITBRANCH_TOKEN: 'x' } });
  assert.match(text, /\nBITBRANCH_TOKEN is set and is used instead of it; unset it/);
});

test('a name can not steer the terminal', async () => {
  const text = await said(credentialFor(cloudUrl, 'maria', 'M\u001b[2J'));
  assert.match(text, /M\\u001b\[2J \(maria\)/);
});

test('as JSON it is one object without a secret, of the fields asked for', async () => {
  for (const fields of [signInFields, ['store', 'account'] as const]) {
    const context = testContext();
    const store = context.storeNamed('keychain');
    const credential = oauth2Credential;
    await reportSignIn(
      { hostName: 'bitbucket.org', credential, store, before: emptySettings, fields },
      context,
    );
    assert.equal(context.printed.stderr, '');
    assert.deepEqual(Object.keys(JSON.parse(context.printed.stdout)), [...fields]);
    assert.doesNotMatch(context.printed.stdout, /secret|access-token|refresh-token/);
  }
});
