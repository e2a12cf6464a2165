import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { keychainItems } from '../helpers/keychain-items.ts';
import { startSandboxProcess } from '../helpers/sandbox-process.ts';
import { createHome } from '../helpers/spawn-cli.ts';
import { userAgentCommand } from '../helpers/user-agent.ts';

test('signs in once, and later processes list branches from the stored credential', async (t) => {
  const home = await createHome(t);
  const sandbox = await startSandboxProcess(home);
  const [repository] = sandbox.repositories;
  /** Leaves a trace when it is opened. */
  const browserTrace = join(home.directory, 'opened');
  const succeed = async (...args: string[]) => {
    const result = await home.run(args, { env: { BITBRANCH_BROWSER: `touch ${browserTrace}` } });
    assert.deepEqual(
      { exitCode: result.exitCode, stderr: result.stderr },
      { exitCode: 0, stderr: '' },
    );
    return result.stdout;
  };

  await t.test('login says who signed in on stderr and puts nothing on stdout', async () => {
    const login = await home.run([...sandbox.loginArgs, '--browser', userAgentCommand()], {
      env: sandbox.loginEnv,
    });
    assert.equal(login.exitCode, 0, login.stderr);
    assert.equal(login.stdout, '');
    assert.match(login.stderr, /^Signed in to .* as María Gómez \(maria\)\. .*system keychain/m);
    assert.match(
      login.stderr,
      new RegExp(`^ *${sandbox.url}/api/1\\.0/oauth/authenticate\\?oauth_token=`, 'm'),
    );
    assert.match(await keychainItems(sandbox.url), /tokenSecret/);
  });

  await t.test('branches prints tab-separated values into a pipe', async () => {
    const lines = (await succeed('branches', repository)).trimEnd().split('\n');
    const rows = lines.map((line) => line.split('\t'));
    assert.ok(rows.every((row) => row.length === 4));
    const main = rows.find(([name]) => name === 'main');
    assert.match(main?.[1] ?? '', /^[0-9a-f]{7,40}$/);
    assert.equal(main?.[2], '2026-11-10T07:40:00Z');
    assert.equal(main?.[3], 'María Gómez');
  });

  await t.test('every format tells the same branches', async () => {
    const names = (await succeed('branches', repository, '--format', 'names'))
      .trimEnd()
      .split('\n');
    assert.ok(names.includes('feature/日本語') && names.includes('bugfix/100%-cpu+a&b=c#1'));
    const nulls = await succeed('branches', repository, '--format', 'names', '--null');
    assert.equal(nulls, names.map((name) => `${name}\0`).join(''));
    const json = JSON.parse(await succeed('branches', '--json', repository));
    assert.deepEqual(
      json.map(({ name }: { name: string }) => name),
      names,
    );
    const lines = (await succeed('branches', repository, '--format', 'jsonl'))
      .trimEnd()
      .split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      json,
    );
    const picked = JSON.parse(await succeed('branches', repository, '--json=name,default'));
    assert.deepEqual(
      picked.filter((branch: { default: boolean }) => branch.default),
      [{ name: 'main', default: true }],
    );
  });

  await t.test(
    'status tells the account without asking the host, and with --check asks it',
    async () => {
      const [status, ...others] = JSON.parse(await succeed('status', '--json'));
      assert.deepEqual(others, []);
      assert.equal(status.host, sandbox.url);
      assert.equal(status.protocol, 'oauth1');
      assert.equal(status.store, 'keychain');
      assert.match(await succeed('status', '--check'), /accepted just now/);
    },
  );

  await t.test('api prints the body of an authorised request', async () => {
    const user = JSON.parse(await succeed('api', '/2.0/user'));
    assert.equal(user.type, 'user');
    const branch = `/2.0/repositories/${repository}/refs/branches/feature/日本語`;
    assert.equal(JSON.parse(await succeed('api', branch)).name, 'feature/日本語');
  });

  await t.test('a second login needs neither the consumer nor its secret again', async () => {
    const { BITBRANCH_CONSUMER_SECRET: _, ...env } = sandbox.loginEnv;
    const login = await home.run(
      ['login', '--host', sandbox.url, '--json', '--browser', userAgentCommand()],
      { env },
    );
    assert.equal(login.exitCode, 0, login.stderr);
    assert.equal(JSON.parse(login.stdout).host, sandbox.url);
  });

  await t.test('logout forgets the credential, and says so a second time', async () => {
    const logout = await home.run(['logout']);
    assert.equal(logout.exitCode, 0, logout.stderr);
    assert.match(logout.stderr, /withdraw it at http/);
    assert.doesNotMatch(await keychainItems(sandbox.url), /tokenSecret/);
    assert.equal((await home.run(['logout'])).exitCode, 0);
    const status = await home.run(['status']);
    assert.equal(status.exitCode, 4);
    const branches = await home.run(['branches', '--host', sandbox.url, repository]);
    assert.equal(branches.exitCode, 4);
    assert.match(branches.stderr, /bitbranch login/);
    assert.ok(!existsSync(browserTrace), 'only login opens a browser');
  });
});
