import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  chooseAccount,
  settingsOf,
  signedInHosts,
  withoutAccount,
  withSignIn,
} from '../../src/auth/accounts.ts';
import { emptySettings } from '../../src/credentials/settings.ts';
import { cloudUrl, credentialFor, otherUrl, signedIn } from '../helpers/signed-in.ts';

const { settings } = signedIn(
  credentialFor(otherUrl, 'jo'),
  credentialFor(cloudUrl, 'maria'),
  credentialFor(cloudUrl, 'ada'),
);

test('a sign-in is remembered with everything but its secrets', () => {
  const known = settingsOf(settings, cloudUrl);
  assert.equal(known?.kind, 'cloud');
  assert.equal(known.consumerKey, 'the-key');
  assert.equal(known.lastAccount, 'ada');
  assert.deepEqual(Object.keys(known.accounts), ['maria', 'ada']);
  const { displayName, protocol, store, signedInAt } = known.accounts['maria'] ?? {};
  assert.deepEqual(
    [displayName, protocol, store, signedInAt],
    ['María Gómez', 'oauth1', 'keychain', '2026-11-24T12:00:00.000Z'],
  );
  assert.doesNotMatch(JSON.stringify(settings), /secret|token-of/);
});

test('signing in once more replaces the account and nothing else', () => {
  const later = withSignIn(
    settings,
    credentialFor(cloudUrl, 'maria', 'M. G.'),
    'keychain',
    new Date(0),
  );
  const known = settingsOf(later, cloudUrl);
  assert.equal(known?.accounts['maria']?.displayName, 'M. G.');
  assert.equal(known.accounts['maria']?.signedInAt, '1970-01-01T00:00:00.000Z');
  assert.deepEqual(known.accounts['ada'], settingsOf(settings, cloudUrl)?.accounts['ada']);
  assert.deepEqual(settingsOf(later, otherUrl), settingsOf(settings, otherUrl));
  assert.equal(known.lastAccount, 'maria');
});

test('the account asked for is used, else the one last signed in', () => {
  const wish = { name: 'maria', rule: 'BITBRANCH_ACCOUNT' } as const;
  assert.deepEqual(chooseAccount(settings, { url: cloudUrl }, wish), wish);
  assert.deepEqual(chooseAccount(settings, { url: cloudUrl }, undefined), {
    name: 'ada',
    rule: 'the account last signed in',
  });
  assert.deepEqual(chooseAccount(settings, { url: otherUrl }, undefined), {
    name: 'jo',
    rule: 'the only account at this host',
  });
});

const refusals: readonly (readonly [host: string, account: string | undefined, message: RegExp])[] =
  [
    [
      cloudUrl,
      'jo',
      /^jo, the account asked for by --account, is not signed in to https:\/\/bitbucket\.org\. Signed in there: maria, ada\.$/,
    ],
    [cloudUrl, '__proto__', /^__proto__, the account asked for by --account, is not signed in/],
    [
      'https://new.example.com',
      undefined,
      /^Nobody is signed in to https:\/\/new\.example\.com\.$/,
    ],
    ['__proto__', undefined, /^Nobody is signed in/],
  ];

for (const [host, account, message] of refusals) {
  test(`${account ?? 'nobody in particular'} at ${host} has to sign in`, () => {
    const wish =
      account === undefined ? undefined : ({ name: account, rule: '--account' } as const);
    assert.throws(() => chooseAccount(settings, { url: host }, wish), {
      code: 'sign_in_needed',
      message,
      hint: `Sign in with: bitbranch login --host ${host}${account ? ` --account ${account}` : ''}`,
    });
  });
}

test('signing out the last account used leaves the other ones, and the consumer', () => {
  const left = withoutAccount(settings, cloudUrl, 'ada');
  assert.equal(chooseAccount(left, { url: cloudUrl }, undefined).name, 'maria');
  assert.equal(settingsOf(left, cloudUrl)?.consumerKey, 'the-key');
  assert.deepEqual(signedInHosts(left), [otherUrl, cloudUrl]);
});

test('signing out another account leaves the one last used', () => {
  assert.equal(
    settingsOf(withoutAccount(settings, cloudUrl, 'maria'), cloudUrl)?.lastAccount,
    'ada',
  );
});

test('a host without accounts is not signed in to, but its kind and consumer stay known', () => {
  const left = withoutAccount(settings, otherUrl, 'jo');
  assert.deepEqual(signedInHosts(left), [cloudUrl]);
  assert.deepEqual(settingsOf(left, otherUrl), {
    kind: 'cloud',
    protocol: 'oauth1',
    consumerKey: 'the-key',
    accounts: {},
  });
});

test('the repositories seen at a host are forgotten with its last account', () => {
  const accounts = settingsOf(settings, cloudUrl)?.accounts ?? {};
  const seen = { kind: 'cloud' as const, accounts, repositories: ['acme/site'] };
  const one = withoutAccount({ version: 1, hosts: { [cloudUrl]: seen } }, cloudUrl, 'ada');
  assert.deepEqual(settingsOf(one, cloudUrl)?.repositories, ['acme/site']);
  assert.equal(
    settingsOf(withoutAccount(one, cloudUrl, 'maria'), cloudUrl)?.repositories,
    undefined,
  );
});

test('signing out who is not signed in changes nothing', () => {
  assert.deepEqual(withoutAccount(settings, cloudUrl, 'nobody'), settings);
  assert.equal(withoutAccount(emptySettings, cloudUrl, 'maria'), emptySettings);
});

test('names that an object has by itself are names like others', () => {
  const odd = withSignIn(
    emptySettings,
    credentialFor(cloudUrl, '__proto__'),
    'keychain',
    new Date(0),
  );
  assert.equal(chooseAccount(odd, { url: cloudUrl }, undefined).name, '__proto__');
  assert.deepEqual(signedInHosts(withoutAccount(odd, cloudUrl, '__proto__')), []);
});
