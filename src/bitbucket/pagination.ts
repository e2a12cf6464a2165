import { BitbranchError } from '../errors.ts';
import type { ApiClient } from './api-client.ts';
import { requiredListAt, stringAt } from './json-path.ts';

/** What a listing needs of the API client, which sends nothing to another origin than the API's own. */
export type JsonApi = Pick<ApiClient, 'getJson'>;

/**
 * The values of every page of a Cloud collection, page by page in the server's order, from `path` until a page has no
 * `next`. The values must tell themselves apart (hold a name), since a page that comes again is found by them.
 * @throws {BitbranchError} `server` when a page is malformed, comes again, or its `next` leads away from the API's own origin.
 */
export async function* readPages(
  api: JsonApi,
  path: string,
): AsyncGenerator<readonly unknown[], void, void> {
  const seen = new Set<string>();
  for (let url: string | null = path; url !== null; ) {
    refuseRepetition(seen, url);
    const page = await api.getJson(url);
    const values = requiredListAt(page, ['values']);
    if (values.length > 0) refuseRepetition(seen, fingerprint(values));
    yield values;
    url = stringAt(page, ['next']);
  }
}

/** Tells pages apart by their edges, so that a long page costs no more than a short one. */
export function fingerprint(values: readonly unknown[]): string {
  return JSON.stringify([values.length, values[0], values.at(-1)]);
}

/** @throws {BitbranchError} `server` for an address or a fingerprint of a page that was seen before. */
export function refuseRepetition(seen: Set<string>, urlOrFingerprint: string): void {
  if (seen.has(urlOrFingerprint)) {
    throw new BitbranchError(
      'server',
      'The host sent a page of the list that it had sent before, so the list would never end.',
      { hint: 'The list may have changed while it was read: run the command again.' },
    );
  }
  seen.add(urlOrFingerprint);
}
