import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Host, hostAt } from '../../src/bitbucket/hosts.ts';
import type { ListingNotices } from '../../src/bitbucket/listing-notices.ts';
import type { JsonApi } from '../../src/bitbucket/pagination.ts';
import { listRepositories } from '../../src/bitbucket/repositories.ts';
import { type RepositoryQuery, repositoryFields } from '../../src/bitbucket/repository-listing.ts';
import { BitbranchError } from '../../src/errors.ts';
import { collectRows, scriptedApi } from '../helpers/json-api.ts';
import { listingWorlds } from '../helpers/listing-world.ts';

const generated = [
  { fullName: 'acme/site10', branches: 3 },
  { fullName: 'acme/site9', branches: 0 },
  { fullName: 'acme/Blog', branches: 1 },
  { fullName: 'other/tool', branches: 1 },
];

function list(
  { api, host }: { api: JsonApi; host: Host },
  owner: string | null,
  query: Partial<RepositoryQuery> = {},
  notices?: ListingNotices,
) {
  return listRepositories(api, host, owner, { fields: ['name'], ...query }, notices);
}

test('the repositories of a workspace on Cloud, with every field', async (t) => {
  const { cloud } = await listingWorlds(t, { generated });
  const [first, second, ...others] = await collectRows(
    list(cloud, 'acme', { fields: repositoryFields }),
  );
  assert.deepEqual(first, {
    repository: 'acme/site10',
    name: 'site10',
    slug: 'site10',
    private: true,
    mainBranch: 'main',
    updated: first?.updated,
    description: '',
    url: `${cloud.host.url}/acme/site10`,
  });
  assert.match(first?.updated ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.equal(second?.mainBranch, null);
  assert.equal(others.length, 1);
  assert.equal(cloud.asked.length, 1);
});

test('the repositories of a project on Data Center; the main branch takes a request each, which is said', async (t) => {
  const { dataCenter } = await listingWorlds(t, { generated });
  const heard: number[] = [];
  const onBulk = async (count: number) => void heard.push(count);
  const fields = repositoryFields;
  const [first, second] = await collectRows(list(dataCenter, 'ACME', { fields }, { onBulk }));
  assert.deepEqual(first, {
    repository: 'ACME/site10',
    name: 'site10',
    slug: 'site10',
    private: true,
    mainBranch: 'main',
    updated: null,
    description: null,
    url: `${dataCenter.host.url}/projects/ACME/repos/site10/browse`,
  });
  assert.equal(second?.mainBranch, null);
  assert.deepEqual([heard, dataCenter.asked.length], [[3], 4]);
});

test('only the main branches of the repositories wanted are asked for', async (t) => {
  const { dataCenter } = await listingWorlds(t, { generated });
  const heard: number[] = [];
  const onBulk = async (count: number) => void heard.push(count);
  const query = { fields: ['mainBranch'], match: ['site*', '!*9'] } as const;
  const rows = await collectRows(list(dataCenter, 'ACME', query, { onBulk }));
  assert.deepEqual(
    rows.map(({ slug, mainBranch }) => [slug, mainBranch]),
    [['site10', 'main']],
  );
  assert.deepEqual([heard, dataCenter.asked.length], [[1], 2]);
});

test('what was not asked for is neither requested nor shown', async (t) => {
  const { cloud, dataCenter } = await listingWorlds(t, { generated });
  for (const [world, owner] of [
    [cloud, 'acme'],
    [dataCenter, 'ACME'],
  ] as const) {
    const [first] = await collectRows(list(world, owner));
    const { repository, name, slug, ...rest } = first ?? {};
    assert.ok(repository && name && slug);
    assert.deepEqual([...new Set(Object.values(rest))], [null]);
  }
  assert.deepEqual(cloud.asked, [
    '/2.0/repositories/acme?pagelen=100&fields=next,size,pagelen,values.full_name,values.name,values.slug',
  ]);
});

test('on Data Center all projects can be asked for, on Cloud one workspace at a time', async (t) => {
  const { cloud, dataCenter } = await listingWorlds(t, { generated });
  assert.equal((await collectRows(list(dataCenter, null))).length, 4);
  await assert.rejects(collectRows(list(cloud, null)), { code: 'usage' });
  assert.deepEqual(cloud.asked, []);
});

test('names are sorted by code points, in either direction, on both kinds of host', async (t) => {
  const worlds = await listingWorlds(t, { generated });
  for (const [world, owner] of [
    [worlds.cloud, 'acme'],
    [worlds.dataCenter, 'ACME'],
  ] as const) {
    for (const descending of [false, true]) {
      const rows = await collectRows(list(world, owner, { sort: { key: 'name', descending } }));
      const names = ['Blog', 'site10', 'site9'];
      assert.deepEqual(
        rows.map(({ name }) => name),
        descending ? names.reverse() : names,
      );
    }
  }
});

test('a limit is said to cut where it does', async (t) => {
  const { cloud, dataCenter } = await listingWorlds(t, { generated });
  for (const [world, owner] of [
    [cloud, 'acme'],
    [dataCenter, 'ACME'],
  ] as const) {
    for (const limit of [2, 3]) {
      const seen: [rows: number, isCut: boolean][] = [];
      for await (const { rows, isCut } of list(world, owner, { limit }))
        seen.push([rows.length, isCut]);
      assert.deepEqual(seen, [[limit, limit === 2]]);
    }
  }
});

test('a query is handed to Cloud and refused for Data Center', async (t) => {
  const { cloud, dataCenter } = await listingWorlds(t, { generated });
  const query = 'name ~ "site1"';
  assert.deepEqual(
    (await collectRows(list(cloud, 'acme', { query }))).map(({ slug }) => slug),
    ['site10'],
  );
  await assert.rejects(collectRows(list(dataCenter, 'ACME', { query })), { code: 'usage' });
});

test('the repositories of a project are asked for, and others are not taken for them', async (t) => {
  const { cloud } = await listingWorlds(t, { generated });
  assert.equal((await collectRows(list(cloud, 'acme', { project: 'ACME' }))).length, 3);
  assert.deepEqual(await collectRows(list(cloud, 'acme', { project: 'OTHER' })), []);
  assert.match(cloud.asked[0] ?? '', /[?&]q=project\.key = "ACME"&.*,values\.project\.key$/);
  const values = [{ full_name: 'acme/a', name: 'a', slug: 'a', project: { key: 'PRIVATE' } }];
  const deaf = { ...cloud, api: { getJson: async () => ({ values }) } };
  await assert.rejects(collectRows(list(deaf, 'acme', { project: 'ACME' })), {
    code: 'server',
    message: 'The host was asked for the repositories of ACME, and sent one of PRIVATE.',
  });
});

test('a query that Cloud refuses is a usage error', async (t) => {
  const { cloud } = await listingWorlds(t, { generated });
  const query = 'nam ~ "a"';
  await assert.rejects(collectRows(list(cloud, 'acme', { query })), {
    code: 'usage',
    message: /^--query is not understood/,
  });
});

test('those changed last come first, those without a date last', async () => {
  const host = hostAt('https://bitbucket.org', 'cloud');
  const path =
    '/2.0/repositories/acme?pagelen=100&fields=next,size,pagelen,values.full_name,values.name,values.slug,values.updated_on';
  const value = (slug: string, updated_on: string | null) => ({
    full_name: `acme/${slug}`,
    name: slug,
    slug,
    updated_on,
  });
  const values = [
    value('b', '2026-01-01T00:00:00.5+00:00'),
    value('none', null),
    value('c', '2026-03-01T00:00:00Z'),
    value('a', '2026-01-01T00:00:00.9+00:00'),
  ];
  const world = { host, api: scriptedApi({ [path]: { values } }) };
  const rows = await collectRows(
    listRepositories(world.api, host, 'acme', {
      fields: ['name'],
      sort: { key: 'updated', descending: true },
    }),
  );
  assert.deepEqual(
    rows.map(({ slug }) => slug),
    ['c', 'a', 'b', 'none'],
  );
  assert.ok(rows.every(({ updated }) => updated === null));
});

test('a failure to learn a main branch ends the list, unless there is none', async () => {
  const host = hostAt('https://git.example.com', 'datacenter');
  const failure = new BitbranchError('network', 'No network.');
  const values = [{ slug: 'a', name: 'A', project: { key: '~jane' }, public: true }];
  const api = scriptedApi({
    '/rest/api/latest/projects/~jane/repos?limit=1000': { values, isLastPage: true },
    '/rest/api/latest/projects/~jane/repos/a/default-branch': failure,
  });
  const fields = ['mainBranch', 'url', 'private'] as const;
  await assert.rejects(collectRows(listRepositories(api, host, '~jane', { fields })), failure);
  const [row] = await collectRows(
    listRepositories(api, host, '~jane', { fields: ['url', 'private'] }),
  );
  assert.equal(row?.url, 'https://git.example.com/users/jane/repos/a/browse');
  assert.equal(row.private, false);
});
