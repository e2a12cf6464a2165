import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApiClient } from '../../src/bitbucket/api-client.ts';
import { hostAt } from '../../src/bitbucket/hosts.ts';
import { readPages } from '../../src/bitbucket/pagination.ts';
import type { HttpResponse } from '../../src/context.ts';
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
    await assert.rejects(collectValues(readPages(client, '/2.0/things')), { code: 'server' });
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
