import type { ApiAnswer, ApiClient, ApiRequest } from '../../bitbucket/api-client.ts';
import { nextPageAddress, wholeMembers } from '../../bitbucket/document-pages.ts';
import { requiredListAt, unexpectedValue } from '../../bitbucket/json-path.ts';
import type { Output } from '../../context.ts';
import { BitbranchError, toBitbranchError } from '../../errors.ts';
import { escapeMisleading, unicodeEscape } from '../output/escape.ts';

/**
 * Prints one JSON document: the first page with the values of all pages in it, as they arrive. What is no page is printed as it
 * is. The document is valid even when a later page fails.
 * @param first the answer to the request, a success
 * @throws {BitbranchError} `incomplete` when a later page fails
 */
export async function printAllPages(
  first: ApiAnswer,
  request: ApiRequest,
  api: Pick<ApiClient, 'request'>,
  stdout: Output,
): Promise<void> {
  const text = await first.response.text();
  const firstPage = parsed(text);
  if (!isPage(firstPage)) return stdout.write(text);

  let count = 0;
  let failure: BitbranchError | null = null;
  await stdout.write('{"values":[');
  for await (const step of pagesFrom(firstPage, request, api)) {
    if (step instanceof BitbranchError) {
      failure = step;
    } else {
      const separators = step.map((_value, index) => (count + index === 0 ? '\n' : ',\n'));
      await stdout.write(step.map((value, index) => separators[index] + value).join(''));
      count += step.length;
    }
  }
  await stdout.write(`\n],${json(wholeMembers(firstPage, count)).slice(1)}\n`);
  if (failure !== null) throw brokenOff(count, failure);
}

/** The values of each page, as JSON; last, if anything went wrong, what it was. */
async function* pagesFrom(
  firstPage: object,
  request: ApiRequest,
  api: Pick<ApiClient, 'request'>,
): AsyncGenerator<readonly string[] | BitbranchError, void, void> {
  const seen = new Set<string>();
  let page: unknown = firstPage;
  let address = request.pathOrUrl;
  try {
    for (;;) {
      yield requiredListAt(page, ['values']).map(json);
      seen.add(address);
      const next = nextPageAddress(page, address);
      if (next === null) return;
      if (seen.has(next)) throw endless();
      address = next;
      page = await readPage({ ...request, pathOrUrl: address }, api);
    }
  } catch (thrown) {
    yield toBitbranchError(thrown);
  }
}

async function readPage(request: ApiRequest, api: Pick<ApiClient, 'request'>): Promise<unknown> {
  const { response, failure } = await api.request(request);
  if (failure !== null) throw failure;
  return parsed(await response.text());
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
function json(value: unknown): string {
  try {
    return escapeMisleading(JSON.stringify(value), unicodeEscape);
  } catch {
    throw unexpectedValue(['values'], value, 'a plain value');
  }
}

function endless(): BitbranchError {
  return new BitbranchError(
    'server',
    'The host names a page that it had named before, so the list would never end.',
    { hint: 'The list may have changed while it was read: run the command again.' },
  );
}

function brokenOff(count: number, cause: BitbranchError): BitbranchError {
  const { message, hint } = cause;
  return new BitbranchError(
    'incomplete',
    `The document is incomplete, it broke off after ${count} values: ${message}`,
    { ...(hint === undefined ? {} : { hint }), cause },
  );
}
