import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';

let sandbox: Sandbox;
const directory = mkdtempSync(join(tmpdir(), 'bitbranch-test-'));
before(async () => {
  makeRepository();
  sandbox = await startSandbox({
    repositories: [{ fullName: 'Acme/site', path: directory }],
    generated: [
      { fullName: 'Acme/big', branches: 2500 },
      { fullName: 'Acme/empty', branches: 0 },
      { fullName: 'other/one', branches: 1 },
    ],
    tokens: [{ token: 'token', kind: 'user' }],
  });
});
after(async () => {
  await sandbox.close();
  rmSync(directory, { recursive: true });
});

/** `main` has two commits; `feature/login` has one more than the first of them, and `zebra` two. */
function makeRepository(): void {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', directory, ...identity, ...args], { stdio: 'pipe' });
  const commit = (message: string, date: string) =>
    git('commit', '--allow-empty', '--date', date, '-m', message);
  git('init', '--initial-branch=main');
  commit('Begin\n\nIn earnest.', '2026-01-01T00:00:00Z');
  git('branch', 'feature/login');
  git('branch', 'zebra');
  commit('Go on', '2026-01-02T00:00:00Z');
  git('checkout', 'feature/login');
  commit('Log in', '2026-01-04T00:00:00Z');
  git('checkout', 'zebra');
  commit('Stripe', '2026-01-05T00:00:00Z');
  commit('Stripe again', '2026-01-03T12:30:00Z');
  git('checkout', 'main');
}

function ask(path: string, version = 'latest'): Promise<Response> {
  const headers = { authorization: 'Bearer token' };
  return fetch(`${sandbox.url}/rest/api/${version}${path}`, { headers });
}

async function get(path: string, version?: string) {
  const answer = await ask(path, version);
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return JSON.parse(text);
}

interface BranchAnswer {
  readonly displayId: string;
  readonly isDefault: boolean;
  readonly metadata?: Record<string, Record<string, unknown>>;
}

const site = '/projects/ACME/repos/site';
const big = '/projects/ACME/repos/big/branches';
const names = ({ values }: { values: BranchAnswer[] }) => values.map(({ displayId }) => displayId);

describe('server, people and projects', () => {
  test('application properties, with the name of who asks', async () => {
    const answer = await ask('/application-properties');
    assert.equal(answer.headers.get('x-ausername'), 'maria');
    assert.equal(JSON.parse(await answer.text()).displayName, 'Bitbucket');
    const anonymous = await fetch(answer.url);
    assert.equal(anonymous.status, 200);
    assert.equal(anonymous.headers.has('x-ausername'), false);
    const wrong = await fetch(answer.url, { headers: { authorization: 'Bearer wrong' } });
    assert.equal(wrong.status, 401);
  });

  test('the user', async () => {
    const user = await get('/users/maria');
    assert.deepEqual([user.name, user.displayName], ['maria', 'María Gómez']);
  });

  test('a workspace is a project, in either case', async () => {
    const { values } = await get('/projects');
    assert.deepEqual(
      values.map(({ key }: { key: string }) => key),
      ['ACME', 'OTHER'],
    );
    assert.equal((await get('/projects/acme')).key, 'ACME');
  });

  test('repositories, page by page', async () => {
    const first = await get('/projects/ACME/repos?limit=2');
    assert.deepEqual([first.size, first.isLastPage, first.nextPageStart], [2, false, 2]);
    const second = await get(`/projects/ACME/repos?limit=2&start=${first.nextPageStart}`);
    assert.deepEqual([second.size, second.isLastPage], [1, true]);
    assert.equal('nextPageStart' in second, false);
    assert.equal((await get('/repos')).size, 4);
  });

  test('a repository in either case, and at the older address', async () => {
    const repository = await get('/projects/acme/repos/SITE');
    assert.deepEqual([repository.slug, repository.project.key], ['site', 'ACME']);
    assert.deepEqual(await get(site, '1.0'), repository);
  });
});

describe('branches', () => {
  test('by name, with the default one marked', async () => {
    const page = await get(`${site}/branches`);
    assert.deepEqual(names(page), ['feature/login', 'main', 'zebra']);
    assert.deepEqual([page.size, page.limit, page.start, page.isLastPage], [3, 25, 0, true]);
    const [login, main] = page.values;
    assert.deepEqual([login.isDefault, main.isDefault], [false, true]);
    assert.equal(login.id, 'refs/heads/feature/login');
    assert.equal(login.type, 'BRANCH');
    assert.match(login.latestCommit, /^[0-9a-f]{40}$/);
    assert.equal('metadata' in login, false);
  });

  test('newest first', async () => {
    const page = await get(`${site}/branches?orderBy=MODIFICATION`);
    assert.deepEqual(names(page), ['feature/login', 'zebra', 'main']);
    const alphabetical = await get(`${site}/branches?orderBy=ALPHABETICAL`);
    assert.deepEqual(alphabetical, await get(`${site}/branches`));
  });

  const commitKey = 'com.atlassian.bitbucket.server.bitbucket-branch:latest-commit-metadata';
  const distanceKey =
    'com.atlassian.bitbucket.server.bitbucket-branch:ahead-behind-metadata-provider';

  test('in detail: the latest commit', async () => {
    const { values } = await get(`${site}/branches?details=true&filterText=LOGIN`);
    const commit = values[0].metadata[commitKey];
    assert.equal(commit.id, values[0].latestCommit);
    assert.deepEqual(commit.author, { name: 'Ada', emailAddress: 'ada@example.com' });
    assert.equal(commit.authorTimestamp, Date.UTC(2026, 0, 4));
    assert.equal(commit.message, 'Log in');
    assert.equal(commit.parents.length, 1);
  });

  const distances: [base: string, expected: { ahead: number; behind: number }[]][] = [
    [
      '',
      [
        { ahead: 1, behind: 1 },
        { ahead: 0, behind: 0 },
        { ahead: 2, behind: 1 },
      ],
    ],
    [
      '&base=zebra',
      [
        { ahead: 1, behind: 2 },
        { ahead: 1, behind: 2 },
        { ahead: 0, behind: 0 },
      ],
    ],
    [
      '&base=refs/heads/main',
      [
        { ahead: 1, behind: 1 },
        { ahead: 0, behind: 0 },
        { ahead: 2, behind: 1 },
      ],
    ],
  ];
  for (const [base, expected] of distances) {
    test(`in detail: ahead and behind ${base}`, async () => {
      const { values } = await get(`${site}/branches?details=true${base}`);
      const found = values.map(({ metadata }: BranchAnswer) => metadata?.[distanceKey]);
      assert.deepEqual(found, expected);
    });
  }

  test('in detail, where there is no history: the commit alone', async () => {
    const { values } = await get(`${big}?details=true&limit=1`);
    assert.deepEqual(Object.keys(values[0].metadata), [commitKey]);
  });

  test('every page of many, however large a page is asked for', async () => {
    const all: string[] = [];
    for (let start: number | undefined = 0; start !== undefined; ) {
      const page: { limit: number; nextPageStart?: number; values: BranchAnswer[] } = await get(
        `${big}?limit=5000&start=${start}`,
      );
      assert.equal(page.limit, 1000);
      all.push(...names(page));
      start = page.nextPageStart;
    }
    assert.equal(new Set(all).size, 2500);
    assert.equal(all.at(-1), 'main');
  });

  test('filtered: the next page does not begin at start + size', async () => {
    const filtered = `${big}?filterText=bb-00000&limit=40`;
    const first = await get(filtered);
    assert.equal(first.size, 40);
    const second = await get(`${filtered}&start=${first.nextPageStart}`);
    assert.deepEqual([second.size, second.isLastPage], [40, false]);
    const ones = await get(`${big}?filterText=1&limit=2`);
    assert.ok(ones.nextPageStart > ones.start + ones.size);
    assert.deepEqual(names(await get(`${big}?filterText=nope`)), []);
  });

  test('the default branch', async () => {
    assert.deepEqual(await get(`${site}/default-branch`), {
      id: 'refs/heads/main',
      displayId: 'main',
      type: 'BRANCH',
    });
  });

  test('of an empty repository', async () => {
    const empty = '/projects/ACME/repos/empty';
    assert.deepEqual((await get(`${empty}/branches`)).values, []);
    assert.equal((await ask(`${empty}/default-branch`)).status, 404);
  });
});

describe('errors', () => {
  const table: [path: string, status: number, message: RegExp][] = [
    ['/nope', 404, /not found/],
    ['/users/nobody', 404, /user nobody does not exist/],
    ['/projects/NOPE', 404, /Project NOPE does not exist/],
    ['/projects/NOPE/repos', 404, /Project NOPE/],
    ['/projects/ACME/repos/nope', 404, /Repository ACME\/nope/],
    ['/projects/OTHER/repos/site/branches', 404, /Repository OTHER\/site/],
    [`${site}/branches?start=-1`, 400, /start/],
    [`${site}/branches?limit=0`, 400, /limit/],
    [`${site}/branches?limit=many`, 400, /limit/],
    [`${site}/branches?orderBy=RANDOM`, 400, /ALPHABETICAL/],
    [`${site}/branches?details=yes`, 400, /details/],
    [`${site}/branches?boostMatches=true`, 400, /boostMatches/],
    [`${site}/branches?base=nope`, 404, /branch nope does not exist/],
    [`${site}/branches?start=1&start=2`, 400, /start is given more than once/],
  ];
  for (const [path, status, message] of table) {
    test(path, async () => {
      const answer = await ask(path);
      const { errors } = JSON.parse(await answer.text());
      assert.equal(answer.status, status);
      assert.equal(errors.length, 1);
      assert.match(errors[0].message, message);
      assert.match(errors[0].exceptionName, /^com\.atlassian\.bitbucket\./);
    });
  }

  test('who does not say who it is learns nothing', async () => {
    for (const path of ['/users/maria', '/projects', '/repos', site, `${site}/branches`]) {
      const answer = await fetch(`${sandbox.url}/rest/api/latest${path}`);
      assert.equal(answer.status, 401);
      assert.match(answer.headers.get('www-authenticate') ?? '', /^OAuth /);
      const { errors } = JSON.parse(await answer.text());
      assert.match(errors[0].message, /^Authentication is required/);
    }
  });

  test('other methods are not allowed', async () => {
    const answer = await fetch(`${sandbox.url}/rest/api/latest${site}`, { method: 'POST' });
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get('allow'), 'GET, HEAD');
  });
});
