import { ApiError } from '../api-error.ts';
import type { LazyList } from '../repositories/repository.ts';

export interface DataCenterPage<Value> {
  readonly values: readonly Value[];
  readonly size: number;
  readonly limit: number;
  readonly start: number;
  readonly isLastPage: boolean;
  /** Absent on the last page. */
  readonly nextPageStart?: number;
}

const defaultLimit = 25;
const maxLimit = 1000;

/**
 * The page that a request asks for by `start` and `limit`. Positions count what does not match as well, as Data Center's do: it
 * filters while it walks, so what follows a page does not begin at `start + size`.
 * @throws {ApiError} 400 for a wrong number
 */
export function pageOf<Item, Value>(
  list: LazyList<Item>,
  { searchParams }: URL,
  toValue: (item: Item) => Value,
  matches: (item: Item) => boolean = () => true,
): DataCenterPage<Value> {
  const start = numberIn(searchParams, 'start', 0, /^\d{1,9}$/);
  const limit = Math.min(numberIn(searchParams, 'limit', defaultLimit, /^[1-9]\d{0,8}$/), maxLimit);
  const found: Item[] = [];
  let position = start;
  for (; position < list.size; position += 1) {
    const item = list.at(position);
    if (!matches(item)) continue;
    if (found.length === limit) break;
    found.push(item);
  }
  const isLastPage = position >= list.size;
  return {
    values: found.map(toValue),
    size: found.length,
    limit,
    start,
    isLastPage,
    ...(!isLastPage && { nextPageStart: position }),
  };
}

function numberIn(
  parameters: URLSearchParams,
  name: string,
  otherwise: number,
  pattern: RegExp,
): number {
  const text = parameters.get(name);
  if (text === null) return otherwise;
  if (!pattern.test(text)) throw new ApiError(400, `The value of ${name} is no number that fits.`);
  return Number(text);
}
