import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withSignIn } from '../../../src/auth/accounts.ts';
import { credentialReference } from '../../../src/auth/stored-credential.ts';
import { run } from '../../../src/cli/run.ts';
import { scriptedHttp, type TestWorld, testContext } from '../../helpers/context.ts';
import { failingAt, sandboxWorld } from '../../helpers/sandbox-world.ts';
import { cloudUrl, credentialFor, otherUrl, signedIn } from '../../helpers/signed-in.ts';

/** Requests fail the test unless the world says otherwise. */
async function status(argv: readonly string[], world: TestWorld) {
  const context = testContext(world);
  const exitCode = await run(['status', ...argv], context);
  return { exitCode, ...context.printed };
}

const everywhere = signedIn(
  credentialFor(cloudUrl, 'maria'),
  credentialFor(cloudUrl, 'ada', null),
  credentialFor(otherUrl, 'jo', 'Jo'),
);

test('status tells host, account, protocol, store and expiry without the network', async () => {
  const { exitCode, stdout, stderr } = await status([], signedIn(credentialFor(cloudUrl)));
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.equal(
    stdout,
    `https://bitbucket.org
  account    maria (María Gómez)
  protocol   OAuth 1.0a
  secret in  the test keychain
  lifetime   does not expire
  used here  yes: the only account at this host
`,
  );
});

test('in a narrow terminal status is broken between words, beside its labels', async () => {
  const world = { ...signedIn(credentialFor(cloudUrl)), stdoutIsTerminal: true, columns: 40 };
  const { stdout } = await status([], world);
  assert.ok(
    stdout.endsWith('  used here  yes: the only account at\n             this host\n'),
    stdout,
  );
});

test('status --json tells the same, and no secret', async () => {
  const { exitCode, stdout, stderr } = await status(['--json'], signedIn(credentialFor(cloudUrl)));
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.deepEqual(JSON.parse(stdout), [
    {
      host: cloudUrl,
      kind: 'cloud',
      account: 'maria',
      displayName: 'María Gómez',
      protocol: 'oauth1',
      store: 'keychain',
      signedInAt: '2026-11-24T12:00:00.000Z',
      expiresAt: null,
      usedBecause: 'the only account at this host',
      check: null,
      problem: null,
    },
  ]);
});

const selections: readonly (readonly [argv: readonly string[], accounts: readonly string[]])[] = [
  [[], ['maria', 'ada', 'jo']],
  [
    ['--host', 'bitbucket.org'],
    ['maria', 'ada'],
  ],
  [['--account', 'ada'], ['ada']],
  [['--host', otherUrl, '--account', 'jo'], ['jo']],
];

for (const [argv, accounts] of selections) {
  test(`status ${argv.join(' ')} tells of ${accounts.join(', ')}`, async () => {
    const { exitCode, stdout } = await status(['--json=account', ...argv], everywhere);
    assert.equal(exitCode, 0);
    assert.deepEqual(
      JSON.parse(stdout),
      accounts.map((account) => ({ account })),
    );
    const text = await status(argv, everywhere);
    assert.equal(text.stdout.split('\n\n').length, accounts.length);
  });
}

const refusals: readonly (readonly [
  argv: readonly string[],
  TestWorld,
  exitCode: number,
  RegExp,
])[] = [
  [[], {}, 4, /Nobody is signed in\.\nSign in with: bitbranch login\n/],
  [
    ['--host=h.example'],
    everywhere,
    4,
    /Nobody .* https:\/\/h\.example\.\n.*login --host https:\/\/h/,
  ],
  [['--account=x'], everywhere, 4, /^bitbranch: x is not signed in\.\n/],
  [[], { settings: everywhere.settings }, 8, /can't be read: the test keychain is locked/],
  [['--json=secret'], everywhere, 2, /There is no field/],
  [['--check', '--max-wait=x'], everywhere, 2, /--max-wait x/],
];

for (const [argv, world, exitCode, stderr] of refusals) {
  test(`status ${argv.join(' ')} ends with ${exitCode}`, async () => {
    const result = await status(argv, world);
    assert.deepEqual([result.exitCode, result.stdout], [exitCode, '']);
    assert.match(result.stderr, stderr);
  });
}

test('status --check asks the host', async (t) => {
  const { world } = await sandboxWorld(t);
  const accepted = await status(['--check'], world);
  assert.equal(accepted.exitCode, 0);
  assert.match(accepted.stdout, /OAuth 1\.0a, accepted just now/);
  const refused = await status(['--check'], {
    ...world,
    http: failingAt(world.http, () => true, 401),
  });
  assert.equal(refused.exitCode, 4);
  assert.match(refused.stdout, /OAuth 1\.0a\n.*\n {2}problem {4}127\S+ does not accept the/s);
  assert.match(refused.stderr, /^bitbranch: 127\S+ does not accept the credential of maria/);
});

test('status --check tells of every account, and ends with the code of the first failure', async (t) => {
  const { sandbox, world } = await sandboxWorld(t);
  const dead = credentialFor('http://127.0.0.1:9', 'ada');
  const both = {
    ...world,
    settings: withSignIn(world.settings, dead, 'keychain', new Date(0)),
    records: [{ reference: credentialReference(dead.host, 'ada'), record: dead }, ...world.records],
  };
  const text = await status(['--check', '--max-wait=0s'], both);
  assert.equal(text.exitCode, 6);
  assert.match(
    text.stdout,
    /accepted just now[\s\S]*http:\/\/127\.0\.0\.1:9\n[\s\S]*problem {4}\S/,
  );
  assert.match(
    text.stderr,
    /^bitbranch: 1 of 2 sign-ins failed the check: ada at http:\/\/127\.0\.0\.1:9\.\n/,
  );

  const json = await status(['--check', '--max-wait=0s', '--json=host,check'], both);
  assert.equal(json.exitCode, 6);
  assert.deepEqual(JSON.parse(json.stdout), [
    { host: sandbox.url, check: 'accepted' },
    { host: dead.host, check: 'network' },
  ]);
});

test('status --check is content with a consumer that lacks the account permission', async (t) => {
  const { world } = await sandboxWorld(t, { permissions: ['repository'] });
  assert.equal((await status(['--check'], world)).exitCode, 0);
});

const token: TestWorld = {
  env: { BITBRANCH_TOKEN: 'abc' },
  credentials: { read: () => assert.fail('the keychain was touched') },
};

test('with BITBRANCH_TOKEN the keychain is not touched, and nobody has to sign in', async () => {
  const { exitCode, stdout, stderr } = await status([], token);
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.match(stdout, /^https:\/\/bitbucket\.org\n {2}account {4}not known\n/);
  assert.match(
    stdout,
    /secret in {2}BITBRANCH_TOKEN\n {2}lifetime {3}lasts as long as the token\n {2}used here {2}yes: BITBRANCH_TOKEN is set\n$/,
  );
  const json = await status(['--json', '--host', otherUrl], {
    ...token,
    settings: everywhere.settings,
  });
  assert.deepEqual(JSON.parse(json.stdout), [
    {
      host: otherUrl,
      kind: 'cloud',
      account: null,
      displayName: null,
      protocol: 'token',
      store: 'environment',
      signedInAt: null,
      expiresAt: null,
      usedBecause: 'BITBRANCH_TOKEN is set',
      check: null,
      problem: null,
    },
  ]);
});

test('with BITBRANCH_TOKEN and --check the host tells whose it is', async () => {
  const http = scriptedHttp([
    ['GET https://api.bitbucket.org/2.0/user', { body: '{"username":"maria","display_name":"M"}' }],
  ]);
  const { exitCode, stdout } = await status(['--check'], { ...token, http });
  assert.equal(exitCode, 0);
  assert.match(stdout, /account {4}maria \(M\)\n {2}protocol {3}token, accepted just now\n/);
  assert.equal(http.requests[0]?.headers?.['authorization'], 'Bearer abc');
});

test('a name can not steer the terminal', async () => {
  const hostile = signedIn(credentialFor(cloudUrl, 'maria', 'M\u001b[2J\u202e'));
  const { stdout } = await status([], hostile);
  assert.match(stdout, /maria \(M\\u001b\[2J\\u202e\)/);
  assert.match((await status(['--json'], hostile)).stdout, /^[ -~\n]*$/);
});
