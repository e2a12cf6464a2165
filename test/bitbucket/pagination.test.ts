import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApiClient } from '../../src/bitbucket/api-client.ts';
import { hostAt } from '../../src/bitbucket/hosts.ts';
import { readPages } from '../../src/bitbucket/pagination.ts';
import type { HttpResponse } from '../../src/context.ts';
import { BitbranchError } from '../../src/errors.ts';
import { testContext } from '../helpers/context.ts';
import { collectValues, scriptedApi } from '../helpers/json-api.ts';

const host = hostAt('https://bitbucket.org', 'cloud');
const api = 'https://api.bitbucket.org';

test('every page is read, in order, until one has no next', async () => {
  const script = scriptedApi({
    '/2.0/things': { values: ['a', 'b'], next: `${api}/2.0/things?page=zx81` },
    [`${api}/2.0/things?page=zx81`]: { values: ['c'], next: `${api}/2.0/things?page=2` },
    [`${api}/2.0/things?page=2`]: { values: ['d'] },
  });
  assert.deepEqual(await collectValues(readPages(script, '/2.0/things')), ['a', 'b', 'c', 'd']);
});

test('no page is asked for before the one at hand was used', async () => {
  const script = scriptedApi({
    '/2.0/things': { values: ['a'], next: `${api}/2.0/things?page=2` },
  });
  const pages = readPages(script, '/2.0/things');
  assert.deepEqual((await pages.next()).value?.values, ['a']);
  assert.deepEqual(script.asked, ['/2.0/things']);
});

test('a next link is followed byte for byte', async () => {
  const next = `${api}/2.0/things?q=name+~+"a b"&fields=next,values.name&page=2%2c+`;
  const script = scriptedApi({ '/2.0/things': { values: ['a'], next }, [next]: { values: ['b'] } });
  await collectValues(readPages(script, '/2.0/things'));
  assert.deepEqual(script.asked, ['/2.0/things', next]);
});

test('an empty page ends nothing, and two of them are no repetition', async () => {
  const script = scriptedApi({
    '/2.0/things': { values: [], next: `${api}/2.0/things?page=2` },
    [`${api}/2.0/things?page=2`]: { values: [], next: `${api}/2.0/things?page=3` },
    [`${api}/2.0/things?page=3`]: { values: ['a'] },
  });
  assert.deepEqual(await collectValues(readPages(script, '/2.0/things')), ['a']);
});

test('empty pages without end are an error', async () => {
  let asked = 0;
  const endless = {
    async getJson() {
      asked += 1;
      assert.ok(asked < 1_000, 'the list is read for ever');
      return { values: [], next: `${api}/2.0/things?page=${asked}x` };
    },
  };
  await assert.rejects(collectValues(readPages(endless, '/2.0/things')), {
    code: 'server',
    message: /empty pages in a row/,
  });
});

const elsewhere: Readonly<Record<string, string>> = {
  'another host': 'https://evil.example/2.0/things?page=2',
  'the web host beside the API': 'https://bitbucket.org/2.0/things?page=2',
  'plain http': 'http://api.bitbucket.org/2.0/things?page=2',
  'another port': 'https://api.bitbucket.org:8443/2.0/things?page=2',
  'a look-alike in the user info': 'https://api.bitbucket.org@evil.example/2.0/things',
  'user info of its own': 'https://user:word@api.bitbucket.org/2.0/things?page=2',
  'no network at all': 'file:///etc/passwd',
  nothing: '',
};

for (const [name, next] of Object.entries(elsewhere)) {
  test(`a next link to ${name} is not followed, and nothing is sent there`, async () => {
    const sent: string[] = [];
    const world = testContext();
    const client = createApiClient({
      ...world,
      host,
      maxWaitMs: 0,
      send: async ({ url }) => {
        sent.push(url);
        return jsonResponse(url, { values: ['a'], next });
      },
    });
    await assert.rejects(collectValues(readPages(client, '/2.0/things')), {
      code: 'server',
      message: name === 'user info of its own' ? /a user name or password in it/ : /points to/,
    });
    assert.deepEqual(sent, [`${api}/2.0/things`]);
  });
}

function jsonResponse(url: string, document: unknown): HttpResponse {
  const text = JSON.stringify(document);
  return {
    status: 200,
    url,
    header: (name) => (name.toLowerCase() === 'content-type' ? 'application/json' : null),
    headers: () => [],
    text: async () => text,
    async *chunks() {
      yield Buffer.from(text);
    },
  };
}

const loops: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'to itself': {
    '/2.0/things': { values: ['a'], next: `${api}/2.0/things` },
    [`${api}/2.0/things`]: { values: ['a'], next: `${api}/2.0/things` },
  },
  'from an empty page to itself': {
    '/2.0/things': { values: [], next: `${api}/2.0/things` },
    [`${api}/2.0/things`]: { values: [], next: `${api}/2.0/things` },
  },
  'to an earlier page': {
    '/2.0/things': { values: ['a'], next: `${api}/2.0/things?page=2` },
    [`${api}/2.0/things?page=2`]: { values: ['b'], next: `${api}/2.0/things?page=3` },
    [`${api}/2.0/things?page=3`]: { values: ['c'], next: `${api}/2.0/things?page=2` },
  },
  'under new names to a page read before': {
    '/2.0/things': { values: [{ name: 'a' }, { name: 'b' }], next: `${api}/2.0/things?page=2` },
    [`${api}/2.0/things?page=2`]: { values: [{ name: 'c' }], next: `${api}/2.0/things?page=3` },
    [`${api}/2.0/things?page=3`]: {
      values: [{ name: 'a' }, { name: 'b' }],
      next: `${api}/2.0/things?page=4`,
    },
  },
};

for (const [name, answers] of Object.entries(loops)) {
  test(`links that lead ${name} are an error, not an endless list`, async () => {
    await assert.rejects(collectValues(readPages(scriptedApi(answers), '/2.0/things')), {
      code: 'server',
      message: /had sent before/,
    });
  });
}

const malformed: ReadonlyArray<readonly [unknown, RegExp]> = [
  [null, /"values" is missing where a list belongs/],
  [{}, /"values" is missing/],
  [{ values: { 0: 'a' } }, /"values" is an object/],
  [[], /"" is a list where an object belongs/],
  ['text', /"" is a string/],
  [{ values: ['a'], next: 2 }, /"next" is a number where a string belongs/],
];

for (const [page, message] of malformed) {
  test(`a page that is ${JSON.stringify(page)} is an error of the server`, async () => {
    const script = scriptedApi({ '/2.0/things': page });
    await assert.rejects(collectValues(readPages(script, '/2.0/things')), {
      name: 'BitbranchError',
      code: 'server',
      message,
    });
  });
}

/** A numbered collection as Cloud serves it: `sizes` values a page, links as told. */
function numbered(pages: readonly (readonly string[])[], total: number, linkOf = pageUrl) {
  return Object.fromEntries(
    pages.map((values, index) => [
      index === 0 ? '/2.0/things' : pageUrl(index + 1),
      {
        values,
        size: total,
        pagelen: 2,
        ...(index + 1 < pages.length && { next: linkOf(index + 2) }),
      },
    ]),
  );
}

function pageUrl(page: number): string {
  return `${api}/2.0/things?pagelen=2&page=${page}&fields=next`;
}

const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(97 + index));
const pairs = Array.from({ length: 13 }, (_, index) => letters.slice(2 * index, 2 * index + 2));

test('numbered pages are asked for ahead, eight at a time, each once', async () => {
  const script = scriptedApi(numbered(pairs, 26));
  const pages = readPages(script, '/2.0/things');
  await pages.next();
  assert.deepEqual(script.asked, ['/2.0/things']);
  await pages.next();
  assert.ok(script.asked.length > 8, 'pages are asked for before their turn');
  const rest = await collectValues(pages);
  assert.deepEqual(rest, letters.slice(4));
  assert.deepEqual(
    script.asked,
    pairs.map((_, index) => (index === 0 ? '/2.0/things' : pageUrl(index + 1))),
  );
});

test('no more pages are asked for ahead than hold enough, others when they are wanted', async () => {
  const script = scriptedApi(numbered(pairs, 26));
  const pages = readPages(script, '/2.0/things', 6);
  for (let count = 0; count < 3; count += 1) await pages.next();
  assert.equal(script.asked.length, 3);
  assert.deepEqual((await pages.next()).value?.values, ['g', 'h']);
  assert.equal(script.asked.length, 4);
});

const plainFirst = { values: ['a', 'b'], size: 26, pagelen: 2 };
const unplanned: Readonly<Record<string, object>> = {
  'no size': { ...plainFirst, size: undefined, next: pageUrl(2) },
  'no page length': { ...plainFirst, pagelen: undefined, next: pageUrl(2) },
  'a link without a number': { ...plainFirst, next: `${api}/2.0/things?page=Qx2` },
  'a link to another number': { ...plainFirst, next: pageUrl(3) },
  'two numbers in a link': { ...plainFirst, next: `${pageUrl(2)}&page=2` },
};

for (const [name, first] of Object.entries(unplanned)) {
  test(`with ${name}, one page follows the other`, async () => {
    const next = 'next' in first ? String(first.next) : '';
    const script = scriptedApi({
      '/2.0/things': first,
      [next]: { values: ['c'], next: pageUrl(9) },
      [pageUrl(9)]: { values: ['d'] },
    });
    assert.deepEqual(await collectValues(readPages(script, '/2.0/things')), ['a', 'b', 'c', 'd']);
    assert.deepEqual(script.asked, ['/2.0/things', next, pageUrl(9)]);
  });
}

test('at the first link that differs from the plan it is dropped: nothing is lost, nothing comes twice', async () => {
  for (let wrong = 3; wrong <= 13; wrong += 1) {
    const other = (page: number) => (page === wrong ? `${pageUrl(page)}&cursor=x` : pageUrl(page));
    const answers = numbered(pairs, 26, other);
    const script = scriptedApi({
      ...answers,
      [other(wrong)]: answers[pageUrl(wrong)],
      [pageUrl(wrong)]: { values: ['never shown'] },
    });
    assert.deepEqual(await collectValues(readPages(script, '/2.0/things')), letters);
  }
});

test('a list that has grown is followed beyond the plan, one that has shrunk ends early', async () => {
  const grown = scriptedApi(numbered(pairs, 10));
  assert.deepEqual(await collectValues(readPages(grown, '/2.0/things')), letters);
  const missing = Object.fromEntries(
    pairs.map((_, index) => [pageUrl(index + 1), new BitbranchError('not_found', 'No such page.')]),
  );
  const shrunk = scriptedApi({ ...missing, ...numbered(pairs.slice(0, 4), 26) });
  assert.deepEqual(await collectValues(readPages(shrunk, '/2.0/things')), letters.slice(0, 8));
});

test('the failure of a page comes after the pages before it', async () => {
  const failure = new BitbranchError('server', 'It broke.');
  const script = scriptedApi({ ...numbered(pairs, 26), [pageUrl(4)]: failure });
  const pages = readPages(script, '/2.0/things');
  for (let count = 0; count < 3; count += 1) await pages.next();
  await assert.rejects(pages.next(), failure);
});

test('a first page that claims to be one of millions asks for few', async () => {
  const script = scriptedApi({ ...numbered(pairs, 1e15) });
  const pages = readPages(script, '/2.0/things');
  await pages.next();
  await pages.next();
  await pages.return();
  assert.equal(
    script.asked.length,
    2 + 2 * 10,
    'those read, and twice as many as are asked for at a time',
  );
});
