import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BranchQuery } from '../../src/bitbucket/branch-query.ts';
import { listBranches } from '../../src/bitbucket/branches.ts';
import { type Host, hostAt } from '../../src/bitbucket/hosts.ts';
import type { ListingNotices } from '../../src/bitbucket/listing-notices.ts';
import type { JsonApi } from '../../src/bitbucket/pagination.ts';
import { BitbranchError } from '../../src/errors.ts';
import { collectRows } from '../helpers/json-api.ts';
import { listingWorlds } from '../helpers/listing-world.ts';

const generated = [{ fullName: 'acme/site', branches: 1_234 }];

function list(
  { api, host }: { api: JsonApi; host: Host },
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

const daily = (...days: number[]) =>
  days.map((each) => ({ name: `b${each}`, target: { date: `2026-01-0${each}T00:00:00+00:00` } }));

/** A Cloud that takes neither `q` nor `sort` into account. */
function deafCloud(...pages: readonly (readonly object[])[]) {
  const address = (page: number) => `https://api.bitbucket.org/2.0/x?page=${page}`;
  return {
    host: hostAt('https://bitbucket.org', 'cloud'),
    api: {
      async getJson(path: string) {
        const page = Number(/page=(\d)$/.exec(path)?.[1] ?? 1);
        const next = page < pages.length ? { next: address(page + 1) } : {};
        return { values: pages[page - 1], ...next };
      },
    },
  };
}

test('what Cloud sends is tested here as well, and what only the test needed is not shown', async () => {
  const cloud = deafCloud(daily(3, 1), daily(4, 2));
  const query = { newerThanMs: day('2026-01-01'), olderThanMs: day('2026-01-04') };
  const rows = await list(cloud, query);
  assert.deepEqual(
    rows.map(({ name, date }) => [name, date]),
    [
      ['b3', null],
      ['b2', null],
    ],
  );
  assert.deepEqual(await list(cloud, { newerThanMs: day('2200-01-01') }), []);
});

for (const [descending, ...pages] of [
  [true, daily(1, 3), daily(4, 2)],
  [false, daily(3, 1), daily(4, 2)],
] as const) {
  test(`what a Cloud does not sort ${descending ? 'descending' : 'ascending'} is sorted here`, async () => {
    const rows = await list(deafCloud(...pages), { sort: { key: 'date', descending } });
    const names = ['b1', 'b2', 'b3', 'b4'];
    assert.deepEqual(
      rows.map(({ name }) => name),
      descending ? names.toReversed() : names,
    );
  });
}

for (const [descending, ...pages] of [
  [true, daily(3, 2), daily(4)],
  [false, daily(2, 3), daily(1)],
] as const) {
  test(`a later page that is not ${descending ? 'descending' : 'ascending'} is an error, not a wrong list`, async () => {
    const { api, host } = deafCloud(...pages);
    const query = { fields: ['name'], sort: { key: 'date', descending } } as const;
    const listed = listBranches(api, host, { workspace: 'w', slug: 's' }, query);
    await listed.next();
    await assert.rejects(listed.next(), {
      code: 'server',
      message:
        'The branches of w/s do not come in the order of their dates, which the host was asked for.',
    });
  });
}

test('branches without a date may stand anywhere in what Cloud has sorted', async () => {
  const undated = { name: 'none', target: null };
  const cloud = deafCloud([undated, ...daily(3)], [...daily(2), undated, ...daily(1)]);
  const rows = await list(cloud, { sort: { key: 'date', descending: true } });
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['b3', 'b2', 'b1', 'none'],
  );
});

test('a query that Cloud refuses is a usage error, another refusal is not', async (t) => {
  const { cloud } = await listingWorlds(t, { generated });
  await assert.rejects(list(cloud, { query: 'nam ~ "a"' }), {
    code: 'usage',
    message: /^--query is not understood: .*Invalid query: there is no field nam/,
    hint: /help formatting/,
  });
  const refused = new BitbranchError('server', 'No.', { status: 400 });
  const api = { getJson: async () => Promise.reject(refused) };
  await assert.rejects(list({ ...cloud, api }, { newerThanMs: 0 }), refused);
});
