import { ApiError } from '../api-error.ts';
import type { LazyList } from '../repositories/repository.ts';
import type { CloudPage } from './cloud-schemas.ts';

const defaultPageLength = 10;
const maxPageLength = 100;

/**
 * The page of a list that a request asks for by `page` and `pagelen`; the links to its neighbours keep the other parameters of the query.
 * @throws {ApiError} 400 for a wrong number, 404 for a page beyond the end.
 */
export function pageOf<Item, Value>(
  list: LazyList<Item>,
  url: URL,
  toValue: (item: Item) => Value,
): CloudPage<Value> {
  const pageLength = numberIn(url, 'pagelen', defaultPageLength);
  const page = numberIn(url, 'page', 1);
  if (pageLength > maxPageLength) throw new ApiError(400, 'Invalid pagelen');
  const start = (page - 1) * pageLength;
  if (page > 1 && start >= list.size) throw new ApiError(404, 'Invalid page');

  const end = Math.min(start + pageLength, list.size);
  return {
    values: Array.from({ length: end - start }, (_, index) => toValue(list.at(start + index))),
    pagelen: pageLength,
    size: list.size,
    page,
    ...(end < list.size && { next: linkToPage(url, page + 1) }),
    ...(page > 1 && { previous: linkToPage(url, page - 1) }),
  };
}

function numberIn(url: URL, name: string, otherwise: number): number {
  const text = url.searchParams.get(name);
  if (text === null) return otherwise;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new ApiError(400, `Invalid ${name}`);
  return Number(text);
}

/** Without the OAuth parameters of a request that was signed in its query: they are good once. */
function linkToPage(url: URL, page: number): string {
  const link = new URL(url);
  for (const name of [...link.searchParams.keys()]) {
    if (name.startsWith('oauth_')) link.searchParams.delete(name);
  }
  link.searchParams.set('page', String(page));
  return link.href;
}
