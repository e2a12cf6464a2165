import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BranchQuery } from '../../src/bitbucket/branch-query.ts';
import { listBranches } from '../../src/bitbucket/branches.ts';
import type { ListingNotices } from '../../src/bitbucket/listing-notices.ts';
import { collectRows } from '../helpers/json-api.ts';
import { type ListingWorld, listingWorlds } from '../helpers/listing-world.ts';

const generated = [{ fullName: 'acme/site', branches: 1_234 }];

function list(
  { api, host }: ListingWorld,
  query: Partial<BranchQuery>,
  notices: ListingNotices = {},
) {
  const workspace = host.kind === 'cloud' ? 'acme' : 'ACME';
  const pages = listBranches(
    api,
    host,
    { workspace, slug: 'site' },
    { fields: ['name'], ...query },
    notices,
  );
  return collectRows(pages);
}

const day = (text: string) => Date.parse(`${text}T00:00:00Z`);

const counts: ReadonlyArray<
  readonly [
    what: string,
    query: Partial<BranchQuery>,
    rows: number,
    cloud: number,
    dataCenter: number,
  ]
> = [
  ['everything', {}, 1_234, 13, 2],
  ['a few', { limit: 5 }, 5, 1, 1],
  ['a page', { limit: 100 }, 100, 1, 1],
  ['more than a page', { limit: 101 }, 101, 2, 1],
  ['the newest few', { limit: 5, sort: { key: 'date', descending: true } }, 5, 1, 2],
  ['a group', { match: ['hotfix/*'] }, 411, 5, 1],
  ['one by its name', { match: ['main'] }, 1, 1, 1],
  ['a few days', { newerThanMs: day('2026-10-30'), olderThanMs: day('2026-10-31') }, 137, 2, 2],
];

for (const [what, query, rows, cloudCount, dataCenterCount] of counts) {
  test(`${what} takes ${cloudCount} requests on Cloud and ${dataCenterCount} on Data Center`, async (t) => {
    const { cloud, dataCenter } = await listingWorlds(t, { generated });
    for (const [world, count] of [
      [cloud, cloudCount],
      [dataCenter, dataCenterCount],
    ] as const) {
      assert.equal((await list(world, query)).length, rows);
      assert.equal(world.asked.length, count, world.asked.join('\n'));
    }
  });
}

test('Cloud selects and sorts where its language can say it', async (t) => {
  const { cloud } = await listingWorlds(t, { generated });
  await list(cloud, {
    query: 'name ~ "1"',
    match: ['hotfix/*', 'feature/**'],
    newerThanMs: Date.parse('2026-10-30T00:00:00.250Z'),
    olderThanMs: Date.parse('2026-10-31T00:00:00.250Z'),
    sort: { key: 'date', descending: true },
  });
  const [first = ''] = cloud.asked;
  assert.equal(
    first,
    '/2.0/repositories/acme/site/refs/branches?pagelen=100&q=(name ~ "1") AND (name ~ "hotfix/" OR name ~ "feature/")' +
      ' AND (target.date > 2026-10-30T00:00:00+00:00) AND (target.date < 2026-10-31T00:00:01+00:00)' +
      '&sort=-target.date&fields=next,size,pagelen,values.name,values.target.date',
  );
});

test('so many globs that the address would be too long are left to the program', async (t) => {
  const { cloud } = await listingWorlds(t, { generated });
  const match = Array.from({ length: 100 }, (_, index) => `hotfix/BB-000${index}?*`);
  assert.equal((await list(cloud, { match, limit: 1 })).length, 1);
  assert.doesNotMatch(cloud.asked[0] ?? '', /[?&]q=/);
});

test('what is merged on Cloud takes a request a branch, of which the person hears before the first', async (t) => {
  const { cloud } = await listingWorlds(t, { generated });
  const heard: string[] = [];
  const questions = () => cloud.asked.filter((path) => path.includes('/commits?')).length;
  const onBulk = async (count: number) => void heard.push(`${count} to come, ${questions()} asked`);
  const query = { mergedInto: 'main', match: ['hotfix/BB-00008*'] };
  assert.deepEqual(await list(cloud, query, { onBulk }), []);
  assert.deepEqual(heard, ['77 to come, 0 asked']);
  assert.equal(questions(), 77);
});

test('merging into a branch that there is not is an error on both kinds of host', async (t) => {
  const { cloud, dataCenter } = await listingWorlds(t, { generated });
  for (const world of [cloud, dataCenter]) {
    await assert.rejects(list(world, { mergedInto: 'nowhere' }), { code: 'not_found' });
  }
});

test('a history that Data Center does not tell is an error, not an empty list', async (t) => {
  const { dataCenter } = await listingWorlds(t, { generated });
  await assert.rejects(list(dataCenter, { mergedInto: 'main' }), {
    code: 'server',
    message: /ahead" is missing where a whole number belongs/,
  });
});

test('a query in a language that Data Center does not have is a usage error, and nothing is sent', async (t) => {
  const { dataCenter } = await listingWorlds(t, { generated });
  await assert.rejects(list(dataCenter, { query: 'name ~ "a"' }), { code: 'usage' });
  assert.deepEqual(dataCenter.asked, []);
});
