import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withLeaving } from '../../../src/auth/accounts.ts';
import { run } from '../../../src/cli/run.ts';
import { BitbranchError } from '../../../src/errors.ts';
import { type TestWorld, testContext } from '../../helpers/context.ts';
import { cloudUrl, credentialFor, otherUrl, signedIn } from '../../helpers/signed-in.ts';

async function logout(argv: readonly string[], world: TestWorld) {
  const context = testContext(world);
  const exitCode = await run(['logout', ...argv], context);
  assert.equal(context.printed.stdout, '');
  const accounts = Object.entries(context.currentSettings().hosts).flatMap(([host, settings]) =>
    Object.keys(settings.accounts).map((account) => `credential ${host} ${account}`),
  );
  return {
    exitCode,
    stderr: context.printed.stderr,
    accounts,
    records: [...context.records.keys()],
    context,
  };
}

const maria = `credential ${cloudUrl} maria`;
const ada = `credential ${cloudUrl} ada`;
const jo = `credential ${otherUrl} jo`;
const atCloud = signedIn(credentialFor(cloudUrl, 'maria'), credentialFor(cloudUrl, 'ada'));
const everywhere = signedIn(
  credentialFor(cloudUrl, 'maria'),
  credentialFor(cloudUrl, 'ada'),
  credentialFor(otherUrl, 'jo'),
);

const departures: readonly (readonly [
  argv: readonly string[],
  world: TestWorld,
  left: readonly string[],
])[] = [
  [[], signedIn(credentialFor(cloudUrl, 'ada')), []],
  [['--account', 'maria'], atCloud, [ada]],
  [['--host', otherUrl], everywhere, [maria, ada]],
  [['--host=bitbucket.org', '--account=maria'], everywhere, [ada, jo]],
  [[], { ...atCloud, env: { BITBRANCH_ACCOUNT: 'maria' } }, [ada]],
];

for (const [argv, world, left] of departures) {
  test(`logout ${argv.join(' ')} leaves ${left.join(' and ')}`, async () => {
    const { exitCode, stderr, accounts, records } = await logout(argv, world);
    assert.equal(exitCode, 0);
    assert.deepEqual([accounts, records], [left, left]);
    assert.match(stderr, /^Signed out \w+ from .*removed from the test keychain\.\n/);
    assert.match(stderr, /withdraw it at https:\/\//);
  });
}

test('logout names the page on which access is revoked', async () => {
  const { stderr } = await logout([], signedIn(credentialFor(cloudUrl)));
  assert.match(stderr, /https:\/\/bitbucket\.org\/account\/settings\/app-authorizations\/\n$/);
});

test('logout twice is no error, and keeps the consumer for the next sign-in', async () => {
  const first = await logout([], signedIn(credentialFor(cloudUrl)));
  const settings = first.context.currentSettings();
  assert.equal(settings.hosts[cloudUrl]?.consumerKey, 'the-key');
  for (const argv of [[], ['--host=bitbucket.org'], ['--host=bitbucket.org', '--account=maria']]) {
    const second = await logout(argv, { settings });
    assert.equal(second.exitCode, 0);
    assert.match(second.stderr, /^Nothing to forget: /);
  }
});

test('where nobody is signed in the keychain is not asked', async () => {
  const credentials = { remove: () => assert.fail('the keychain was touched') };
  for (const argv of [[], ['--host', 'git.example.com'], ['--account', 'maria']]) {
    assert.equal((await logout(argv, { credentials })).exitCode, 0);
  }
});

test('a secret that the settings know nothing of is removed when it is named', async () => {
  const { records } = everywhere;
  const result = await logout(['--host', otherUrl, '--account', 'jo'], { records });
  assert.deepEqual([result.exitCode, result.records], [0, [maria, ada]]);
  assert.match(result.stderr, /^Signed out jo/);
});

test('several hosts have to be told apart, and nothing is removed', async () => {
  const result = await logout([], everywhere);
  assert.equal(result.exitCode, 2);
  assert.deepEqual(result.records, [maria, ada, jo]);
});

test('several accounts of a host have to be told apart, and nothing is removed', async () => {
  const result = await logout(['--host=bitbucket.org'], everywhere);
  assert.deepEqual([result.exitCode, result.records], [2, [maria, ada, jo]]);
  assert.equal(
    result.stderr,
    'bitbranch: Several accounts are signed in to bitbucket.org: maria, ada.\n' +
      'Say whom to sign out: bitbranch logout --host https://bitbucket.org --account NAME\n',
  );
});

test('a token that is signed out was granted nothing, and stays valid', async () => {
  const { host, kind, account } = credentialFor(cloudUrl);
  const token = { protocol: 'token', host, kind, account, expiresAt: null, token: 'abc' } as const;
  const { exitCode, stderr } = await logout([], signedIn(token));
  assert.equal(exitCode, 0);
  assert.match(stderr, /\nThe token itself stays valid; delete it on the page where it was made/);
  assert.doesNotMatch(stderr, /withdraw it/);
});

test('a keychain that shows nothing to remove may be locked: no success is claimed', async () => {
  const { settings } = signedIn(credentialFor(cloudUrl));
  const result = await logout([], { settings });
  assert.equal(result.exitCode, 8);
  assert.deepEqual(result.accounts, []);
  assert.match(result.stderr, /locked, or the entry was removed/);
  assert.match(
    result.stderr,
    /bitbranch logout --host https:\/\/bitbucket\.org --account maria\n$/,
  );
});

test('a keychain that fails leaves everything as it is', async () => {
  const failure = new BitbranchError('store_unavailable', 'No Secret Service.');
  const credentials = { remove: () => Promise.reject(failure) };
  const result = await logout(['--account=ada'], { ...atCloud, credentials });
  assert.equal(result.exitCode, 8);
  assert.deepEqual(result.accounts, [maria, ada]);
});

test('a sign-out that was cut short leaves nobody signed in, and can be finished', async () => {
  const { settings } = signedIn(credentialFor(cloudUrl));
  const begun = withLeaving(settings, cloudUrl, 'maria');
  const read = testContext({ settings: begun });
  assert.equal(await run(['status'], read), 4);
  assert.match(read.printed.stderr, /^bitbranch: maria is signed out from .* cut short\.\n/);

  const result = await logout([], { settings: begun });
  assert.deepEqual([result.exitCode, result.accounts], [0, []]);
});

test('a sign-out that was cut short before anything was removed has changed nothing', async () => {
  const { settings, records } = signedIn(credentialFor(cloudUrl));
  const read = testContext({ settings: withLeaving(settings, cloudUrl, 'maria'), records });
  assert.equal(await run(['status'], read), 0);
});

test('a person who has to open the store is waited for before others have to wait', async () => {
  const events: string[] = [];
  const world = { ...signedIn(credentialFor(cloudUrl, 'ada')) };
  const context = testContext({
    ...world,
    credentials: { open: async () => void events.push('open') },
  });
  const locks: typeof context.locks = {
    withLock: async (_, work) => {
      events.push('lock');
      return work();
    },
  };
  assert.equal(await run(['logout'], { ...context, locks }), 0);
  assert.deepEqual(events.slice(0, 2), ['open', 'lock']);
});

test('a store that is not opened leaves everything as it was', async () => {
  const open = () =>
    Promise.reject(new BitbranchError('store_locked', 'The passphrase is needed.'));
  const world = { ...signedIn(credentialFor(cloudUrl, 'ada')), credentials: { open } };
  const { exitCode, accounts, records } = await logout([], world);
  assert.equal(exitCode, 8);
  assert.deepEqual([accounts, records], [[ada], [ada]]);
});
