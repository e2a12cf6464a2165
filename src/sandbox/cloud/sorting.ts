import { ApiError } from '../api-error.ts';
import { type Comparable, fieldReader, type QueryableFields } from './fields.ts';

export interface SortOrder {
  key(item: unknown): Comparable | null;
  compare(a: Comparable | null, b: Comparable | null): number;
}

/**
 * Bitbucket's `sort`: one field, `-` before it for descending. Items without a value come last; `name` counts digits as numbers.
 * @throws {ApiError} 400 for a field that the collection does not sort by.
 */
export function parseSort(sort: string, fields: QueryableFields): SortOrder {
  const isDescending = sort.startsWith('-');
  const path = isDescending ? sort.slice(1) : sort;
  const kind = Object.hasOwn(fields, path) ? fields[path] : undefined;
  if (kind === undefined) throw new ApiError(400, `Invalid sort: there is no field ${path}.`);

  const compareValues = path === 'name' ? naturalOrder() : simpleOrder;
  const direction = isDescending ? -1 : 1;
  return {
    key: fieldReader(path, kind),
    compare(a, b) {
      if (a === null || b === null) return Number(a === null) - Number(b === null);
      return direction * compareValues(a, b);
    },
  };
}

function simpleOrder(a: Comparable, b: Comparable): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function naturalOrder(): (a: Comparable, b: Comparable) => number {
  const collator = new Intl.Collator('en', { numeric: true });
  return (a, b) => collator.compare(String(a), String(b));
}
