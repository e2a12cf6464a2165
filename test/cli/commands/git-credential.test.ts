import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { run } from '../../../src/cli/run.ts';
import type { OAuth2Credential, TokenCredential } from '../../../src/credentials/credential.ts';
import { scriptedHttp, type TestWorld, testContext, testNowMs } from '../../helpers/context.ts';
import { cloudUrl, credentialFor, otherUrl, signedIn } from '../../helpers/signed-in.ts';

async function helper(operation: string, query: Record<string, string>, world: TestWorld) {
  const stdin = Object.entries(query).map(([key, value]) => `${key}=${value}\n`);
  const context = testContext({ stdin: stdin.join(''), ...world });
  const exitCode = await run(['git-credential', operation], context);
  return { exitCode, ...context.printed, context };
}

function tokenOf(name: string, token = `token-of-${name}`, host = cloudUrl): TokenCredential {
  const kind = host === cloudUrl ? 'cloud' : 'datacenter';
  return { ...credentialFor(host, name), kind, protocol: 'token', token };
}

function oauth2(changes: Partial<OAuth2Credential> = {}): OAuth2Credential {
  return {
    ...credentialFor(cloudUrl),
    protocol: 'oauth2',
    consumer: { key: 'the-key', secret: 'the-consumer-secret' },
    accessToken: 'access-1',
    refreshToken: 'refresh-1',
    issuedAt: new Date(testNowMs).toISOString(),
    expiresAt: new Date(testNowMs + 7_200_000).toISOString(),
    ...changes,
  };
}

const cloud = { protocol: 'https', host: 'bitbucket.org' };
const world = signedIn(
  tokenOf('ada'),
  tokenOf('maria'),
  tokenOf('jo', 'token-of-jo', otherUrl),
  tokenOf('local', 'token-of-local', 'http://127.0.0.1:8080'),
);
const untouched = {
  read: () => assert.fail('the keychain was read'),
};

describe('the account that get answers with', () => {
  const other = { protocol: 'https', host: 'git.example.com' };
  const table: [name: string, query: Record<string, string>, world: TestWorld, secret: string][] = [
    ['the one last signed in', cloud, {}, 'token-of-maria'],
    ['the user name of the address', { ...cloud, username: 'ada' }, {}, 'token-of-ada'],
    [
      'the user name that was answered',
      { ...cloud, username: 'x-token-auth' },
      {},
      'token-of-maria',
    ],
    ['the clone is bound', cloud, { gitConfig: { 'bitbranch.account': 'ada' } }, 'token-of-ada'],
    ['the environment', cloud, { env: { BITBRANCH_ACCOUNT: 'ada' } }, 'token-of-ada'],
    ['an old name of the host', { ...cloud, host: 'www.bitbucket.org' }, {}, 'token-of-maria'],
    ['a context path, not told', other, {}, 'token-of-jo'],
    ['a context path', { ...other, path: 'bitbucket/scm/a/b.git' }, {}, 'token-of-jo'],
    ['http on loopback', { protocol: 'http', host: '127.0.0.1:8080' }, {}, 'token-of-local'],
    [
      'another host in BITBRANCH_HOST',
      cloud,
      { env: { BITBRANCH_HOST: 'x.example' } },
      'token-of-maria',
    ],
  ];
  for (const [name, query, changes, secret] of table) {
    test(name, async () => {
      const { exitCode, stdout, stderr } = await helper('get', query, { ...world, ...changes });
      assert.deepEqual([exitCode, stderr], [0, '']);
      assert.match(stdout, new RegExp(`^username=.+\npassword=${secret}\n$`));
    });
  }
});

describe('get is silent, and leaves the keychain alone', () => {
  const table: [name: string, query: Record<string, string>, env?: TestWorld['env']][] = [
    ['for a host that was never signed in to', { protocol: 'https', host: 'github.com' }],
    ['for another port', { ...cloud, host: 'bitbucket.org:8443' }],
    ['for http', { ...cloud, protocol: 'http' }],
    ['for https on the loopback of http', { protocol: 'https', host: '127.0.0.1:8080' }],
    ['for another protocol', { ...cloud, protocol: 'ftp' }],
    ['for a host that begins like ours', { ...cloud, host: 'bitbucket.org.evil.example' }],
    ['for a host behind a user name', { ...cloud, host: 'bitbucket.org@evil.example' }],
    ['for a host and a path', { ...cloud, host: 'git.example.com/bitbucket' }],
    [
      'for another context path',
      { protocol: 'https', host: 'git.example.com', path: 'other/x.git' },
    ],
    ['for somebody else', { ...cloud, username: 'bob' }],
    ['for a name of JavaScript', { ...cloud, username: 'constructor' }],
    ['for no host', { protocol: 'https' }],
    [
      'with a token for another host',
      { protocol: 'https', host: 'github.com' },
      { BITBRANCH_TOKEN: 't' },
    ],
  ];
  for (const [name, query, env = {}] of table) {
    test(name, async () => {
      const result = await helper('get', query, { ...world, credentials: untouched, env });
      assert.deepEqual([result.exitCode, result.stdout, result.stderr], [0, '', '']);
    });
  }
});

describe('BITBRANCH_TOKEN', () => {
  test('goes to the host that it was set for', async () => {
    const env = { BITBRANCH_TOKEN: 'maria@example.com:t', BITBRANCH_HOST: 'bitbucket.org' };
    const { stdout } = await helper('get', cloud, { env, credentials: untouched });
    assert.equal(stdout, 'username=x-bitbucket-api-token-auth\npassword=t\n');
  });

  test('goes to a Data Center with the user name of the address', async () => {
    const env = { BITBRANCH_TOKEN: 'secret', BITBRANCH_HOST: 'git.example.com' };
    const query = { protocol: 'https', host: 'git.example.com', username: 'jo' };
    const { stdout } = await helper('get', query, { env });
    assert.equal(stdout, 'username=jo\npassword=secret\n');
  });

  for (const host of [undefined, 'git.example.com']) {
    test(`does not go to bitbucket.org with BITBRANCH_HOST=${host}`, async () => {
      const env = { BITBRANCH_TOKEN: 'secret', BITBRANCH_HOST: host };
      const result = await helper('get', cloud, { ...world, env, credentials: untouched });
      assert.deepEqual([result.exitCode, result.stdout], [0, '']);
      assert.match(
        result.stderr,
        /^bitbranch: BITBRANCH_TOKEN is set, but BITBRANCH_HOST [^\n]*\n$/,
      );
      assert.doesNotMatch(result.stderr, /secret/);
    });
  }
});

test('OAuth 1.0a is no answer, and one sentence with the next step', async () => {
  const result = await helper('get', cloud, signedIn(credentialFor(cloudUrl)));
  assert.deepEqual([result.exitCode, result.stdout], [0, '']);
  assert.match(result.stderr, /^bitbranch: git can't use OAuth 1\.0a.*bitbranch login .*\n$/);
});

test('an account that is asked for and not signed in is not replaced by another', async () => {
  const gitConfig = { 'bitbranch.account': 'bob' };
  const result = await helper('get', cloud, { ...world, gitConfig });
  assert.deepEqual([result.exitCode, result.stdout], [4, '']);
});

test('hosts that differ by context path are not taken for one another', async () => {
  const base = 'https://git.example.com';
  const two = signedIn(tokenOf('jo', 'outer', base), tokenOf('jo', 'inner', otherUrl));
  const query = { protocol: 'https', host: 'git.example.com' };
  const unclear = await helper('get', query, two);
  assert.deepEqual([unclear.exitCode, unclear.stdout], [2, '']);
  assert.match(unclear.stderr, /credential\.https:\/\/git\.example\.com\.useHttpPath true/);
  const inner = await helper('get', { ...query, path: 'bitbucket/scm/a/b.git' }, two);
  assert.match(inner.stdout, /^password=inner$/m);
  const outer = await helper('get', { ...query, path: 'scm/a/b.git' }, two);
  assert.match(outer.stdout, /^password=outer$/m);
});

const tokenUrl = 'https://bitbucket.org/site/oauth2/access_token';
const renewal = (status: number, body: object) =>
  scriptedHttp([
    [
      `POST ${tokenUrl}`,
      { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    ],
  ]);
const freshTokens = {
  access_token: 'access-2',
  refresh_token: 'refresh-2',
  token_type: 'bearer',
  expires_in: 7200,
};

describe('an OAuth 2.0 credential', () => {
  test('is given with its expiry', async () => {
    const { stdout } = await helper('get', cloud, signedIn(oauth2()));
    const expiry = (testNowMs + 7_200_000) / 1000;
    assert.equal(
      stdout,
      `username=x-token-auth\npassword=access-1\npassword_expiry_utc=${expiry}\n`,
    );
  });

  test('is renewed first when it is about to expire', async () => {
    const old = oauth2({
      issuedAt: new Date(0).toISOString(),
      expiresAt: new Date(testNowMs + 1000).toISOString(),
    });
    const { stdout, context } = await helper('get', cloud, {
      ...signedIn(old),
      http: renewal(200, freshTokens),
    });
    assert.match(stdout, /^password=access-2$/m);
    assert.match(JSON.stringify([...context.records.values()]), /refresh-2/);
  });

  test('that was refused is renewed for the next time', async () => {
    const { exitCode, stdout, context } = await helper(
      'erase',
      { ...cloud, username: 'x-token-auth', password: 'access-1' },
      { ...signedIn(oauth2()), http: renewal(200, freshTokens) },
    );
    assert.deepEqual([exitCode, stdout], [0, '']);
    assert.match(JSON.stringify([...context.records.values()]), /access-2/);
  });

  test('that was refused and can no longer be renewed says how to go on, and is kept', async () => {
    const { exitCode, stderr, context } = await helper(
      'erase',
      { ...cloud, password: 'access-1' },
      { ...signedIn(oauth2({ refreshToken: null })) },
    );
    assert.equal(exitCode, 4);
    assert.match(stderr, /bitbranch login --host https:\/\/bitbucket\.org/);
    assert.equal(context.records.size, 1);
  });
});

describe('erase', () => {
  test('of a token says how to go on, and keeps it', async () => {
    const query = { ...cloud, username: 'x-token-auth', password: 'token-of-maria' };
    const { exitCode, stdout, stderr, context } = await helper('erase', query, world);
    assert.deepEqual([exitCode, stdout, context.records.size], [4, '', 4]);
    assert.match(stderr, /refused the token of maria\.\n.*--protocol token\n$/);
    assert.doesNotMatch(stderr, /token-of/);
  });

  test('of a bearer token', async () => {
    const query = { protocol: 'https', host: 'git.example.com', credential: 'token-of-jo' };
    assert.equal((await helper('erase', query, world)).exitCode, 4);
  });

  for (const query of [{ ...cloud, password: 'of another helper' }, cloud]) {
    test(`of what is not ours: ${JSON.stringify(query)}`, async () => {
      const result = await helper('erase', query, world);
      assert.deepEqual([result.exitCode, result.stdout, result.stderr], [0, '', '']);
    });
  }
});

for (const operation of ['store', 'capability', 'anything']) {
  test(`${operation} does nothing`, async () => {
    const query = { ...cloud, username: 'maria', password: 'new' };
    const result = await helper(operation, query, { ...world, credentials: untouched });
    assert.deepEqual([result.exitCode, result.stdout, result.stderr], [0, '', '']);
  });
}

test('without an operation a person is told what it is for', async () => {
  const context = testContext();
  assert.equal(await run(['git-credential'], context), 2);
  assert.match(context.printed.stderr, /bitbranch login --setup-git/);
});
