import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDataCenterPages } from '../../src/bitbucket/data-center-pagination.ts';
import { collectValues, scriptedApi } from '../helpers/json-api.ts';

const things = '/rest/api/latest/things';

test('every page is read where the one before says that it starts, until the last', async () => {
  const api = scriptedApi({
    [`${things}?limit=1000`]: { values: ['a', 'b'], isLastPage: false, nextPageStart: 7 },
    [`${things}?limit=1000&start=7`]: { values: ['c'], isLastPage: false, nextPageStart: 8 },
    [`${things}?limit=1000&start=8`]: { values: ['d'], isLastPage: true, nextPageStart: null },
  });
  assert.deepEqual(await collectValues(readDataCenterPages(api, things)), ['a', 'b', 'c', 'd']);
});

test('no page is asked for before the one at hand was used', async () => {
  const first = `${things}?limit=1000`;
  const api = scriptedApi({ [first]: { values: ['a'], isLastPage: false, nextPageStart: 1 } });
  assert.deepEqual((await readDataCenterPages(api, things).next()).value?.values, ['a']);
  assert.deepEqual(api.asked, [first]);
});

test('parameters go with every page, encoded', async () => {
  const query = 'filterText=a%26b+c&limit=1000';
  const api = scriptedApi({
    [`${things}?${query}`]: { values: ['a'], isLastPage: false, nextPageStart: 1 },
    [`${things}?${query}&start=1`]: { values: ['b'], isLastPage: true },
  });
  const pages = readDataCenterPages(api, things, { filterText: 'a&b c' });
  assert.deepEqual(await collectValues(pages), ['a', 'b']);
});

for (const [granted, asked] of [
  [100, 100],
  [1000, 1000],
  [5000, 1000],
  [0, 1000],
  [-1, 1000],
  [null, 1000],
] as const) {
  test(`after a page whose limit is ${granted}, ${asked} are asked for`, async () => {
    const api = scriptedApi({
      [`${things}?limit=1000`]: {
        values: ['a'],
        limit: granted,
        isLastPage: false,
        nextPageStart: 1,
      },
      [`${things}?limit=${asked}&start=1`]: { values: ['b'], limit: granted, isLastPage: true },
    });
    assert.deepEqual(await collectValues(readDataCenterPages(api, things)), ['a', 'b']);
  });
}

test('an empty page ends nothing, and two of them are no repetition', async () => {
  const api = scriptedApi({
    [`${things}?limit=1000`]: { values: [], isLastPage: false, nextPageStart: 1000 },
    [`${things}?limit=1000&start=1000`]: { values: [], isLastPage: false, nextPageStart: 2000 },
    [`${things}?limit=1000&start=2000`]: { values: ['a'], isLastPage: true },
  });
  assert.deepEqual(await collectValues(readDataCenterPages(api, things)), ['a']);
});

test('empty pages without end are an error', async () => {
  const endless = {
    async getJson(address: string) {
      const start = Number(new URLSearchParams(address.split('?')[1]).get('start'));
      assert.ok(start < 1_000, 'the list is read for ever');
      return { values: [], isLastPage: false, nextPageStart: start + 1 };
    },
  };
  await assert.rejects(collectValues(readDataCenterPages(endless, things)), {
    code: 'server',
    message: /empty pages in a row/,
  });
});

for (const nextPageStart of [0, -5, 3]) {
  test(`from 3, a next page at ${nextPageStart} is an error, not an endless list`, async () => {
    const api = scriptedApi({
      [`${things}?limit=1000`]: { values: ['a'], isLastPage: false, nextPageStart: 3 },
      [`${things}?limit=1000&start=3`]: { values: ['b'], isLastPage: false, nextPageStart },
    });
    const pages = readDataCenterPages(api, things);
    assert.deepEqual((await pages.next()).value?.values, ['a']);
    await assert.rejects(pages.next(), {
      code: 'server',
      message: `The host says that the page after the one at 3 starts at ${nextPageStart}, so the list would never end.`,
    });
  });
}

test('a server that sends one page again and again is an error, not an endless list', async () => {
  const api = {
    async getJson(address: string) {
      const start = Number(new URLSearchParams(address.split('?')[1]).get('start'));
      assert.ok(start < 3, 'the repetition was not noticed');
      return { values: [{ id: 'a' }, { id: 'b' }], isLastPage: false, nextPageStart: start + 2 };
    },
  };
  await assert.rejects(collectValues(readDataCenterPages(api, things)), {
    code: 'server',
    message: /had sent before/,
  });
});

const malformed: ReadonlyArray<readonly [unknown, RegExp]> = [
  [null, /"values" is missing where a list belongs/],
  [[], /"" is a list where an object belongs/],
  [{ isLastPage: true }, /"values" is missing/],
  [{ values: ['a'] }, /"isLastPage" is missing where true or false belongs/],
  [{ values: ['a'], isLastPage: 'true' }, /"isLastPage" is a string/],
  [{ values: ['a'], isLastPage: false }, /"nextPageStart" is missing where a whole number/],
  [{ values: ['a'], isLastPage: false, nextPageStart: '1' }, /"nextPageStart" is a string/],
  [{ values: ['a'], isLastPage: false, nextPageStart: 0.5 }, /"nextPageStart" is a number where a/],
  [{ values: ['a'], isLastPage: true, limit: 'all' }, /"limit" is a string where a whole number/],
];

for (const [page, message] of malformed) {
  test(`a page that is ${JSON.stringify(page)} is an error of the server`, async () => {
    const api = scriptedApi({ [`${things}?limit=1000`]: page });
    await assert.rejects(collectValues(readDataCenterPages(api, things)), {
      code: 'server',
      message,
    });
  });
}
