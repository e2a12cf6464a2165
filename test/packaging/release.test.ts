import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { runProcess } from '../helpers/keychain.ts';
import { serveOnLoopback } from '../helpers/loopback.ts';
import { emptyDirectory, root } from './packed.ts';

/** A project ready to be released, and a npm that only writes down how it is run. */
async function project(t: TestContext) {
  const directory = await emptyDirectory(t);
  for (const name of ['scripts', 'dist', 'bin']) await mkdir(join(directory, name));
  const write = (path: string, text: string) => writeFile(join(directory, path), text);
  await copyFile(join(root, 'scripts/release'), join(directory, 'scripts/release'));
  await write('package.json', '{ "name": "trial", "version": "1.2.3" }');
  await write('dist/main.cjs', "process.stdout.write('1.2.3\\n')");
  await write('CHANGELOG.md', '## [1.2.3] - 2026-11-24\n');
  await write('.gitignore', 'npm.log\n');
  await write('bin/npm', '#!/bin/sh\necho "$@" >>npm.log\n');
  await chmod(join(directory, 'bin/npm'), 0o755);
  const git = (...args: readonly string[]) =>
    promisify(execFile)('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: directory,
    });
  await git('init', '--quiet');
  await git('add', '.');
  await git('commit', '--quiet', '--message=first');
  await git('tag', 'v1.2.3');
  const release = (flags: readonly string[] = [], env: Readonly<Record<string, string>> = {}) =>
    runProcess([join(directory, 'scripts/release'), ...flags], {
      env: { PATH: `${join(directory, 'bin')}:${process.env['PATH']}`, ...env },
    });
  const npmRuns = () => readFile(join(directory, 'npm.log'), 'utf8').catch(() => '');
  return { write, git, release, npmRuns };
}

const publish = 'publish --provenance --access=public --ignore-scripts';

test('what is tagged, told in the changelog and built is published with provenance', async (t) => {
  const { release, npmRuns } = await project(t);
  const { code, stderr } = await release();
  assert.deepEqual([code, stderr, await npmRuns()], [0, '', `${publish}\n`]);
});

test('in CI the package names the repository that its provenance vouches for', async (t) => {
  const { release, npmRuns } = await project(t);
  const { code } = await release([], {
    GITHUB_SERVER_URL: 'https://git.example.com',
    GITHUB_REPOSITORY: 'owner/trial',
  });
  assert.equal(code, 0);
  const repository = 'pkg set repository=git+https://git.example.com/owner/trial.git';
  assert.equal(await npmRuns(), `${repository}\n${publish}\n`);
});

type Project = Awaited<ReturnType<typeof project>>;

const obstacles: readonly (readonly [RegExp, (project: Project) => Promise<unknown>])[] = [
  [/not committed/, ({ write }) => write('new.txt', '')],
  [/no tag v1\.2\.3/, ({ git }) => git('tag', '--delete', 'v1.2.3')],
  [/no section of 1\.2\.3/, ({ write }) => write('CHANGELOG.md', '## [Unreleased]\n')],
  [
    /no build of 1\.2\.3/,
    ({ write }) => write('dist/main.cjs', "process.stdout.write('1.2.2\\n')"),
  ],
];

for (const [pattern, spoil] of obstacles) {
  test(`${pattern} stands in the way of a release, and a dry run says so`, async (t) => {
    const spoilt = await project(t);
    await spoil(spoilt);
    const refused = await spoilt.release();
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, pattern);
    assert.equal(await spoilt.npmRuns(), '');
    const dry = await spoilt.release(['--dry-run']);
    assert.equal(dry.code, 0);
    assert.match(dry.stderr, pattern);
    assert.equal(await spoilt.npmRuns(), `${publish} --dry-run\n`);
  });
}

/** A registry that knows no package, and is told of what it was asked. npm 11 refuses a dry run of a version that is out. */
async function emptyRegistry(t: TestContext) {
  const asked: string[] = [];
  const server = createServer(({ method, url }, response) => {
    asked.push(`${method} ${url}`);
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}');
  });
  return { url: await serveOnLoopback(t, server), asked };
}

test('a dry run of the real package with the real npm packs it and publishes nothing', async (t) => {
  const registry = await emptyRegistry(t);
  const { code, stdout, stderr } = await runProcess([join(root, 'scripts/release'), '--dry-run'], {
    env: {
      ...process.env,
      npm_config_registry: registry.url,
      npm_config_update_notifier: 'false',
    },
  });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /bitbranch-\d+\.\d+\.\d+\.tgz/);
  assert.match(stderr, /dist\/library\.cjs/);
  assert.match(stdout, /^\+ bitbranch@\d+\.\d+\.\d+$/m);
  // npm 10 asks nothing at all.
  assert.deepEqual(
    [...new Set(registry.asked)].filter((request) => request !== 'GET /bitbranch'),
    [],
  );
});

test('an unknown flag is refused', async (t) => {
  const { release, npmRuns } = await project(t);
  assert.equal((await release(['--now'])).code, 2);
  assert.equal(await npmRuns(), '');
});
