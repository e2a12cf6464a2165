import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { generatedRepository } from '../../../src/sandbox/repositories/generated-repository.ts';
import { gitRepository } from '../../../src/sandbox/repositories/git-repository.ts';
import type { Branch, Refs } from '../../../src/sandbox/repositories/repository.ts';
import {
  makeSampleRepository,
  type SampleRepository,
} from '../../../src/sandbox/repositories/sample-repository.ts';

const run = promisify(execFile);

function branchesOf({ branches }: Refs): Branch[] {
  return Array.from({ length: branches.size }, (_, position) => branches.at(position));
}

describe('the sample', () => {
  let sample: SampleRepository;
  before(async () => {
    sample = await makeSampleRepository();
  });
  after(() => sample.remove());

  async function git(...args: string[]): Promise<string[]> {
    const { stdout } = await run('git', ['-C', sample.path, ...args]);
    return stdout.trim().split('\n');
  }

  test('is the same on every machine', async () => {
    const [tip] = await git('rev-parse', 'main');
    assert.equal(tip, '4064a6ff62ead5b1a864d2edaa1c4178da3c284f');
  });

  test('is sound, and has merged, stale, deep and non-ASCII branches', async () => {
    await git('fsck', '--strict');
    const merged = await git('branch', '--merged', 'main', '--format=%(refname:short)');
    assert.deepEqual(merged, ['feature/login-page', 'hotfix/prices-with-tax', 'main']);

    const refs = await gitRepository('maria/sample', sample.path).refs();
    const branches = branchesOf(refs);
    assert.equal(refs.mainBranch, 'main');
    assert.ok(branches.some(({ target }) => target.date < '2020'));
    assert.ok(branches.some(({ name }) => name.split('/').length === 4));
    assert.ok(branches.some(({ name }) => /[^\p{ASCII}]/u.test(name)));
    assert.ok(branches.length > 10, 'there is a second page');
  });

  test('lists as git does', async () => {
    const refs = await gitRepository('maria/sample', sample.path).refs();
    const listed = await git(
      'for-each-ref',
      '--format=%(refname:short) %(objectname)',
      'refs/heads',
    );
    assert.deepEqual(
      branchesOf(refs).map(({ name, target }) => `${name} ${target.hash}`),
      listed,
    );
  });
});

describe('a repository on disk', () => {
  let path: string;
  before(async () => {
    path = await mkdtemp(join(tmpdir(), 'bitbranch-test-'));
    await git('init', '--quiet', '--initial-branch=trunk');
    await commit('Begin\n\nwith two\nparagraphs', '2024-02-29T23:30:00-08:00');
  });
  after(() => rm(path, { recursive: true }));

  async function git(...args: string[]): Promise<string> {
    const { stdout } = await run('git', ['-C', path, ...args]);
    return stdout.trim();
  }

  async function commit(message: string, date: string): Promise<void> {
    const author = '-c user.name=Zoë -c user.email=zoe@example.com'.split(' ');
    await git(...author, 'commit', '--quiet', '--allow-empty', '--date', date, '-m', message);
  }

  test('shows author, date with its offset, whole message and parents', async () => {
    await commit('Second', '2024-03-01T08:00:00Z');
    const refs = await gitRepository('a/b', path).refs();
    assert.equal(refs.mainBranch, 'trunk');
    assert.deepEqual(branchesOf(refs), [
      {
        name: 'trunk',
        target: {
          hash: await git('rev-parse', 'HEAD'),
          date: '2024-03-01T08:00:00+00:00',
          message: 'Second\n',
          author: { raw: 'Zoë <zoe@example.com>' },
          parents: [await git('rev-parse', 'HEAD~')],
        },
      },
    ]);
  });

  test('shows a branch as soon as it is there, and only branches', async () => {
    const repository = gitRepository('a/b', path);
    assert.equal((await repository.refs()).branches.find('new/@x'), undefined);
    await git('branch', 'new/@x', 'HEAD~');
    await git('tag', 'v1');
    const refs = await repository.refs();
    const found = refs.branches.find('new/@x');
    assert.equal(found?.target.date, '2024-02-29T23:30:00-08:00');
    assert.equal(found?.target.message, 'Begin\n\nwith two\nparagraphs\n');
    assert.deepEqual(found?.target.parents, []);
    assert.equal(refs.branches.size, 2);
    assert.throws(() => refs.branches.at(2), RangeError);
    assert.equal(refs.branches.find('new/*'), undefined);
  });

  test('is the one at the path, whatever git is told by the environment', async () => {
    process.env['GIT_DIR'] = join(path, 'nowhere');
    try {
      assert.equal((await gitRepository('a/b', path).refs()).mainBranch, 'trunk');
    } finally {
      delete process.env['GIT_DIR'];
    }
  });

  test('has no main branch before its first commit', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'bitbranch-test-'));
    try {
      await run('git', ['init', '--quiet', empty]);
      const { branches, mainBranch } = await gitRepository('a/b', empty).refs();
      assert.deepEqual([branches.size, mainBranch], [0, null]);
    } finally {
      await rm(empty, { recursive: true });
    }
  });

  test('has to be one', async () => {
    await assert.rejects(gitRepository('a/b', join(path, 'missing')).refs(), {
      code: 'usage',
      message: /git can't read a repository at .*missing/,
    });
  });
});

describe('a generated repository', () => {
  for (const size of [1, 2, 3, 4, 5, 100, 1001]) {
    test(`of ${size} has that many names, in order, and finds each`, async () => {
      const { branches, mainBranch } = await generatedRepository('a/b', size).refs();
      const all = branchesOf({ branches, mainBranch });
      const names = all.map(({ name }) => name);
      assert.equal(mainBranch, 'main');
      assert.equal(new Set(names).size, size);
      assert.deepEqual(names, [...names].sort());
      assert.ok(names.includes('main'));
      for (const branch of all) assert.deepEqual(branches.find(branch.name), branch);
    });
  }

  test('is the same each time, and differs from others', async () => {
    const at = async (fullName: string, position: number) =>
      (await generatedRepository(fullName, 1_000_000).refs()).branches.at(position);
    assert.deepEqual(await at('a/b', 654_321), await at('a/b', 654_321));
    assert.notEqual((await at('a/b', 1)).target.hash, (await at('a/c', 1)).target.hash);
    assert.match((await at('a/b', 0)).target.date, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
  });

  test('finds nothing that is not there', async () => {
    const { branches } = await generatedRepository('a/b', 10).refs();
    for (const name of [
      '',
      'BB-0000001',
      'hotfix/BB-0000001',
      'bugfix/BB-1',
      'hotfix/BB-0000011',
    ]) {
      assert.equal(branches.find(name), undefined);
    }
  });

  test('of no branches has no main branch', async () => {
    const { branches, mainBranch } = await generatedRepository('a/b', 0).refs();
    assert.deepEqual([branches.size, mainBranch], [0, null]);
    assert.equal(branches.find('main'), undefined);
  });
});
