import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createGit } from '../../src/system/git.ts';

const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };

/** Makes an empty directory the current one, as it is for a person who calls the program. */
function enterDirectory(t: TestContext): void {
  const before = process.cwd();
  const directory = mkdtempSync(join(tmpdir(), 'bitbranch-git-'));
  process.chdir(directory);
  t.after(() => {
    process.chdir(before);
    rmSync(directory, { recursive: true });
  });
}

function git(...args: readonly string[]): void {
  execFileSync('git', args, { env });
}

test('reads the fetch URL of each remote', async (t) => {
  enterDirectory(t);
  git('init', '--quiet');
  git('remote', 'add', 'origin', 'git@bitbucket.org:team/app.git');
  git('remote', 'set-url', '--push', 'origin', 'git@example.com:elsewhere.git');
  git('remote', 'add', 'up/stream', 'https://git.example.com/scm/~me/a b.git');
  git('config', 'remote.up/stream.promisor', 'true');
  git('config', 'remote.up/stream.partialclonefilter', 'blob:none');
  assert.deepEqual(
    await createGit(env, 'linux').remotes(),
    new Map([
      ['origin', 'git@bitbucket.org:team/app.git'],
      ['up/stream', 'https://git.example.com/scm/~me/a b.git'],
    ]),
  );
});

test('applies the rules by which git rewrites URLs', async (t) => {
  enterDirectory(t);
  git('init', '--quiet');
  git('config', 'url.https://bitbucket.org/.insteadOf', 'bb:');
  git('remote', 'add', 'origin', 'bb:team/app.git');
  const remotes = await createGit(env, 'linux').remotes();
  assert.equal(remotes.get('origin'), 'https://bitbucket.org/team/app.git');
});

test('finds nothing outside a repository', async (t) => {
  enterDirectory(t);
  assert.deepEqual(await createGit(env, 'linux').remotes(), new Map());
});

test('finds nothing where git is not installed', async (t) => {
  enterDirectory(t);
  const withoutPrograms = { ...env, PATH: process.cwd() };
  assert.deepEqual(await createGit(withoutPrograms, 'linux').remotes(), new Map());
});

test('writes the values of a key, empty ones too, in their order and nowhere else', async (t) => {
  enterDirectory(t);
  const personal = createGit({ ...env, GIT_CONFIG_GLOBAL: join(process.cwd(), 'config') }, 'linux');
  const key = 'credential.https://git.example.com/a b.helper';
  assert.deepEqual(await personal.globalValues(key), []);
  for (const values of [
    ['', "!'/a b/it'\\''s' git-credential"],
    ['store'],
    [],
    ['two\nlines', ''],
  ]) {
    await personal.setGlobalValues(key, values);
    assert.deepEqual(await personal.globalValues(key), values);
  }
  assert.deepEqual(await createGit(env, 'linux').globalValues(key), []);
});

test('says that a configuration can not be written', async (t) => {
  enterDirectory(t);
  const nowhere = createGit({ ...env, GIT_CONFIG_GLOBAL: '/dev/null/config' }, 'linux');
  await assert.rejects(nowhere.setGlobalValues('credential.helper', ['store']), {
    code: 'usage',
    message: /credential\.helper/,
  });
});

test('on Windows git is looked for on PATH, and never in the current directory', async (t) => {
  enterDirectory(t);
  mkdirSync('bin');
  const script = (url: string) => `#!/bin/sh\nprintf 'origin\\t${url} (fetch)\\n'\n`;
  writeFileSync('git.exe', script('decoy'), { mode: 0o755 });
  writeFileSync('git', script('decoy'), { mode: 0o755 });
  const remotes = () => createGit({ Path: join(process.cwd(), 'bin') }, 'win32').remotes();
  assert.deepEqual(await remotes(), new Map());
  writeFileSync('bin/git.exe', script('installed'), { mode: 0o755 });
  assert.deepEqual(await remotes(), new Map([['origin', 'installed']]));
});
