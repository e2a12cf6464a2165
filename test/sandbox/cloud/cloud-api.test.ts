import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, describe, test } from 'node:test';
import type {
  CloudBranch,
  CloudPage,
  CloudRepository,
  CloudUser,
  CloudWorkspaceAccess,
} from '../../../src/sandbox/cloud/cloud-schemas.ts';
import type { LegacyChangeset } from '../../../src/sandbox/cloud/legacy-branches.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import {
  authorizationHeader,
  type SigningKeys,
  signedParameters,
} from '../../helpers/oauth1-signer.ts';
import { answer, ask, errorOf, signIn } from '../../helpers/sandbox-login.ts';

let sandbox: Sandbox;
let keys: SigningKeys;
before(async () => {
  sandbox = await startSandbox({
    generated: [
      { fullName: 'Acme/big', branches: 50_000 },
      { fullName: 'Acme/few', branches: 7 },
      { fullName: 'Acme/empty', branches: 0 },
      { fullName: 'other/one', branches: 1 },
    ],
  });
  keys = await signIn(sandbox);
});
after(() => sandbox.close());

const branches = '/2.0/repositories/Acme/big/refs/branches';
const get = <Body>(path: string) => answer<Body>(sandbox, keys, path);

describe('users and repositories', () => {
  test('the account', async () => {
    const user = await get<CloudUser>('/2.0/user');
    assert.equal(user.type, 'user');
    assert.equal(user['username'], 'maria');
    assert.equal(user.display_name, 'María Gómez');
  });

  test('the workspaces of the user', async () => {
    const page = await get<CloudPage<CloudWorkspaceAccess>>('/2.0/user/workspaces');
    assert.deepEqual(
      page.values.map(({ workspace }) => workspace.slug),
      ['Acme', 'other'],
    );
  });

  test('the repositories of a workspace', async () => {
    const page = await get<CloudPage<CloudRepository>>('/2.0/repositories/acme');
    assert.deepEqual(
      page.values.map(({ full_name, mainbranch }) => [full_name, mainbranch?.name]),
      [
        ['Acme/big', 'main'],
        ['Acme/few', 'main'],
        ['Acme/empty', undefined],
      ],
    );
    const q = encodeURIComponent('full_name ~ "F" AND mainbranch.name = "main"');
    const filtered = await get<CloudPage<CloudRepository>>(`/2.0/repositories/acme?q=${q}`);
    assert.deepEqual(
      filtered.values.map(({ name }) => name),
      ['few'],
    );
    assert.equal((await get<CloudPage<CloudRepository>>('/2.0/repositories/maria')).size, 0);
  });

  test('a repository by slug in either case, and by UUID', async () => {
    const repository = await get<CloudRepository>('/2.0/repositories/aCME/FEW');
    assert.equal(repository.full_name, 'Acme/few');
    const uuid = encodeURIComponent(repository.uuid ?? '');
    const again = await get<CloudRepository>(`/2.0/repositories/ACME/${uuid}`);
    assert.equal(again.full_name, 'Acme/few');
  });

  test('an empty repository has no main branch', async () => {
    const repository = await get<CloudRepository>('/2.0/repositories/acme/empty');
    assert.equal(repository.mainbranch, null);
    const page = await get<CloudPage<CloudBranch>>('/2.0/repositories/acme/empty/refs/branches');
    assert.deepEqual(page, { values: [], pagelen: 10, size: 0, page: 1 });
  });
});

describe('branches', () => {
  test('every page of 50,000, in the order of their names', async () => {
    const names: string[] = [];
    let path: string | undefined = `${branches}?pagelen=100&fields=values.name,next`;
    while (path !== undefined) {
      const page: CloudPage<CloudBranch> = await get(path);
      names.push(...page.values.map(({ name }) => name ?? ''));
      assert.ok(page.next === undefined || page.next.startsWith(`${sandbox.url}/2.0/`));
      path = page.next?.slice(sandbox.url.length);
    }
    assert.equal(names.length, 50_000);
    assert.deepEqual(names, [...new Set(names)].sort());
    assert.equal(names.at(-1), 'main');
  });

  test('filtered and sorted, newest first', async () => {
    const q = encodeURIComponent('name ~ "hotfix/" AND target.date >= 2026-06-01T00:00:00+00:00');
    const page = await get<CloudPage<CloudBranch>>(`${branches}?q=${q}&sort=-target.date`);
    const dates = page.values.map(({ target }) => target.date ?? '');
    assert.equal(page.values.length, 10);
    assert.ok(page.values.every(({ name }) => name?.startsWith('hotfix/')));
    assert.deepEqual(dates, [...dates].sort().reverse());
    const next = await get<CloudPage<CloudBranch>>((page.next ?? '').slice(sandbox.url.length));
    assert.equal(next.page, 2);
    assert.equal(next.size, page.size);
  });

  test('one by its name, slashes and all', async () => {
    const { values } = await get<CloudPage<CloudBranch>>(`${branches}?page=2000`);
    for (const branch of values) {
      const self = (branch.links?.self?.href ?? '').slice(sandbox.url.length);
      assert.deepEqual(await get<CloudBranch>(self), branch);
    }
    const main = await get<CloudBranch>(`${branches}/main`);
    assert.match(main.target.hash ?? '', /^[0-9a-f]{40}$/);
  });

  test('as the old API told them: one object by name', async () => {
    const all = await get<Record<string, LegacyChangeset>>('/1.0/repositories/acme/few/branches');
    const { values } = await get<CloudPage<CloudBranch>>(
      '/2.0/repositories/acme/few/refs/branches',
    );
    assert.deepEqual(
      Object.keys(all),
      values.map(({ name }) => name),
    );
    const hash = values.at(-1)?.target.hash ?? '';
    assert.deepEqual(all['main'], {
      node: hash.slice(0, 12),
      raw_node: hash,
      branch: 'main',
      author: 'Ada Example',
      raw_author: 'Ada Example <ada@example.com>',
      timestamp: '2026-10-31 12:00:00',
      utctimestamp: '2026-10-31 12:00:00+00:00',
      parents: [values.at(-1)?.target.parents?.[0]?.hash?.slice(0, 12)],
      files: [],
      message: 'Change number 7\n',
      revision: null,
      size: -1,
    } satisfies Record<keyof LegacyChangeset, unknown>);
  });
});

describe('errors', () => {
  const table: [path: string, status: number, message: RegExp][] = [
    ['/2.0/nope', 404, /^Resource not found$/],
    ['/', 404, /^Resource not found$/],
    ['/2.0/user/', 404, /^Resource not found$/],
    ['/2.0/repositories/nobody', 404, /No workspace with identifier 'nobody'/],
    ['/2.0/repositories/nobody/few', 404, /No workspace/],
    ['/2.0/repositories/acme/nope', 404, /Repository acme\/nope not found/],
    ['/2.0/repositories/acme/few/refs/branches/nope', 404, /Branch "nope" does not exist/],
    ['/2.0/repositories/acme/few/refs/branches/hotfix%2FBB-9', 404, /"hotfix\/BB-9"/],
    [`${branches}?q=nope`, 400, /Invalid query/],
    [`${branches}?sort=nope`, 400, /Invalid sort/],
    [`${branches}?pagelen=1000`, 400, /Invalid pagelen/],
    [`${branches}?page=5001`, 404, /Invalid page/],
    [`${branches}?page=1&page=2`, 400, /page is given more than once/],
    ['/2.0/repositories/%FF', 400, /not a valid url/],
  ];
  for (const [path, status, message] of table) {
    test(path, async () => {
      const response = await ask(sandbox, keys, path);
      assert.equal(response.status, status);
      assert.match((await errorOf(response)).message, message);
    });
  }

  test('an unknown path says so before it asks who wants to know', async () => {
    const { detail } = await errorOf(await fetch(`${sandbox.url}/2.0/nope`));
    assert.match(String(detail), /^There is no API hosted at this URL/);
  });

  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    test(`${method} is not allowed`, async () => {
      const response = await fetch(`${sandbox.url}${branches}`, { method });
      assert.equal(response.status, 405);
      assert.equal(response.headers.get('allow'), 'GET, HEAD');
    });
  }

  test('a permission that the consumer lacks', async () => {
    const limited = await startSandbox({
      generated: [{ fullName: 'acme/few', branches: 1 }],
      permissions: ['repository'],
    });
    try {
      const limitedKeys = await signIn(limited);
      const response = await ask(limited, limitedKeys, '/2.0/user');
      assert.equal(response.status, 403);
      assert.deepEqual(await errorOf(response), {
        message: 'Your credentials lack one or more required privilege scopes.',
        detail: { required: ['account'], granted: ['repository'] },
      });
      assert.equal((await ask(limited, limitedKeys, '/2.0/repositories/acme/few')).status, 200);
    } finally {
      await limited.close();
    }
  });

  test('a Host that is no name of this machine', async () => {
    for (const host of ['evil.example', '127.0.0.1.evil.example', 'evil.example:80']) {
      const status = await new Promise((resolve, reject) => {
        httpRequest(`${sandbox.url}/2.0/user`, { headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end();
      });
      assert.equal(status, 400);
    }
  });
});

describe('headers', () => {
  async function headersOf(path: string, acceptEncoding: string): Promise<Headers> {
    const signing = { ...keys, method: 'GET', url: `${sandbox.url}${path}` };
    const authorization = authorizationHeader(signedParameters(signing));
    const { headers } = await fetch(signing.url, {
      headers: { authorization, 'accept-encoding': acceptEncoding },
    });
    return headers;
  }

  test('name the kind of credential, and there is no ETag', async () => {
    const headers = await headersOf('/2.0/user', 'identity');
    assert.equal(headers.get('content-type'), 'application/json; charset=utf-8');
    assert.equal(headers.get('x-credential-type'), 'oauth1');
    assert.equal(headers.has('etag'), false);
  });

  test('show the time of the sandbox', async () => {
    const moment = Date.UTC(2030, 0, 1);
    const later = await startSandbox({
      generated: [{ fullName: 'acme/few', branches: 1 }],
      clock: { nowMs: () => moment },
    });
    try {
      const { headers } = await fetch(later.url);
      assert.equal(headers.get('date'), 'Tue, 01 Jan 2030 00:00:00 GMT');
    } finally {
      await later.close();
    }
  });

  const encodings: [acceptEncoding: string, path: string, contentEncoding: string | null][] = [
    ['gzip', branches, 'gzip'],
    ['br;q=1, gzip;q=0.5', branches, 'gzip'],
    ['deflate, GZIP', branches, 'gzip'],
    ['identity', branches, null],
    ['gzip;q=0', branches, null],
    ['gzip;q=0.0, br', branches, null],
    ['x-gzip-like', branches, null],
    ['gzip', '/2.0/user', null],
  ];
  for (const [acceptEncoding, path, contentEncoding] of encodings) {
    test(`${path} for "${acceptEncoding}" is packed by ${contentEncoding}`, async () => {
      const headers = await headersOf(path, acceptEncoding);
      assert.equal(headers.get('content-encoding'), contentEncoding);
      assert.equal(headers.get('vary'), path === branches ? 'accept-encoding' : null);
    });
  }
});
