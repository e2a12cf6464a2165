import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { startSandboxProcess } from '../helpers/sandbox-process.ts';
import { type CliOptions, createHome, type Home } from '../helpers/spawn-cli.ts';
import { keychainCredentials, storedState } from '../helpers/stored-state.ts';
import { callbackAddress, decideAt, load } from '../helpers/user-agent.ts';
import { startIndependentDataCenter } from './independent-data-center.ts';

async function succeed(home: Home, args: readonly string[], options: CliOptions = {}) {
  const result = await home.run(args, options);
  assert.equal(result.exitCode, 0, result.stderr);
  return result;
}

async function signIn(home: Home, hostUrl: string, env: Readonly<Record<string, string>> = {}) {
  const login = home.start(['login', '--host', hostUrl, '--no-browser'], { env });
  const [, consentUrl = ''] = await login.printed(/^ {2}(http\S+)$/m);
  await decideAt(consentUrl, 'grant');
  const result = await login.ended;
  assert.equal(result.exitCode, 0, result.stderr);
  return result;
}

test('a person adds a consumer, an administrator registers it, and the person signs in', async (t) => {
  const home = await createHome(t);
  const publicKeyFile = join(home.directory, 'public-key.pem');
  const sandbox = await startSandboxProcess(
    home,
    ...['--generate', 'ACME/site=3', '--application-link', `bitbranch=${publicKeyFile}`],
  );
  const host = ['--host', sandbox.url];

  const added = await succeed(home, ['consumer', 'add', ...host]);
  const publicKey = createPublicKey(added.stdout);
  assert.equal(added.stdout, publicKey.export({ type: 'spki', format: 'pem' }));
  assert.ok((publicKey.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048);
  assert.match(added.stderr, /An administrator of .* now makes an application link:/);
  assert.match(added.stderr, /Consumer key +bitbranch\n/);
  const { keychain } = await storedState(home, sandbox.url);
  assert.match(keychain.consumer.join(), /PRIVATE KEY/);
  assert.ok(!`${added.stdout}${added.stderr}`.includes('PRIVATE KEY'));

  const early = await home.run(['login', ...host, '--no-browser']);
  assert.equal(early.exitCode, 4, early.stderr);
  assert.match(
    early.stderr,
    /^bitbranch: \S+ does not know the consumer bitbranch: no application link .*\n.*bitbranch consumer show --host/,
  );

  await writeFile(publicKeyFile, added.stdout);
  const { stderr } = await signIn(home, sandbox.url);
  assert.match(stderr, /^Signed in to .* as María Gómez \(maria\)\. .* and expires on 20\d\d-/m);
  const user = await succeed(home, ['api', '/rest/api/latest/users/maria']);
  assert.equal(JSON.parse(user.stdout).displayName, 'María Gómez');

  const again = await home.run(['consumer', 'add', ...host]);
  assert.equal(again.exitCode, 2, again.stderr);
  assert.match(again.stderr, /^bitbranch: The consumer bitbranch of .* is known already\.\n/);
  const shown = await succeed(home, ['consumer', 'show', ...host]);
  assert.ok(shown.stdout.includes(added.stdout) && !shown.stdout.includes('PRIVATE KEY'));

  const removed = await succeed(home, ['consumer', 'remove', ...host]);
  assert.match(
    removed.stderr,
    /^Removed the consumer bitbranch .* stays so until bitbranch logout/,
  );
  await succeed(home, ['api', '/rest/api/latest/users/maria']);
  const next = await home.run(['login', ...host, '--no-browser']);
  assert.equal(next.exitCode, 2, next.stderr);
  assert.match(next.stderr, /bitbranch consumer add --host/);
});

const keyPair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherKeyPair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicKeyPem = keyPair.publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** A home whose consumer at the host signs with the key pair above. */
async function homeWithKeyPair(t: TestContext, hostUrl: string, key = 'bitbranch'): Promise<Home> {
  const home = await createHome(t);
  const file = join(home.directory, 'private-key.pem');
  await writeFile(file, keyPair.privateKey.export({ type: 'pkcs1', format: 'pem' }));
  const flags = ['--host', hostUrl, '--consumer-key', key, '--private-key-file', file];
  const { stdout } = await succeed(home, ['consumer', 'add', ...flags]);
  assert.equal(stdout, publicKeyPem);
  return home;
}

test('an independent provider that knows the RSA key accepts every request', async (t) => {
  const key = "key+/=&%!*'() ~";
  const provider = await startIndependentDataCenter(t, key, keyPair.publicKey);
  const home = await homeWithKeyPair(t, provider.url, key);
  const { stderr } = await signIn(home, provider.url);
  assert.match(stderr, /as Ada Lovelace \(ada\)/);
  const path = `/rest/api/latest/users/ada?x=a b+c%2B&y=*~'(!)&empty=&x=&=v`;
  assert.equal(JSON.parse((await succeed(home, ['api', path])).stdout).name, 'ada');
  assert.match((await succeed(home, ['status', '--check'])).stdout, /accepted just now/);
  assert.deepEqual(provider.refusals, []);
});

const refusals = [
  { what: 'a wrong public key', key: 'bitbranch', says: /could not confirm the signature/ },
  { what: 'a key of another name', key: 'other', says: /does not know the consumer other/ },
];

for (const { what, key, says } of refusals) {
  test(`${what} is explained, and nothing of the answer but that is shown`, async (t) => {
    const pem = otherKeyPair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const sandbox = await startSandbox({
      generated: [{ fullName: 'ACME/site', branches: 1 }],
      applicationLinks: [{ consumerKey: 'bitbranch', publicKeyPem: pem }],
    });
    t.after(() => sandbox.close());
    const home = await homeWithKeyPair(t, sandbox.url, key);
    const args = ['login', '--host', sandbox.url, '--no-browser', '--verbose'];
    const { exitCode, stdout, stderr } = await home.run(args);
    assert.deepEqual([exitCode, stdout], [4, ''], stderr);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /base_string|oauth_signature|oauth_nonce|POST%26|POST&http/);
  });
}

const dayMs = 24 * 60 * 60 * 1000;

/** Signs in so many days ago, to a host whose tokens are good for a day and can be renewed for another 30. */
async function signedInDaysAgo(t: TestContext, days: number) {
  const renewals: string[] = [];
  let serverShiftMs = -days * dayMs;
  const sandbox = await startSandbox({
    generated: [{ fullName: 'ACME/site', branches: 1 }],
    applicationLinks: [{ consumerKey: 'bitbranch', publicKeyPem }],
    tokenLifetimeSeconds: dayMs / 1000,
    clock: { nowMs: () => Date.now() + serverShiftMs },
    onRequest: ({ path }) => {
      if (path.endsWith('/access-token')) renewals.push(path);
      return undefined;
    },
  });
  t.after(() => sandbox.close());
  const home = await homeWithKeyPair(t, sandbox.url);
  await signIn(home, sandbox.url, {
    NODE_OPTIONS: `--require ${import.meta.dirname}/../helpers/shifted-clock.cjs`,
    CLOCK_SHIFT_MS: String(serverShiftMs),
  });
  serverShiftMs = 0;
  renewals.length = 0;
  return { home, hostUrl: sandbox.url, renewals };
}

test('processes that start at once on an expired token renew it once by its session handle', async (t) => {
  const { home, hostUrl, renewals } = await signedInDaysAgo(t, 2);
  const [before] = await keychainCredentials(hostUrl);
  const results = await Promise.all(
    Array.from({ length: 8 }, () => home.run(['api', '/rest/api/latest/users/maria'])),
  );
  for (const { exitCode, stderr } of results) {
    assert.deepEqual([exitCode, stderr], [0, '']);
  }
  assert.equal(renewals.length, 1);
  const [after] = await keychainCredentials(hostUrl);
  assert.ok(before?.protocol === 'oauth1' && after?.protocol === 'oauth1');
  assert.notEqual(after.token, before.token);
  assert.ok(Date.parse(after.expiresAt ?? '') > Date.now());
});

test('a session that has ended, too, needs a new sign-in: exit code 4 after one request', async (t) => {
  const { home, hostUrl, renewals } = await signedInDaysAgo(t, 40);
  const before = await keychainCredentials(hostUrl);
  const { exitCode, stdout, stderr } = await home.run(['api', '/rest/api/latest/users/maria']);
  assert.deepEqual([exitCode, stdout], [4, ''], stderr);
  assert.match(
    stderr,
    /^bitbranch: The sign-in to .* has expired\.\nSign in again with: bitbranch/,
  );
  assert.equal(renewals.length, 1);
  assert.deepEqual(await keychainCredentials(hostUrl), before);
});

test('what a Data Center says on the callback is understood', async (t) => {
  const sandbox = await startSandbox({
    generated: [{ fullName: 'ACME/site', branches: 1 }],
    applicationLinks: [{ consumerKey: 'bitbranch', publicKeyPem }],
  });
  t.after(() => sandbox.close());
  const home = await homeWithKeyPair(t, sandbox.url);
  for (const [query, exitCode, says] of [
    ['oauth_verifier=denied', 4, /^bitbranch: Access was denied on the consent page\.\n/m],
    [
      'oauth_problem=permission_denied',
      4,
      /^bitbranch: Access was denied on the consent page\.\n/m,
    ],
    ['oauth_problem=token_expired', 4, /took longer than the server allows/],
    ['oauth_problem=new%1b%5b2Jproblem', 4, /refused the sign-in: a problem without a known name/],
  ] as const) {
    const login = home.start(['login', '--host', sandbox.url, '--no-browser']);
    const [, consentUrl = ''] = await login.printed(/^ {2}(http\S+)$/m);
    const callback = new URL(await callbackAddress(consentUrl, 'deny'));
    const token = callback.searchParams.get('oauth_token');
    await load(new URL(`?oauth_token=${token}&${query}`, callback).href);
    const result = await login.ended;
    assert.equal(result.exitCode, exitCode, result.stderr);
    assert.match(result.stderr, says);
  }
});
