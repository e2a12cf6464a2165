import type { ApiClient } from './api-client.ts';
import { endlessListGuard } from './endless-list.ts';
import { inOrder, requestsInFlight } from './in-order.ts';
import { integerAt, requiredListAt, stringAt } from './json-path.ts';

/** What a listing needs of the API client, which sends nothing to another origin than the API's own. */
export type JsonApi = Pick<ApiClient, 'getJson'>;

/** A page of a collection, as every kind of host sends it. */
export interface ListPage {
  readonly values: readonly unknown[];
  /** Whether the host says that another page follows. */
  readonly hasMore: boolean;
  /** How many values there are on all pages; null where the host does not tell. */
  readonly total: number | null;
}

/** How many pages are asked for at a time: two of them wait for a connection, so that none is idle while a page is read. */
const pagesAhead = requestsInFlight + 2;

/**
 * The pages of a Cloud collection, in the server's order, from `path` until a page has no `next`. The values must tell
 * themselves apart (hold a name), since a page that comes again is found by them.
 *
 * Cloud's links are opaque, so pages are asked for ahead only where the first page told how many values there are and
 * numbered its `next` plainly. Each page is then held against the link of the one before it, and at the first that differs
 * the links are followed one by one.
 * @param enough ask ahead for no more pages than hold so many values
 * @throws {BitbranchError} `server` when a page is malformed, comes again, or its `next` leads away from the API's own origin, and
 *   when pages without values never end.
 */
export async function* readPages(
  api: JsonApi,
  path: string,
  enough = Number.POSITIVE_INFINITY,
): AsyncGenerator<ListPage, void, void> {
  const guard = endlessListGuard();
  function read(document: unknown): LinkedPage {
    const values = requiredListAt(document, ['values']);
    guard.values(values);
    const next = stringAt(document, ['next']);
    return { values, next, hasMore: next !== null, total: integerAt(document, ['size']) };
  }

  guard.address(path);
  const first = await api.getJson(path);
  let page = read(first);
  yield page;
  const plan = planOfPages(first, page.next, enough);
  const ahead = inOrder(plan.urls(), pagesAhead, (url) => api.getJson(url));
  try {
    for (const url of plan.urls()) {
      if (page.next !== url) break;
      guard.address(url);
      const { value } = await ahead.next();
      page = read(value);
      yield page;
    }
  } finally {
    await ahead.return();
  }
  while (page.next !== null) {
    guard.address(page.next);
    page = read(await api.getJson(page.next));
    yield page;
  }
}

interface LinkedPage extends ListPage {
  readonly next: string | null;
}

interface PlanOfPages {
  /** Where the pages after the first are expected, in order. */
  urls(): Iterable<string>;
}

/** @param next the link of the first page. */
function planOfPages(first: unknown, next: string | null, enough: number): PlanOfPages {
  const total = integerAt(first, ['size']);
  const pageLength = integerAt(first, ['pagelen']);
  const parts = next?.split(/(?<=[?&]page=)2(?=&|$)/) ?? [];
  const [before, after] = parts;
  const isPlain = parts.length === 2 && before !== undefined && after !== undefined;
  if (!isPlain || total === null || pageLength === null || pageLength < 1)
    return { urls: () => [] };
  const lastPage = Math.ceil(Math.min(total, enough) / pageLength);
  return {
    *urls() {
      for (let page = 2; page <= lastPage; page += 1) yield before + page + after;
    },
  };
}
