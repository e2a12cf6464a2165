// Clones, fetches and pushes of the real git, with each credential in the address.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import { gitClient } from '../../helpers/git-client.ts';
import { basic, newTokens } from '../../helpers/oauth2-client.ts';

const tokens = [
  { token: 'api-token', kind: 'user', email: 'maria@example.com' },
  { token: 'user-token', kind: 'user' },
  { token: 'workspace-token', kind: 'workspace' },
] as const;

async function workshop(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'bitbranch-git-client-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const git = gitClient(t, directory, { HOME: directory, GIT_CONFIG_GLOBAL: devNull });
  return { directory, git };
}

describe('status by credential', () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ tokens });
  });
  after(() => sandbox.close());

  const table: [authorization: string, cloud: number, dataCenter: number][] = [
    [basic('x-token-auth', 'workspace-token'), 200, 401],
    [basic('x-token-auth', 'user-token'), 200, 401],
    [basic('x-token-auth', 'api-token'), 401, 401],
    [basic('x-bitbucket-api-token-auth', 'api-token'), 200, 401],
    [basic('maria', 'api-token'), 200, 200],
    [basic('maria', 'user-token'), 401, 200],
    [basic('maria', 'workspace-token'), 401, 401],
    [basic('other', 'user-token'), 401, 401],
    [basic('maria', 'wrong'), 401, 401],
    ['Bearer workspace-token', 200, 200],
    ['Bearer wrong', 401, 401],
  ];
  for (const [authorization, cloud, dataCenter] of table) {
    test(authorization, async () => {
      const ask = (path: string) =>
        fetch(`${sandbox.url}${path}/info/refs?service=git-upload-pack`, {
          headers: { authorization },
        });
      const answers = [await ask('/maria/sample.git'), await ask('/scm/maria/sample.git')];
      const statuses = answers.map(({ status }) => status);
      await Promise.all(answers.map((answer) => answer.arrayBuffer()));
      assert.deepEqual(statuses, [cloud, dataCenter]);
    });
  }

  test('without a credential the challenge is one that git understands', async () => {
    const answer = await fetch(`${sandbox.url}/maria/sample.git/info/refs`);
    assert.equal(answer.status, 401);
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic realm=/);
  });

  test('what is not there, not a clone address or not git', async () => {
    const headers = { authorization: 'Bearer workspace-token' };
    const statusOf = async (path: string) =>
      (await fetch(`${sandbox.url}${path}`, { headers })).status;
    assert.equal(await statusOf('/maria/none.git/info/refs?service=git-upload-pack'), 404);
    assert.equal(await statusOf('/maria/sample.git/objects/info/packs'), 404);
    assert.equal(await statusOf('/maria/sample.git/git-upload-pack'), 405);
  });
});

test('a push is there for the next clone and for the REST API, and gone with the sandbox', async (t) => {
  const directoryOfSandbox = await mkdtemp(join(tmpdir(), 'bitbranch-tmp-'));
  const { TMPDIR } = process.env;
  process.env['TMPDIR'] = directoryOfSandbox;
  t.after(async () => {
    if (TMPDIR === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = TMPDIR;
    await rm(directoryOfSandbox, { recursive: true });
  });
  const sandbox = await startSandbox({ tokens });
  t.after(() => sandbox.close());
  const { git } = await workshop(t);
  const cloud = sandbox.url.replace('//', '//x-token-auth:workspace-token@');
  const dataCenter = sandbox.url.replace('//', '//maria:user-token@');
  const succeed = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await git(...args);
    assert.equal(exitCode, 0, stderr);
    return stdout;
  };
  await succeed('clone', '--quiet', `${cloud}/maria/sample.git`, 'mine');
  await succeed('-C', 'mine', 'commit', '--quiet', '--allow-empty', '-m', 'Add nothing');
  await succeed('-C', 'mine', 'push', '--quiet', 'origin', 'HEAD:refs/heads/topic/nothing');
  await succeed('clone', '--quiet', `${dataCenter}/scm/MARIA/sample.git`, 'other');
  assert.match(await succeed('-C', 'other', 'branch', '--remotes'), /^ *origin\/topic\/nothing$/m);
  const branch = await fetch(
    `${sandbox.url}/2.0/repositories/maria/sample/refs/branches/topic/nothing`,
    { headers: { authorization: 'Bearer workspace-token' } },
  );
  assert.equal(branch.status, 200);
  await sandbox.close();
  const left = (await readdir(directoryOfSandbox)).filter((name) => name.includes('sandbox'));
  assert.deepEqual(left, []);
});

test('a repository of somebody is read, and never pushed to', async (t) => {
  const { directory, git } = await workshop(t);
  const own = join(directory, 'own');
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', own]);
  await git('-C', own, 'commit', '--quiet', '--allow-empty', '-m', 'Begin');
  const sandbox = await startSandbox({
    repositories: [{ fullName: 'acme/own', path: own }],
    generated: [{ fullName: 'acme/made-up', branches: 3 }],
    tokens,
  });
  t.after(() => sandbox.close());
  const base = sandbox.url.replace('//', '//x-token-auth:workspace-token@');
  assert.equal((await git('clone', '--quiet', `${base}/acme/own.git`, 'copy')).exitCode, 0);
  const push = await git('-C', 'copy', 'push', 'origin', 'HEAD:refs/heads/other');
  assert.equal(push.exitCode, 128);
  assert.match(push.stderr, /403/);
  assert.ok(!existsSync(join(own, '.git/refs/heads/other')));
  assert.match((await git('ls-remote', `${base}/acme/made-up.git`)).stderr, /not found/);
});

const pushes: [kind: 'cloud' | 'datacenter', scope: string | undefined, exitCode: number][] = [
  ['cloud', undefined, 0],
  ['datacenter', 'REPO_READ', 128],
  ['datacenter', 'REPO_WRITE', 0],
];
for (const [kind, scope, exitCode] of pushes) {
  test(`a push with OAuth 2.0: ${kind} ${scope}`, async (t) => {
    const sandbox = await startSandbox();
    t.after(() => sandbox.close());
    const { git } = await workshop(t);
    const { access_token } = await newTokens(sandbox, kind, { scope });
    const [user, path] = kind === 'cloud' ? ['x-token-auth', ''] : ['maria', '/scm'];
    const base = sandbox.url.replace('//', `//${user}:${access_token}@`);
    const clone = await git('clone', '--quiet', `${base}${path}/maria/sample.git`, 'mine');
    assert.equal(clone.exitCode, 0, clone.stderr);
    const push = await git('-C', 'mine', 'push', 'origin', 'HEAD:refs/heads/copy');
    assert.equal(push.exitCode, exitCode, push.stderr);
  });
}
