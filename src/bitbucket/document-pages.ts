import { booleanAt, integerAt, stringAt } from './json-path.ts';

/**
 * Where the page after this one is, by what both kinds of host say in their documents: Cloud's `next`, Data Center's
 * `nextPageStart`. Null after the last page.
 * @param address path or URL of this page
 * @throws {BitbranchError} `server` when what should say it is something else
 */
export function nextPageAddress(page: unknown, address: string): string | null {
  const next = stringAt(page, ['next']);
  if (next !== null) return next;
  const start = integerAt(page, ['nextPageStart']);
  const isLast = booleanAt(page, ['isLastPage']) ?? true;
  return isLast || start === null ? null : withStart(address, start);
}

/** Everything else in the query stays as it was written. */
function withStart(address: string, start: number): string {
  const [path = '', query = ''] = address.split(/\?(.*)/s);
  const kept = query.split('&').filter((part) => part !== '' && !part.startsWith('start='));
  return `${path}?${[...kept, `start=${start}`].join('&')}`;
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

/** The members of a page beside its values that are true of all pages together. */
export function wholeMembers(page: object, valueCount: number): Readonly<Record<string, unknown>> {
  const kept = Object.entries(page).filter(([name]) => !pageMembers.has(name));
  return {
    ...Object.fromEntries(kept),
    size: valueCount,
    ...('isLastPage' in page ? { isLastPage: true } : {}),
  };
}
