import { answeredDocument } from '../../bitbucket/answered-document.ts';
import type { ApiAnswer, ApiClient, ApiRequest } from '../../bitbucket/api-client.ts';
import {
  isIdentified,
  nextPageAddress,
  totalFrom,
  wholeMembers,
} from '../../bitbucket/document-pages.ts';
import { endlessListGuard } from '../../bitbucket/endless-list.ts';
import type { Host } from '../../bitbucket/hosts.ts';
import { requiredListAt, unexpectedValue } from '../../bitbucket/json-path.ts';
import type { ListingNotices } from '../../bitbucket/listing-notices.ts';
import { type RowPage, withoutRepeatedRows } from '../../bitbucket/row-pages.ts';
import type { Output } from '../../context.ts';
import { BitbranchError, toBitbranchError } from '../../errors.ts';
import { counted } from '../output/counted.ts';
import { escapeMisleading, unicodeEscape } from '../output/escape.ts';

/** A value of a page. */
interface Value {
  readonly json: string;
  readonly isIdentified: boolean;
}

/**
 * Prints one JSON document: the first page with the values of all pages in it, as they arrive. JSON that is
 * no page is printed as it is. The document is valid even when a later page fails; before the first value nothing is printed.
 * @param first the answer to the request, a success
 * @throws {BitbranchError} `incomplete` when a page fails after the first value, what it failed with before that
 */
export async function printAllPages(
  first: ApiAnswer,
  request: ApiRequest,
  api: Pick<ApiClient, 'requestWhole'>,
  {
    host,
    stdout,
    notices,
    interrupted,
  }: { host: Host; stdout: Output; notices: ListingNotices; interrupted: AbortSignal },
): Promise<void> {
  const text = await first.response.text();
  const firstPage = answeredDocument(text, host, first.response.url);
  if (!isPage(firstPage)) return stdout.write(text);

  const pages = withoutRepeatedRows(pagesFrom(firstPage, request, api, host), {
    nameOf: (value) => (value.isIdentified ? value.json : null),
    what: `The values of ${new URL(first.response.url).pathname}`,
    notices,
  });
  const opening = '{"values":[';
  let count = 0;
  let failure: BitbranchError | null = null;
  for await (const step of pagesOrFailure(pages)) {
    if (step instanceof BitbranchError) {
      failure = step;
    } else {
      const before = (index: number) => (count + index === 0 ? `${opening}\n` : ',\n');
      await stdout.write(step.map(({ json }, index) => before(index) + json).join(''));
      count += step.length;
    }
  }
  if (failure !== null && count === 0) throw failure;
  const members = wholeMembers(firstPage, count, failure === null);
  try {
    await stdout.write(`${count === 0 ? opening : ''}\n],${toJson(members).slice(1)}\n`);
  } finally {
    // Though nobody may be there to read it any longer.
    interrupted.throwIfAborted();
  }
  if (failure !== null) throw brokenOff(count, failure);
}

/** The values of each page; last, if the host did anything wrong, what it was. */
async function* pagesOrFailure(
  pages: AsyncIterable<RowPage<Value>>,
): AsyncGenerator<readonly Value[] | BitbranchError, void, void> {
  try {
    for await (const { rows } of pages) yield rows;
  } catch (thrown) {
    yield toBitbranchError(thrown);
  }
}

async function* pagesFrom(
  firstPage: object,
  request: ApiRequest,
  api: Pick<ApiClient, 'requestWhole'>,
  host: Host,
): AsyncGenerator<RowPage<Value>, void, void> {
  const guard = endlessListGuard();
  const total = totalFrom(firstPage, request.pathOrUrl);
  let page: unknown = firstPage;
  let address = request.pathOrUrl;
  guard.address(address);
  for (;;) {
    const values = requiredListAt(page, ['values']);
    // Pages of values that nothing tells apart may be equal by chance.
    guard.values(values.every(isIdentified) ? values : [address]);
    const rows = values.map((value) => ({
      json: toJson(value),
      isIdentified: isIdentified(value),
    }));
    const next = nextPageAddress(page, address);
    yield { rows, hasMore: next !== null, total };
    if (next === null) return;
    guard.address(next);
    page = await readPage({ ...request, pathOrUrl: next }, api, host);
    address = next;
  }
}

async function readPage(
  request: ApiRequest,
  api: Pick<ApiClient, 'requestWhole'>,
  host: Host,
): Promise<unknown> {
  const { response, failure } = await api.requestWhole(request);
  if (failure !== null) throw failure;
  return answeredDocument(await response.text(), host, response.url);
}

function isPage(document: unknown): document is object {
  return (
    typeof document === 'object' &&
    document !== null &&
    'values' in document &&
    Array.isArray(document.values)
  );
}

/** @throws {BitbranchError} `server` for what was JSON and can't be written as JSON: it is nested too deeply. */
function toJson(value: unknown): string {
  try {
    return escapeMisleading(JSON.stringify(value), unicodeEscape);
  } catch {
    throw unexpectedValue(['values'], value, 'a plain value');
  }
}

function brokenOff(count: number, cause: BitbranchError): BitbranchError {
  const { message, hint } = cause;
  return new BitbranchError(
    'incomplete',
    `The document is incomplete, it broke off after ${counted(count, ['value', 'values'])}: ${message}`,
    { ...(hint === undefined ? {} : { hint }), cause },
  );
}
