import { BitbranchError } from '../errors.ts';
import { endlessListGuard } from './endless-list.ts';
import {
  booleanAt,
  integerAt,
  type JsonPath,
  requiredListAt,
  unexpectedValue,
} from './json-path.ts';
import type { JsonApi, ListPage } from './pagination.ts';

/** Data Center's largest page, unless an administrator changed it: a server lowers what it is asked for without an error. */
const largestPage = 1000;

const isLastPagePath: JsonPath = ['isLastPage'];
const nextPageStartPath: JsonPath = ['nextPageStart'];

/**
 * The pages of a Data Center collection, in the server's order. Where the next page starts is never computed: what a server
 * filters out leaves gaps. Like Cloud's, the values must tell themselves apart.
 * @param pageLength values in a page, unless the server lowers it
 * @throws {BitbranchError} `server` when a page is malformed or comes again, or when the next one does not start after it, and
 *   when pages without values never end.
 */
export async function* readDataCenterPages(
  api: JsonApi,
  path: string,
  parameters: Readonly<Record<string, string>> = {},
  pageLength = largestPage,
): AsyncGenerator<ListPage, void, void> {
  const guard = endlessListGuard();
  let limit = Math.min(pageLength, largestPage);
  for (let start: number | null = 0; start !== null; ) {
    const query = new URLSearchParams({ ...parameters, limit: `${limit}` });
    if (start > 0) query.set('start', `${start}`);
    const page = await api.getJson(`${path}?${query}`);
    const values = requiredListAt(page, ['values']);
    guard.values(values);
    start = nextStart(page, start);
    limit = grantedLimit(page, limit);
    yield { values, hasMore: start !== null, total: null };
  }
}

/**
 * Where the page after the one at `start` begins; null after the last page.
 * @throws {BitbranchError} `server` when that is not told, or not after `start`
 */
export function nextStart(page: unknown, start: number): number | null {
  const isLastPage = booleanAt(page, isLastPagePath);
  if (isLastPage === null) throw unexpectedValue(isLastPagePath, isLastPage, 'true or false');
  if (isLastPage) return null;
  const next = integerAt(page, nextPageStartPath);
  if (next === null) throw unexpectedValue(nextPageStartPath, next, 'a whole number');
  if (next > start) return next;
  throw new BitbranchError(
    'server',
    `The host says that the page after the one at ${start} starts at ${next}, so the list would never end.`,
    { hint: 'The list may have changed while it was read: run the command again.' },
  );
}

function grantedLimit(page: unknown, asked: number): number {
  const granted = integerAt(page, ['limit']) ?? asked;
  return granted > 0 ? Math.min(granted, asked) : asked;
}
