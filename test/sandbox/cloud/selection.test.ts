import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { QueryableFields } from '../../../src/sandbox/cloud/fields.ts';
import { select } from '../../../src/sandbox/cloud/selection.ts';
import { type LazyList, lazyList } from '../../../src/sandbox/repositories/repository.ts';

const fields: QueryableFields = { name: 'string', size: 'number', date: 'date' };

const items = [
  { name: 'v10', size: 2, date: '2026-01-01T00:00:00+00:00' },
  { name: 'v9', size: null, date: '2025-12-31T20:00:00-05:00' },
  { name: 'v11', size: 1, date: '2026-01-01T00:30:00+00:00' },
];

function names(list: LazyList<{ name: string }>): string[] {
  return Array.from({ length: list.size }, (_, position) => list.at(position).name);
}

describe('the order', () => {
  const table: [sort: string | undefined, order: string[]][] = [
    [undefined, ['v10', 'v9', 'v11']],
    ['name', ['v9', 'v10', 'v11']],
    ['-name', ['v11', 'v10', 'v9']],
    ['size', ['v11', 'v10', 'v9']],
    ['-size', ['v10', 'v11', 'v9']],
    ['date', ['v10', 'v11', 'v9']],
    ['-date', ['v9', 'v11', 'v10']],
  ];
  for (const [sort, order] of table) {
    test(`sort=${sort}`, () => {
      const sorted = select(lazyList(items), { q: undefined, sort }, fields);
      assert.deepEqual(names(sorted), order);
    });
  }

  for (const sort of ['', '-', 'nope', '-target', 'name,size', '--name', '+name']) {
    test(`sort=${sort} is refused`, () => {
      const selection = { q: undefined, sort };
      assert.throws(() => select(lazyList(items), selection, fields), { status: 400 });
    });
  }
});

test('q and sort together', () => {
  const selected = select(lazyList(items), { q: 'name ~ "v1"', sort: '-name' }, fields);
  assert.deepEqual(names(selected), ['v11', 'v10']);
});

test('the next page of a list is not selected anew, another selection is', () => {
  let reads = 0;
  const list = lazyList(items);
  const counted = {
    size: list.size,
    at: (position: number) => {
      reads += 1;
      return list.at(position);
    },
  };
  const q = 'size != null';
  select(counted, { q, sort: undefined }, fields);
  assert.equal(select(counted, { q, sort: undefined }, fields).size, 2);
  assert.equal(reads, 3);
  assert.equal(select(counted, { q: 'size = null', sort: undefined }, fields).size, 1);
  assert.equal(reads, 6);
});
