import { createHash } from 'node:crypto';
import { BitbranchError } from '../errors.ts';
import type { ApiClient } from './api-client.ts';
import { inOrder } from './in-order.ts';
import { integerAt, requiredListAt, stringAt, unexpectedValue } from './json-path.ts';

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

/** How many pages are asked for at a time. */
const concurrency = 8;

/**
 * The pages of a Cloud collection, in the server's order, from `path` until a page has no `next`. The values must tell
 * themselves apart (hold a name), since a page that comes again is found by them.
 *
 * Cloud's links are opaque, so pages are asked for ahead only where the first page told how many values there are and
 * numbered its `next` plainly. Each page is then held against the link of the one before it, and at the first that differs
 * the links are followed one by one.
 * @param enough ask ahead for no more pages than hold so many values
 * @throws {BitbranchError} `server` when a page is malformed, comes again, or its `next` leads away from the API's own origin.
 */
export async function* readPages(
  api: JsonApi,
  path: string,
  enough = Number.POSITIVE_INFINITY,
): AsyncGenerator<ListPage, void, void> {
  const seen = new Set<string>();
  function read(document: unknown): LinkedPage {
    const values = requiredListAt(document, ['values']);
    if (values.length > 0) refuseRepetition(seen, fingerprint(values));
    const next = stringAt(document, ['next']);
    return { values, next, hasMore: next !== null, total: integerAt(document, ['size']) };
  }

  refuseRepetition(seen, path);
  const first = await api.getJson(path);
  let page = read(first);
  yield page;
  const plan = planOfPages(first, page.next, enough);
  const ahead = inOrder(plan.urls(), concurrency, (url) => api.getJson(url));
  try {
    for (const url of plan.urls()) {
      if (page.next !== url) break;
      refuseRepetition(seen, url);
      const { value } = await ahead.next();
      page = read(value);
      yield page;
    }
  } finally {
    await ahead.return();
  }
  while (page.next !== null) {
    refuseRepetition(seen, page.next);
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

/** Tells pages apart by their edges, so that a long page costs no more than a short one. */
export function fingerprint(values: readonly unknown[]): string {
  try {
    return JSON.stringify([values.length, values[0], values.at(-1)]);
  } catch {
    // What JSON can't write after it was JSON is nested deeper than the stack is high.
    throw unexpectedValue(['values'], values, 'a list of plain values');
  }
}

/**
 * @param seen digests of what came before
 * @throws {BitbranchError} `server` for an address or a fingerprint of a page that was seen before.
 */
export function refuseRepetition(seen: Set<string>, urlOrFingerprint: string): void {
  // Lists may be endless and fingerprints long: so many bytes are kept of each, and no more.
  const digest = createHash('sha256').update(urlOrFingerprint).digest('base64');
  if (seen.has(digest)) {
    throw new BitbranchError(
      'server',
      'The host sent a page of the list that it had sent before, so the list would never end.',
      { hint: 'The list may have changed while it was read: run the command again.' },
    );
  }
  seen.add(digest);
}
