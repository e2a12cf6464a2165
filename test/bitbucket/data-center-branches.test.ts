import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  SchemaRestBranch,
  SchemaRestMinimalRef,
} from '@coderabbitai/bitbucket/server/openapi';
import { type BranchField, branchFields } from '../../src/bitbucket/branch.ts';
import { listBranches } from '../../src/bitbucket/branches.ts';
import { hostAt } from '../../src/bitbucket/hosts.ts';
import { BitbranchError } from '../../src/errors.ts';
import { collectRows, scriptedApi } from '../helpers/json-api.ts';

const host = hostAt('https://git.example.com/bitbucket', 'datacenter');
const repository = { workspace: 'PRJ', slug: 'widgets' };
const path = '/rest/api/latest/projects/PRJ/repos/widgets';
const list = `${path}/branches?limit=1000`;
const detailed = `${path}/branches?details=true&limit=1000`;

const commitKey = 'com.atlassian.bitbucket.server.bitbucket-branch:latest-commit-metadata';
const hash = '8d51122def5632836d1cb1026e879069e10a1e13';

/** As servers send it: the published schema knows neither `isDefault` nor `metadata`. */
type SentBranch = SchemaRestBranch & {
  readonly isDefault?: boolean;
  readonly metadata?: Readonly<Record<string, unknown>>;
};

function branch(name: string, more: Partial<SentBranch> = {}): SentBranch {
  return {
    id: `refs/heads/${name}`,
    displayId: name,
    latestCommit: hash,
    latestChangeset: hash,
    ...more,
  };
}

function lastPage(values: readonly unknown[]) {
  return { size: values.length, limit: 1000, isLastPage: true, start: 0, values };
}

function branchesOf(api: ReturnType<typeof scriptedApi>, fields: readonly BranchField[]) {
  return collectRows(listBranches(api, host, repository, { fields }));
}

const everything = branch('feature/über & #1', {
  isDefault: false,
  metadata: {
    'com.atlassian.bitbucket.server.bitbucket-jira:branch-list-jira-issues': [],
    [commitKey]: {
      id: hash,
      displayId: hash.slice(0, 11),
      author: { name: 'jcitizen', emailAddress: 'jane@example.com', displayName: 'Jane Citizen' },
      authorTimestamp: 1_767_323_045_678,
      committer: { name: 'ci', displayName: 'CI' },
      committerTimestamp: 1_767_400_000_000,
      message: 'Add the thing\n\nBecause.\n',
      parents: [],
    },
  },
});

test('a branch is projected to its fields', async () => {
  const api = scriptedApi({
    [detailed]: lastPage([everything, branch('main', { isDefault: true })]),
  });
  assert.deepEqual(await branchesOf(api, branchFields), [
    {
      repository: 'PRJ/widgets',
      name: 'feature/über & #1',
      default: false,
      hash,
      date: '2026-01-02T03:04:05Z',
      author: 'Jane Citizen',
      message: 'Add the thing',
      url: 'https://git.example.com/bitbucket/projects/PRJ/repos/widgets/browse?at=refs/heads/feature/%C3%BCber%20%26%20%231',
    },
    {
      repository: 'PRJ/widgets',
      name: 'main',
      default: true,
      hash,
      date: null,
      author: null,
      message: null,
      url: 'https://git.example.com/bitbucket/projects/PRJ/repos/widgets/browse?at=refs/heads/main',
    },
  ]);
});

const requested: ReadonlyArray<readonly [readonly BranchField[], string]> = [
  [['name'], list],
  [['repository', 'hash', 'url'], list],
  [['date'], detailed],
  [['author'], detailed],
  [['name', 'message'], detailed],
];

for (const [fields, address] of requested) {
  test(`for ${fields} nothing else is asked for`, async () => {
    const api = scriptedApi({ [address]: lastPage([branch('main')]) });
    await branchesOf(api, fields);
    assert.deepEqual(api.asked, [address]);
  });
}

test('what was not asked for is null, though a server may send it', async () => {
  const api = scriptedApi({ [list]: lastPage([everything]) });
  assert.deepEqual(await branchesOf(api, ['name']), [
    {
      repository: 'PRJ/widgets',
      name: 'feature/über & #1',
      default: null,
      hash: null,
      date: null,
      author: null,
      message: null,
      url: null,
    },
  ]);
});

const places: ReadonlyArray<
  readonly [workspace: string, slug: string, path: string, page: string]
> = [
  ['~jcitizen', 'notes', 'projects/~jcitizen/repos/notes', 'users/jcitizen/repos/notes'],
  ['~j.c', 'a.b', 'projects/~j.c/repos/a.b', 'users/j.c/repos/a.b'],
  ['A B', 'c/d', 'projects/A%20B/repos/c%2Fd', 'projects/A%20B/repos/c%2Fd'],
];

for (const [workspace, slug, restPath, page] of places) {
  test(`${workspace}/${slug} is read at ${restPath} and shown at ${page}`, async () => {
    const api = scriptedApi({
      [`/rest/api/latest/${restPath}/branches?limit=1000`]: lastPage([branch('main')]),
    });
    const [shown] = await collectRows(
      listBranches(api, host, { workspace, slug }, { fields: ['url'] }),
    );
    assert.equal(shown?.repository, `${workspace}/${slug}`);
    assert.equal(shown.url, `https://git.example.com/bitbucket/${page}/browse?at=refs/heads/main`);
  });
}

const values: ReadonlyArray<readonly [BranchField, unknown, string | null]> = [
  ['date', { authorTimestamp: 1_767_323_045_999 }, '2026-01-02T03:04:05Z'],
  ['date', { authorTimestamp: 0, committerTimestamp: 1000 }, '1970-01-01T00:00:00Z'],
  ['date', { authorTimestamp: -1000 }, '1969-12-31T23:59:59Z'],
  ['date', { committerTimestamp: 1000 }, '1970-01-01T00:00:01Z'],
  ['date', { authorTimestamp: null }, null],
  ['date', { authorTimestamp: 8.64e15 + 1 }, null],
  ['author', { author: { name: 'jane', displayName: 'Jane Doe' } }, 'Jane Doe'],
  ['author', { author: { name: 'Jane Doe', emailAddress: 'j@example.com' } }, 'Jane Doe'],
  ['author', { author: { name: 'jane', displayName: '' } }, 'jane'],
  ['author', { author: { name: '' } }, null],
  ['author', { author: null }, null],
  ['message', { message: '\n\nOne  \r\nTwo' }, 'One'],
  ['message', { message: '' }, ''],
  ['message', {}, null],
  ['message', null, null],
];

for (const [field, commit, expected] of values) {
  test(`${field} of ${JSON.stringify(commit)} is ${expected}`, async () => {
    const api = scriptedApi({
      [detailed]: lastPage([branch('main', { metadata: { [commitKey]: commit } })]),
    });
    const [shown] = await branchesOf(api, [field]);
    assert.equal(shown?.[field], expected);
  });
}

const malformed: ReadonlyArray<readonly [BranchField, unknown, RegExp]> = [
  ['name', {}, /"displayId" is missing where a string belongs/],
  ['name', null, /"displayId" is missing/],
  ['name', 'main', /"" is a string where an object belongs/],
  ['hash', { displayId: 'main', latestCommit: 7 }, /"latestCommit" is a number where a string/],
  ['default', { displayId: 'main', isDefault: 'true' }, /"isDefault" is a string where true or/],
  ['default', { displayId: 'main', default: 1 }, /"default" is a number where true or false/],
];
const malformedCommits: ReadonlyArray<readonly [BranchField, unknown, RegExp]> = [
  ['date', { authorTimestamp: '1767323045000' }, /authorTimestamp" is a string where a whole/],
  ['date', { authorTimestamp: 1.5 }, /authorTimestamp" is a number where a whole number belongs/],
  ['author', { author: { displayName: {} } }, /author\.displayName" is an object where a string/],
  ['message', [], /latest-commit-metadata" is a list where an object belongs/],
];
const malformedBranches = [
  ...malformed,
  ...malformedCommits.map(
    ([field, commit, message]) =>
      [field, branch('main', { metadata: { [commitKey]: commit } }), message] as const,
  ),
];

for (const [field, value, message] of malformedBranches) {
  test(`for ${field}, a branch that is ${JSON.stringify(value)} is an error of the server`, async () => {
    const page = lastPage([value]);
    const api = scriptedApi({ [list]: page, [detailed]: page });
    await assert.rejects(branchesOf(api, [field]), {
      name: 'BitbranchError',
      code: 'server',
      message,
    });
  });
}

const defaultBranch = `${path}/default-branch`;
const main: SchemaRestMinimalRef = { id: 'refs/heads/main', displayId: 'main', type: 'BRANCH' };

const flags: ReadonlyArray<
  readonly [what: string, branches: readonly SentBranch[], isDefault: readonly boolean[]]
> = [
  [
    '`isDefault`',
    [branch('a', { isDefault: false }), branch('b', { isDefault: true })],
    [false, true],
  ],
  ['`default`', [branch('a', { default: true }), branch('b', { default: false })], [true, false]],
  ['a flag on one branch alone', [branch('a'), branch('b', { isDefault: true })], [false, true]],
];

for (const [what, branches, isDefault] of flags) {
  test(`the default branch is told by ${what}, and not asked for`, async () => {
    const api = scriptedApi({ [list]: lastPage(branches) });
    assert.deepEqual(
      (await branchesOf(api, ['default'])).map((shown) => shown.default),
      isDefault,
    );
    assert.deepEqual(api.asked, [list]);
  });
}

test('where no branch tells, the default branch is asked for, once', async () => {
  const second = `${list}&start=2`;
  const api = scriptedApi({
    [list]: { values: [branch('a'), branch('main')], isLastPage: false, nextPageStart: 2 },
    [second]: lastPage([branch('z')]),
    [defaultBranch]: main,
  });
  assert.deepEqual(
    (await branchesOf(api, ['default'])).map((shown) => shown.default),
    [false, true, false],
  );
  assert.deepEqual(api.asked, [list, defaultBranch, second]);
});

test('a repository without a default branch has branches that are not it', async () => {
  const api = scriptedApi({
    [list]: lastPage([branch('a')]),
    [defaultBranch]: new BitbranchError('not_found', 'None.'),
  });
  assert.equal((await branchesOf(api, ['default']))[0]?.default, false);
});

test('an empty repository is not asked for its default branch', async () => {
  const api = scriptedApi({ [list]: lastPage([]) });
  assert.deepEqual(await branchesOf(api, ['default']), []);
});

test('every other failure to learn the default branch ends the listing', async () => {
  const failure = new BitbranchError('network', 'No network.');
  const answers = { [list]: lastPage([branch('a')]), [defaultBranch]: failure };
  await assert.rejects(branchesOf(scriptedApi(answers), ['default']), failure);
  const unnamed = { [list]: lastPage([branch('a')]), [defaultBranch]: { id: 'refs/heads/a' } };
  await assert.rejects(branchesOf(scriptedApi(unnamed), ['default']), {
    code: 'server',
    message: /"displayId" is missing/,
  });
});
