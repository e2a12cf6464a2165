import { BitbranchError } from '../errors.ts';
import type { ListingNotices } from './listing-notices.ts';
import { compareDates } from './row-order.ts';

/** What one request brought, in the program's own form. */
export interface RowPage<Row> {
  readonly rows: readonly Row[];
  /** Whether rows may follow on another page. */
  readonly hasMore: boolean;
  /** How many rows the host counts on all pages; null where it does not tell. */
  readonly total: number | null;
}

/**
 * Notices that a list changes while it is read: when the host counts other rows than before or than it sends, or when a page
 * begins with rows of the page before, pushed on by new ones. Rows that come again are left out; the person is told, once, that others
 * may be missing.
 * @param nameOf what tells a row apart; null where nothing does
 */
export async function* withoutRepeatedRows<Row>(
  pages: AsyncIterable<RowPage<Row>>,
  {
    nameOf,
    what,
    notices,
  }: { nameOf(row: Row): string | null; what: string; notices: ListingNotices },
): AsyncGenerator<RowPage<Row>, void, void> {
  let namesBefore: ReadonlySet<string | null> = new Set();
  let firstTotal: number | null = null;
  let count = 0;
  let isTold = false;
  async function tellIf(hasChanged: boolean): Promise<void> {
    if (!hasChanged || isTold) return;
    isTold = true;
    await notices.onWarning?.(
      `${what} changed while they were listed, so that some may be missing: run the command again to be sure.`,
    );
  }

  for await (const page of pages) {
    const names = new Set(namesBefore);
    const rows = page.rows.filter((row) => {
      const name = nameOf(row);
      return name === null || names.size < names.add(name).size;
    });
    firstTotal ??= page.total;
    count += page.rows.length;
    const isTotalOther = page.total !== null && page.total !== firstTotal;
    await tellIf(rows.length < page.rows.length || isTotalOther);
    yield { ...page, rows };
    namesBefore = new Set(page.rows.map(nameOf));
  }
  await tellIf(firstTotal !== null && count !== firstTotal);
}

/** Only the rows wanted. */
export async function* rowsWanted<Row>(
  pages: AsyncIterable<RowPage<Row>>,
  isWanted: (row: Row) => boolean,
): AsyncGenerator<RowPage<Row>, void, void> {
  for await (const page of pages) yield { ...page, rows: page.rows.filter(isWanted) };
}

/**
 * Rows that the host was asked to sort by their dates, held to that order. A host whose first page shows that it does not sort is
 * asked for all of them, and they are sorted here. Rows without a date are passed over, since hosts differ in where they put them.
 * @param pages as the host says that it sorted them
 * @param order.dateOf ISO 8601, all written alike
 * @param order.what names the rows
 * @param order.inAnyOrder all rows, not sorted
 * @throws {BitbranchError} `server` for a later page in another order: what was sent before it would be a wrong list
 */
export async function* sortedByHost<Row>(
  pages: AsyncIterable<RowPage<Row>>,
  {
    dateOf,
    descending,
    what,
    inAnyOrder,
  }: {
    dateOf(row: Row): string | null;
    descending: boolean;
    what: string;
    inAnyOrder(): AsyncIterable<RowPage<Row>>;
  },
): AsyncGenerator<RowPage<Row>, void, void> {
  const compare = (one: string | null, other: string | null) =>
    compareDates(one, other, descending);
  let before: readonly string[] = [];
  let isFirst = true;
  for await (const page of pages) {
    const dates = [...before, ...page.rows.map(dateOf).filter((date) => date !== null)];
    if (dates.some((date, index) => compare(dates[index - 1] ?? date, date) > 0)) {
      if (!isFirst) throw notSorted(what);
      yield* sortedRows(inAnyOrder(), (one, other) => compare(dateOf(one), dateOf(other)));
      return;
    }
    before = dates.slice(-1);
    isFirst = false;
    yield page;
  }
}

function notSorted(what: string): BitbranchError {
  return new BitbranchError(
    'server',
    `${what} do not come in the order of their dates, which the host was asked for.`,
    {
      hint: 'They may have changed while they were read: run the command again, or leave --sort out.',
    },
  );
}

/** All rows in another order, once the last one was read. */
export async function* sortedRows<Row>(
  pages: AsyncIterable<RowPage<Row>>,
  compare: (one: Row, other: Row) => number,
): AsyncGenerator<RowPage<Row>, void, void> {
  const rows = await allRows(pages);
  yield { rows: rows.sort(compare), hasMore: false, total: rows.length };
}

export async function allRows<Row>(pages: AsyncIterable<RowPage<Row>>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const { rows } of pages) all.push(...rows);
  return all;
}

/**
 * Rows that the host has sorted, those that it holds to be equal put into the order of `compare` as well. The last ones of a page
 * are kept back until it is known whether the next page has more of their kind.
 * @param isEqual whether the host holds two rows to be equal
 */
export async function* refinedOrder<Row>(
  pages: AsyncIterable<RowPage<Row>>,
  compare: (one: Row, other: Row) => number,
  isEqual: (one: Row, other: Row) => boolean,
): AsyncGenerator<RowPage<Row>, void, void> {
  let keptBack: Row[] = [];
  for await (const page of pages) {
    const rows = [...keptBack, ...page.rows].sort(compare);
    const last = rows.at(-1);
    const end =
      page.hasMore && last !== undefined
        ? rows.findIndex((row) => isEqual(row, last))
        : rows.length;
    yield { ...page, rows: rows.slice(0, end) };
    keptBack = rows.slice(end);
  }
}

/** A page of a list as it is asked for. */
export interface LimitedPage<Row> {
  readonly rows: readonly Row[];
  /**
   * Whether the limit left something out after these rows, or may have: what a page holds that was not read is not known where
   * the program itself selects.
   */
  readonly isCut: boolean;
}

/**
 * The first `limit` rows.
 * @param surplus fields that were needed on the way only; they become null
 */
export async function* limitedRows<Row>(
  pages: AsyncIterable<RowPage<Row>>,
  limit = Number.POSITIVE_INFINITY,
  surplus: readonly (keyof Row & string)[] = [],
): AsyncGenerator<LimitedPage<Row>, void, void> {
  const emptied = Object.fromEntries(surplus.map((field) => [field, null]));
  let room = limit;
  for await (const page of pages) {
    const rows = page.rows.slice(0, room);
    room -= rows.length;
    yield {
      rows: surplus.length === 0 ? rows : rows.map((row) => ({ ...row, ...emptied })),
      isCut: room === 0 && (rows.length < page.rows.length || page.hasMore),
    };
    if (room === 0) return;
  }
}
