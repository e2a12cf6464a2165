// The real git, with the built program as its credential helper, the real keychain and the sandbox's repositories.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { GivenToken } from '../../src/sandbox/given-tokens.ts';
import { type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';
import { gitClient } from '../helpers/git-client.ts';
import { builtProgram, createHome } from '../helpers/spawn-cli.ts';
import { userAgentCommand } from '../helpers/user-agent.ts';

const email = 'maria@example.com';
const apiToken = { token: 'ATATT3x-the-api-token=', kind: 'user', email } as const;
const userToken = { token: 'BBDC-the-user-token', kind: 'user' } as const;
const workspaceToken = { token: 'ATCT-the-workspace-token', kind: 'workspace' } as const;

interface SignIn {
  readonly kind: 'cloud' | 'datacenter';
  /** What is typed for a token; OAuth 2.0 without one. */
  readonly token?: string;
}

const signIns: Readonly<Record<string, SignIn>> = {
  'Cloud, OAuth 2.0': { kind: 'cloud' },
  'Cloud, API token': { kind: 'cloud', token: `${email}:${apiToken.token}` },
  'Cloud, workspace token': { kind: 'cloud', token: workspaceToken.token },
  'Data Center, OAuth 2.0': { kind: 'datacenter' },
  'Data Center, token': { kind: 'datacenter', token: userToken.token },
};

/** A home in which somebody has signed in with --setup-git, and a git that knows no more than that. */
async function signedInHome(t: TestContext, { kind, token }: SignIn, options: SandboxOptions = {}) {
  const home = await createHome(t);
  const tokens: GivenToken[] = [apiToken, userToken, workspaceToken];
  const sandbox = await startSandbox({ tokens, ...options });
  t.after(() => sandbox.close());
  const login = () =>
    home.run(
      [
        ...['login', '--setup-git', '--host', sandbox.url, '--kind', kind],
        ...['--protocol', token === undefined ? 'oauth2' : 'token'],
        ...(token === undefined ? ['--browser', userAgentCommand()] : []),
        ...(token === undefined ? ['--consumer-key', sandbox.consumer.key] : []),
      ],
      token === undefined
        ? { env: { BITBRANCH_CONSUMER_SECRET: sandbox.consumer.secret } }
        : { stdin: token },
    );
  const first = await login();
  assert.equal(first.exitCode, 0, first.stderr);
  const { PATH: _, ...env } = home.env;
  const repositoryUrl = `${sandbox.url}${kind === 'cloud' ? '' : '/scm'}/maria/sample.git`;
  return {
    home,
    sandbox,
    tokens,
    login,
    repositoryUrl,
    loginOutput: first.stderr,
    gitWith: (more: Readonly<Record<string, string>> = {}) =>
      gitClient(t, home.env['HOME'] ?? '', { ...env, ...more }),
  };
}

for (const [name, signIn] of Object.entries(signIns)) {
  test(`${name}: clone, push and fetch`, async (t) => {
    const { home, repositoryUrl, loginOutput, login, gitWith } = await signedInHome(t, signIn);
    /** Where git writes every command that it starts, with its arguments. */
    const trace = join(home.directory, 'trace');
    const git = gitWith({ GIT_TRACE: trace });
    const succeed = async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await git(...args);
      assert.equal(exitCode, 0, stderr);
      return { stdout, stderr };
    };
    const origin = new URL(repositoryUrl).origin;
    assert.match(loginOutput, new RegExp(`^git now uses this sign-in for ${origin}:`, 'm'));
    const configuration = (await succeed('config', '--global', '--list')).stdout;

    const secrets = signIn.token === undefined ? [] : [signIn.token.replace(`${email}:`, '')];
    await succeed('clone', '--quiet', repositoryUrl, 'mine');
    await succeed('-C', 'mine', 'commit', '--quiet', '--allow-empty', '--message', 'Add nothing');
    await succeed('-C', 'mine', 'push', '--quiet', 'origin', 'HEAD:refs/heads/topic');
    const named = repositoryUrl.replace('//', '//maria@');
    if (signIn.token !== workspaceToken.token) await succeed('clone', '--quiet', named, 'other');
    await succeed('-C', 'mine', 'fetch', '--quiet', '--prune');
    const branches = (await succeed('-C', 'mine', 'branch', '--remotes')).stdout;
    assert.match(branches, /^ *origin\/topic$/m);

    secrets.push(...(await home.run(['token'])).stdout.trim().split(':').slice(-1));
    const seen = await readFile(trace, 'utf8');
    assert.match(seen, /main\.cjs.*git-credential.* get/);
    for (const secret of secrets) assert.ok(secret !== '' && !seen.includes(secret));

    assert.match((await login()).stderr, /^git uses this sign-in for .* already\.$/m);
    assert.equal((await succeed('config', '--global', '--list')).stdout, configuration);
    const logout = await home.run(['logout']);
    assert.match(logout.stderr, /^git no longer asks bitbranch: credential\.http/m);
    assert.equal((await succeed('config', '--global', '--list')).stdout, '');
    const { exitCode, stderr } = await git('-C', 'mine', 'fetch');
    assert.equal(exitCode, 128);
    assert.match(stderr, /terminal prompts disabled/);
  });
}

const laterMs = 3 * 60 * 60 * 1000;

for (const name of ['Cloud, OAuth 2.0', 'Data Center, OAuth 2.0']) {
  const signIn = signIns[name] ?? assert.fail(name);

  test(`${name}: an access token that has expired is renewed during a fetch`, async (t) => {
    let shiftMs = 0;
    const { sandbox, repositoryUrl, gitWith } = await signedInHome(t, signIn, {
      clock: { nowMs: () => Date.now() + shiftMs },
    });
    assert.equal((await gitWith()('clone', '--quiet', repositoryUrl, 'mine')).exitCode, 0);
    assert.equal(sandbox.tokenRequests.length, 1);
    shiftMs = laterMs;
    const later = gitWith({
      CLOCK_SHIFT_MS: `${laterMs}`,
      NODE_OPTIONS: `--require ${import.meta.dirname}/../helpers/shifted-clock.cjs`,
    });
    const fetch = await later('-C', 'mine', 'fetch');
    assert.equal(fetch.exitCode, 0, fetch.stderr);
    assert.equal(sandbox.tokenRequests.length, 2);
  });

  test(`${name}: one that the host refuses is renewed for the next fetch`, async (t) => {
    let shiftMs = 0;
    const { sandbox, repositoryUrl, gitWith } = await signedInHome(t, signIn, {
      clock: { nowMs: () => Date.now() + shiftMs },
    });
    const git = gitWith();
    assert.equal((await git('clone', '--quiet', repositoryUrl, 'mine')).exitCode, 0);
    shiftMs = laterMs;
    const refused = await git('-C', 'mine', 'fetch');
    assert.equal(refused.exitCode, 128);
    assert.match(refused.stderr, /Authentication failed/);
    assert.equal(sandbox.tokenRequests.length, 2);
    const next = await git('-C', 'mine', 'fetch');
    assert.equal(next.exitCode, 0, next.stderr);
    assert.equal(sandbox.tokenRequests.length, 2);
  });
}

test('a token that the host no longer takes: git fails without asking, and the next step is told', async (t) => {
  const signIn = signIns['Data Center, token'] ?? assert.fail();
  const { home, tokens, repositoryUrl, gitWith } = await signedInHome(t, signIn);
  tokens.length = 0;
  const { exitCode, stderr } = await gitWith()('clone', repositoryUrl, 'mine');
  assert.equal(exitCode, 128);
  assert.match(stderr, /refused the token of maria\.\n.*bitbranch login .*--protocol token/);
  assert.match(stderr, /Authentication failed/);
  assert.equal((await home.run(['token'])).stdout, `${userToken.token}\n`);
});

test('OAuth 1.0a can not be set up for git, and as a helper says so once', async (t) => {
  const home = await createHome(t);
  const sandbox = await startSandbox();
  t.after(() => sandbox.close());
  const args = ['login', '--host', sandbox.url, '--kind', 'cloud', '--protocol', 'oauth1'];
  const options = { env: { BITBRANCH_CONSUMER_SECRET: sandbox.consumer.secret } };
  const browser = ['--consumer-key', sandbox.consumer.key, '--browser', userAgentCommand()];
  const refused = await home.run([...args, ...browser, '--setup-git'], options);
  assert.equal(refused.exitCode, 2);
  assert.match(refused.stderr, /git can't use OAuth 1\.0a/);
  assert.equal((await home.run([...args, ...browser], options)).exitCode, 0);

  const { PATH: _, ...env } = home.env;
  const git = gitClient(t, home.env['HOME'] ?? '', env);
  const helper = `credential.helper=!'${process.execPath}' '${builtProgram}' git-credential`;
  const clone = await git('-c', helper, 'clone', `${sandbox.url}/maria/sample.git`);
  assert.equal(clone.exitCode, 128);
  assert.equal(clone.stderr.match(/git can't use OAuth 1\.0a/g)?.length, 1);
  assert.match(clone.stderr, /bitbranch login .*--protocol oauth2/);
  assert.match(clone.stderr, /terminal prompts disabled/);
});
