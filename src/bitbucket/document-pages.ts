import { nextStart } from './data-center-pagination.ts';
import { booleanAt, integerAt, stringAt } from './json-path.ts';

/**
 * Where the page after this one is, by what both kinds of host say in their documents: Cloud's `next`, Data Center's
 * `isLastPage` and `nextPageStart`. Null after the last page.
 * @param address path or URL of this page
 * @throws {BitbranchError} `server` when what should say it is missing or something else
 */
export function nextPageAddress(page: unknown, address: string): string | null {
  const next = stringAt(page, ['next']);
  if (next !== null) return next;
  const isUntold =
    booleanAt(page, ['isLastPage']) === null && integerAt(page, ['nextPageStart']) === null;
  const start = isUntold ? null : nextStart(page, startIn(address));
  return start === null ? null : withStart(address, start);
}

function startIn(address: string): number {
  const [, query] = address.split(/\?(.*)/s);
  return Number(new URLSearchParams(query).get('start')) || 0;
}

/** Everything else in the query stays as it was written. */
function withStart(address: string, start: number): string {
  const [path = '', query = ''] = address.split(/\?(.*)/s);
  const kept = query.split('&').filter((part) => part !== '' && !part.startsWith('start='));
  return `${path}?${[...kept, `start=${start}`].join('&')}`;
}

/**
 * How many values there are on this page and all after it; null where that is not told. Data Center's `size` is about the page.
 * @param address path or URL of the page: one after the first is not followed by as many as Cloud counts
 */
export function totalFrom(page: object, address: string): number | null {
  const isWhole = !('isLastPage' in page) && !/[?&]page=(?!1(?:&|$))/.test(address);
  const size = isWhole && 'size' in page ? Number(page.size) : Number.NaN;
  return Number.isSafeInteger(size) ? size : null;
}

/** Members by which the hosts tell things apart; a partial response may have left them out. */
const identifyingMembers = ['uuid', 'id', 'hash', 'full_name', 'name'];

/** Whether a value that comes again is the same thing once more, and not another one that looks alike. */
export function isIdentified(value: unknown): boolean {
  return typeof value === 'object' && value !== null
    ? identifyingMembers.some((member) => member in value)
    : typeof value === 'string';
}

/** What a page says of itself and not of the whole. */
const pageMembers = new Set([
  'values',
  'next',
  'previous',
  'page',
  'pagelen',
  'size',
  'start',
  'limit',
  'nextPageStart',
  'isLastPage',
]);

/**
 * The members of a page beside its values that are true of all pages together.
 * @param isComplete whether the last page was reached
 */
export function wholeMembers(
  page: object,
  valueCount: number,
  isComplete: boolean,
): Readonly<Record<string, unknown>> {
  const kept = Object.entries(page).filter(([name]) => !pageMembers.has(name));
  return {
    ...Object.fromEntries(kept),
    size: valueCount,
    ...('isLastPage' in page ? { isLastPage: isComplete } : {}),
  };
}
