import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BranchField, branchFields } from '../../src/bitbucket/branch.ts';
import { listBranches } from '../../src/bitbucket/branches.ts';
import { hostAt } from '../../src/bitbucket/hosts.ts';
import { BitbranchError } from '../../src/errors.ts';
import { collectRows, scriptedApi } from '../helpers/json-api.ts';

const host = hostAt('https://bitbucket.org', 'cloud');
const repository = { workspace: 'acme', slug: 'widgets' };
const list = '/2.0/repositories/acme/widgets/refs/branches?pagelen=100&fields=next,size,pagelen';
const mainBranch = '/2.0/repositories/acme/widgets?fields=mainbranch.name';
const allFields = `${list},values.name,values.target.hash,values.target.date,values.target.author.user.display_name,values.target.author.raw,values.target.message,values.links.html.href`;

const everything = {
  name: 'feature/über',
  target: {
    hash: '9f2c1d7e8b3a4c5d6e7f8091a2b3c4d5e6f70819',
    date: '2026-01-02T03:04:05+00:00',
    message: 'Add the thing\n\nBecause.\n',
    author: { raw: 'J Doe <j@example.com>', user: { display_name: 'Jane Doe' } },
  },
  links: { html: { href: 'https://bitbucket.org/acme/widgets/branch/feature/%C3%BCber' } },
};

test('a branch is projected to its fields', async () => {
  const next = 'https://api.bitbucket.org/2.0/repositories/acme/widgets/refs/branches?page=2';
  const api = scriptedApi({
    [allFields]: { values: [everything], next },
    [next]: { values: [{ name: 'main' }] },
    [mainBranch]: { mainbranch: { name: 'main' } },
  });
  assert.deepEqual(
    await collectRows(listBranches(api, host, repository, { fields: branchFields })),
    [
      {
        repository: 'acme/widgets',
        name: 'feature/über',
        default: false,
        hash: '9f2c1d7e8b3a4c5d6e7f8091a2b3c4d5e6f70819',
        date: '2026-01-02T03:04:05Z',
        author: 'Jane Doe',
        message: 'Add the thing',
        url: 'https://bitbucket.org/acme/widgets/branch/feature/%C3%BCber',
      },
      {
        repository: 'acme/widgets',
        name: 'main',
        default: true,
        hash: null,
        date: null,
        author: null,
        message: null,
        url: null,
      },
    ],
  );
});

test('the main branch is asked for together with the first page, and once', async () => {
  const next = 'https://api.bitbucket.org/next';
  const api = scriptedApi({
    [`${list},values.name`]: { values: [{ name: 'a' }], next },
    [next]: { values: [{ name: 'b' }] },
    [mainBranch]: { mainbranch: null },
  });
  const branches = await collectRows(listBranches(api, host, repository, { fields: ['default'] }));
  assert.deepEqual(
    branches.map((branch) => branch.default),
    [false, false],
  );
  assert.deepEqual(api.asked, [`${list},values.name`, mainBranch, next]);
});

const requested: ReadonlyArray<readonly [readonly BranchField[], string]> = [
  [['name'], ',values.name'],
  [['repository'], ',values.name'],
  [['hash', 'name'], ',values.name,values.target.hash'],
  [['message', 'date'], ',values.name,values.target.message,values.target.date'],
  [['author'], ',values.name,values.target.author.user.display_name,values.target.author.raw'],
  [['url'], ',values.name,values.links.html.href'],
];

for (const [fields, parameters] of requested) {
  test(`for ${fields} nothing else is asked for`, async () => {
    const api = scriptedApi({ [list + parameters]: { values: [] } });
    assert.deepEqual(await collectRows(listBranches(api, host, repository, { fields })), []);
    assert.deepEqual(api.asked, [list + parameters]);
  });
}

test('what was not asked for is null, though a server may send it', async () => {
  const api = scriptedApi({ [`${list},values.name`]: { values: [everything] } });
  const [branch] = await collectRows(listBranches(api, host, repository, { fields: ['name'] }));
  assert.deepEqual(branch, {
    repository: 'acme/widgets',
    name: 'feature/über',
    default: null,
    hash: null,
    date: null,
    author: null,
    message: null,
    url: null,
  });
});

test('UUIDs are escaped in the path', async () => {
  const workspace = '{0b2f0cd4-4a5c-4c3e-8f2b-5b8d4a8f1a11}';
  const asked = `/2.0/repositories/%7B0b2f0cd4-4a5c-4c3e-8f2b-5b8d4a8f1a11%7D/widgets/refs/branches?pagelen=100&fields=next,size,pagelen,values.name`;
  const api = scriptedApi({ [asked]: { values: [] } });
  await collectRows(listBranches(api, host, { workspace, slug: 'widgets' }, { fields: ['name'] }));
  assert.deepEqual(api.asked, [asked]);
});

const values: ReadonlyArray<readonly [BranchField, unknown, string | null]> = [
  ['date', { date: '2026-01-02T03:04:05Z' }, '2026-01-02T03:04:05Z'],
  ['date', { date: '2026-01-02T01:30:00+05:30' }, '2026-01-01T20:00:00Z'],
  ['date', { date: '2025-12-31T20:00:00-08:00' }, '2026-01-01T04:00:00Z'],
  ['date', { date: '2026-01-02T03:04:05.999999+00:00' }, '2026-01-02T03:04:05Z'],
  ['date', { date: '2026-01-02T03:04:05+0100' }, '2026-01-02T02:04:05Z'],
  ['date', { date: '1969-12-31T23:59:59+00:00' }, '1969-12-31T23:59:59Z'],
  ['date', {}, null],
  ['date', { date: 'yesterday' }, null],
  ['date', { date: '2026-01-02T03:04:05' }, null],
  ['date', { date: '2026-13-02T03:04:05Z' }, null],
  ['author', { author: { raw: 'Jane <j@example.com>' } }, 'Jane'],
  ['author', { author: { raw: 'Jane <j@example.com>', user: null } }, 'Jane'],
  ['author', { author: { raw: 'Jane <j@example.com>', user: { display_name: '' } } }, 'Jane'],
  ['author', { author: { user: { display_name: 'Jane Doe' } } }, 'Jane Doe'],
  ['author', { author: { raw: 'Jane <the boss> Doe <j@example.com> ' } }, 'Jane <the boss> Doe'],
  ['author', { author: { raw: '<j@example.com>' } }, 'j@example.com'],
  ['author', { author: { raw: 'jane' } }, 'jane'],
  ['author', { author: { raw: '' } }, null],
  ['author', { author: null }, null],
  ['message', { message: 'One\r\nTwo' }, 'One'],
  ['message', { message: 'One\rTwo' }, 'One'],
  ['message', { message: '\n\nOne  \nTwo' }, 'One'],
  ['message', { message: '' }, ''],
  ['hash', null, null],
];

for (const [field, target, expected] of values) {
  test(`${field} of ${JSON.stringify(target)} is ${expected}`, async () => {
    const api = { getJson: async () => ({ values: [{ name: 'main', target }] }) };
    const [branch] = await collectRows(listBranches(api, host, repository, { fields: [field] }));
    assert.equal(branch?.[field], expected);
  });
}

const malformed: ReadonlyArray<readonly [BranchField, unknown, RegExp]> = [
  ['name', { name: 7 }, /"name" is a number where a string belongs/],
  ['name', {}, /"name" is missing/],
  ['name', null, /"name" is missing/],
  ['name', 'main', /"" is a string where an object belongs/],
  ['hash', { name: 'main', target: 'abc' }, /"target" is a string where an object belongs/],
  ['hash', { name: 'main', target: { hash: ['abc'] } }, /"target\.hash" is a list/],
  ['date', { name: 'main', target: { date: 0 } }, /"target\.date" is a number/],
  [
    'author',
    { name: 'main', target: { author: { raw: {} } } },
    /"target\.author\.raw" is an object/,
  ],
  ['url', { name: 'main', links: { html: [] } }, /"links\.html" is a list where an object belongs/],
];

for (const [field, value, message] of malformed) {
  test(`a branch that is ${JSON.stringify(value)} is an error of the server`, async () => {
    const api = { getJson: async () => ({ values: [value] }) };
    await assert.rejects(collectRows(listBranches(api, host, repository, { fields: [field] })), {
      name: 'BitbranchError',
      code: 'server',
      message,
    });
  });
}

test('the failure of either request ends the listing, and both failing leaves none unhandled', async () => {
  const page = new BitbranchError('not_found', 'no such repository');
  const main = new BitbranchError('network', 'no network');
  const cases = [
    [page, { mainbranch: { name: 'main' } }, page],
    [{ values: [] }, main, main],
    [page, main, page],
  ] as const;
  for (const [pageAnswer, mainAnswer, expected] of cases) {
    const api = scriptedApi({ [`${list},values.name`]: pageAnswer, [mainBranch]: mainAnswer });
    const branches = listBranches(api, host, repository, { fields: ['default'] });
    await assert.rejects(collectRows(branches), expected);
  }
});
