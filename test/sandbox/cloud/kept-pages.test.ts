import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptPage } from '../../../src/sandbox/cloud/kept-pages.ts';

const address = (page: number) => new URL(`http://127.0.0.1/2.0/branches?page=${page}`);

test('a page is made once for each address, as long as the list is the same', () => {
  const made: string[] = [];
  const pageOf = (list: object, page: number, name: string) =>
    keptPage(list, address(page), () => {
      made.push(name);
      return { name };
    });
  const list = {};
  const first = pageOf(list, 1, 'first');
  assert.equal(first.toString(), '{"name":"first"}');
  assert.equal(pageOf(list, 1, 'again'), first);
  assert.equal(pageOf(list, 2, 'second').toString(), '{"name":"second"}');
  assert.equal(pageOf({}, 1, 'of another list').toString(), '{"name":"of another list"}');
  assert.deepEqual(made, ['first', 'second', 'of another list']);
});

test('the oldest of many pages is made again', () => {
  const list = {};
  let madeCount = 0;
  const read = (page: number) =>
    keptPage(list, address(page), () => {
      madeCount += 1;
      return page;
    });
  for (let page = 1; page <= 257; page += 1) read(page);
  read(257);
  assert.equal(madeCount, 257);
  read(1);
  assert.equal(madeCount, 258);
});
