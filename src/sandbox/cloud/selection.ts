import type { LazyList } from '../repositories/repository.ts';
import type { QueryableFields } from './fields.ts';
import { parseFilter } from './filter.ts';
import { parseSort } from './sorting.ts';

export interface Selection {
  readonly q: string | undefined;
  readonly sort: string | undefined;
}

/** The last selection of a list, so that the next page of a large one is not selected anew. A list that may have changed is another object. */
const lastPositions = new WeakMap<object, { key: string; positions: readonly number[] }>();

/**
 * The items that `q` matches in the order of `sort`; only their positions are kept.
 * @throws {ApiError} 400 for a wrong query or sort field.
 */
export function select<Item>(
  list: LazyList<Item>,
  selection: Selection,
  fields: QueryableFields,
): LazyList<Item> {
  if (selection.q === undefined && selection.sort === undefined) return list;
  const key = JSON.stringify([selection.q, selection.sort]);
  const last = lastPositions.get(list);
  const positions = last?.key === key ? last.positions : positionsOf(list, selection, fields);
  lastPositions.set(list, { key, positions });
  return { size: positions.length, at: (index) => list.at(positions[index] ?? list.size) };
}

function positionsOf<Item>(
  list: LazyList<Item>,
  { q, sort }: Selection,
  fields: QueryableFields,
): readonly number[] {
  const matches = q === undefined ? () => true : parseFilter(q, fields);
  const order = sort === undefined ? undefined : parseSort(sort, fields);
  const rows = [];
  for (let position = 0; position < list.size; position += 1) {
    const item = list.at(position);
    if (matches(item)) rows.push({ position, key: order?.key(item) ?? null });
  }
  if (order !== undefined) rows.sort((a, b) => order.compare(a.key, b.key));
  return rows.map(({ position }) => position);
}
