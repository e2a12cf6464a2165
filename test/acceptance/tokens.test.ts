import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { GivenToken } from '../../src/sandbox/given-tokens.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { outdatedCredential, seedSignIn } from '../helpers/seeded-sign-in.ts';
import { credentialFor } from '../helpers/signed-in.ts';
import { createHome } from '../helpers/spawn-cli.ts';
import { storedState } from '../helpers/stored-state.ts';
import { startWatchedBus } from '../helpers/watched-bus.ts';

const apiToken: GivenToken = { token: 'ATATT3x', kind: 'user', email: 'maria@example.com' };
const httpToken: GivenToken = { token: 'BBDC-Mxg', kind: 'user' };
const workspaceToken: GivenToken = { token: 'ATCTT3x=6F2A', kind: 'workspace' };

async function host(t: TestContext) {
  const home = await createHome(t);
  const sandbox = await startSandbox({
    generated: [{ fullName: 'acme/site', branches: 3 }],
    tokens: [apiToken, httpToken, workspaceToken],
  });
  t.after(() => sandbox.close());
  const login = (stdin: string, ...args: string[]) =>
    home.run(['login', '--host', sandbox.url, '--protocol', 'token', ...args], { stdin });
  return { home, sandbox, login };
}

interface SignIn {
  readonly what: string;
  readonly stdin: string;
  readonly args: readonly string[];
  readonly account: string;
  readonly says: RegExp;
  readonly path: string;
}

const asMaria = /^Signed in to .* as María Gómez \(maria\)\. .* and lasts as long as the token\.$/m;
const cloud = ['--kind', 'cloud'];
const repository = '/2.0/repositories/acme/site';

const signIns: readonly SignIn[] = [
  {
    what: "a user's API token with an address, on Cloud",
    stdin: 'maria@example.com:ATATT3x\n',
    args: cloud,
    account: 'maria',
    says: asMaria,
    path: '/2.0/user',
  },
  {
    what: "a user's HTTP access token, on Data Center",
    stdin: '  BBDC-Mxg\r\n',
    args: [],
    account: 'maria',
    says: asMaria,
    path: '/rest/api/latest/users/maria',
  },
  {
    what: 'a workspace token',
    stdin: 'ATCTT3x=6F2A',
    args: cloud,
    account: '(unnamed)',
    says: /^Signed in to .* without a name \(the credential may not tell whose it is\)\./m,
    path: repository,
  },
  {
    what: 'a workspace token under a name given to it',
    stdin: 'ATCTT3x=6F2A',
    args: [...cloud, '--account', 'release-bot'],
    account: 'release-bot',
    says: /^Signed in to .* as release-bot\./m,
    path: repository,
  },
  {
    what: "a project's token under a name given to it, on Data Center",
    stdin: 'ATCTT3x=6F2A',
    args: ['--account', 'release-bot'],
    account: 'release-bot',
    says: /^Signed in to .* as release-bot\./m,
    path: '/rest/api/latest/application-properties',
  },
];

for (const { what, stdin, args, account, says, path } of signIns) {
  test(`${what} signs in from standard input as ${account}`, async (t) => {
    const { home, sandbox, login } = await host(t);
    const { exitCode, stdout, stderr } = await login(stdin, ...args);
    assert.equal(exitCode, 0, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, says);
    assert.ok(!stderr.includes(stdin.trim()));

    const { keychain, settings } = await storedState(home, sandbox.url);
    assert.equal(JSON.parse(keychain.credential[0] ?? '').record.token, stdin.trim());
    assert.deepEqual(Object.keys(settings?.accounts ?? {}), [account]);
    const api = await home.run(['api', path]);
    assert.equal(api.exitCode, 0, api.stderr);
    const printed = await home.run(['token']);
    assert.deepEqual([printed.exitCode, printed.stdout], [0, `${stdin.trim()}\n`]);
  });
}

const refused =
  /^bitbranch: .* does not accept the token.*\n.* Sign in again with: bitbranch login --host \S+ .*--protocol token$/m;
const wrongTokens: readonly (readonly [
  what: string,
  stdin: string,
  args: readonly string[],
  exitCode: number,
  says: RegExp,
])[] = [
  ['a wrong token', 'wrong', [], 4, refused],
  ['a wrong token on Cloud', 'maria@example.com:wrong', cloud, 4, refused],
  ["somebody else's address", 'eve@example.com:ATATT3x', cloud, 4, refused],
  ['an API token without its address', 'ATATT3x', cloud, 4, refused],
  ['nothing', '', [], 2, /^bitbranch: No token was given\./],
  ['an empty line', '\n', [], 2, /^bitbranch: No token was given\./],
  ['two tokens', 'one two', [], 2, /^bitbranch: The token holds characters that no token has\./],
];

test('a token that is not accepted stores nothing', async (t) => {
  const { home, sandbox, login } = await host(t);
  const nothing = await storedState(home, sandbox.url);
  assert.equal(nothing.settings, undefined);
  for (const [what, stdin, args, exitCode, says] of wrongTokens) {
    await t.test(what, async () => {
      const result = await login(stdin, ...args);
      assert.equal(result.exitCode, exitCode, result.stderr);
      assert.match(result.stderr, says);
      assert.deepEqual(await storedState(home, sandbox.url), nothing);
    });
  }
});

test('with BITBRANCH_TOKEN nothing stored is touched, not even by a connection', async (t) => {
  const { home, sandbox } = await host(t);
  await seedSignIn(home, credentialFor(sandbox.url));
  const before = await storedState(home, sandbox.url);
  const bus = await startWatchedBus(t, home);

  const env = { ...bus.env, BITBRANCH_TOKEN: 'maria@example.com:ATATT3x' };
  const commands: readonly (readonly [args: readonly string[], stdout: RegExp])[] = [
    [['api', '/2.0/user'], /"maria"/],
    [['status'], /account {4}not known\n.*\n {2}secret in {2}BITBRANCH_TOKEN\n/],
    [['status', '--check'], /account {4}maria .*\n {2}protocol {3}token, accepted just now\n/],
    [['token'], /^maria@example\.com:ATATT3x\n$/],
  ];
  for (const [args, stdout] of commands) {
    const result = await home.run(args, { env });
    assert.equal(result.exitCode, 0, result.stderr);
    assert.match(result.stdout, stdout);
  }
  const wrong = await home.run(['api', '/2.0/user'], { env: { ...env, BITBRANCH_TOKEN: 'wrong' } });
  assert.equal(wrong.exitCode, 4, wrong.stderr);
  assert.match(wrong.stderr, /BITBRANCH_TOKEN/);
  assert.equal(bus.connections(), 0);
  assert.deepEqual(await storedState(home, sandbox.url), before);
});

test('bitbranch token prints what curl can send, and explains where there is no such thing', async (t) => {
  const { home, sandbox } = await host(t);
  const token = () => home.run(['token', '--host', sandbox.url]);
  const nobody = await token();
  assert.equal(nobody.exitCode, 4);
  assert.match(
    nobody.stderr,
    /^bitbranch: Nobody is signed in to .*\.\nSign in with: bitbranch login/,
  );

  await seedSignIn(home, credentialFor(sandbox.url));
  const signing = await token();
  assert.deepEqual([signing.exitCode, signing.stdout], [2, '']);
  assert.match(signing.stderr, /OAuth 1\.0a, which signs each request and has no bearer token\.\n/);

  await seedSignIn(home, await outdatedCredential(sandbox, 'cloud'));
  const bearer = await token();
  assert.equal(bearer.exitCode, 0, bearer.stderr);
  const answer = await fetch(`${sandbox.url}/2.0/user`, {
    headers: { authorization: `Bearer ${bearer.stdout.trim()}` },
  });
  assert.equal(answer.status, 200);
});
