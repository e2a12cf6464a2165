import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pageOf } from '../../../src/sandbox/cloud/paging.ts';
import { lazyList } from '../../../src/sandbox/repositories/repository.ts';

const numbers = Array.from({ length: 25 }, (_, index) => index);

function page(query: string, items = numbers) {
  const url = new URL(`http://127.0.0.1:1/2.0/list${query}`);
  return pageOf(lazyList(items), url, (item) => item);
}

describe('a page', () => {
  const table: [query: string, values: number[], next: string | undefined, previous?: string][] = [
    ['', numbers.slice(0, 10), '?page=2'],
    ['?page=1', numbers.slice(0, 10), '?page=2'],
    ['?page=2', numbers.slice(10, 20), '?page=3', '?page=1'],
    ['?page=3', numbers.slice(20), undefined, '?page=2'],
    ['?pagelen=25', numbers, undefined],
    ['?pagelen=1&page=25', [24], undefined, '?pagelen=1&page=24'],
    [
      '?q=name+~%20%22a%2Bb%22&pagelen=20&fields=%2Bvalues.x',
      numbers.slice(0, 20),
      '?q=name+%7E+%22a%2Bb%22&pagelen=20&fields=%2Bvalues.x&page=2',
    ],
    [
      '?oauth_nonce=1&pagelen=20&oauth_signature=a%2B&oauth_nonce=2',
      numbers.slice(0, 20),
      '?pagelen=20&page=2',
    ],
  ];
  for (const [query, values, next, previous] of table) {
    test(query || 'without parameters', () => {
      const found = page(query);
      const base = 'http://127.0.0.1:1/2.0/list';
      assert.deepEqual(found.values, values);
      assert.equal(found.size, 25);
      assert.equal(found.next, next && `${base}${next}`);
      assert.equal(found.previous, previous && `${base}${previous}`);
    });
  }

  test('has its number and its length', () => {
    const { page: number, pagelen } = page('?page=2&pagelen=7');
    assert.deepEqual({ number, pagelen }, { number: 2, pagelen: 7 });
    assert.equal(page('').pagelen, 10);
  });

  test('of an empty list is empty', () => {
    assert.deepEqual(page('', []), { values: [], pagelen: 10, size: 0, page: 1 });
  });
});

describe('no page', () => {
  const table: [query: string, status: number][] = [
    ['?pagelen=101', 400],
    ['?pagelen=0', 400],
    ['?pagelen=-1', 400],
    ['?pagelen=ten', 400],
    ['?pagelen=', 400],
    ['?page=0', 400],
    ['?page=1.5', 400],
    ['?page=9999999999', 400],
    ['?page=4', 404],
  ];
  for (const [query, status] of table) {
    test(query, () => assert.throws(() => page(query), { status }));
  }
});
