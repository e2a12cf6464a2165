import { BitbranchError } from '../errors.ts';
import type { Host } from './hosts.ts';
import { requiredListAt, stringAt } from './json-path.ts';

/** What a listing needs of the API client. */
export interface JsonApi {
  /** The JSON document at a path below the host's API URL, or at an absolute URL, which is sent as it stands. */
  getJson(pathOrUrl: string): Promise<unknown>;
}

/**
 * The values of every page of a Cloud collection, page by page in the server's order, from `path` until a page has no
 * `next`. The values must tell themselves apart (hold a name), since a page that comes again is found by them.
 * @throws {BitbranchError} `server` when a page is malformed, comes again, or points away from the API's own origin.
 */
export async function* readPages(
  api: JsonApi,
  host: Host,
  path: string,
): AsyncGenerator<readonly unknown[], void, void> {
  const seenUrls = new Set([host.apiUrl + path]);
  const seenPages = new Set<string>();
  for (let url: string | null = path; url !== null; ) {
    const page = await api.getJson(url);
    const values = requiredListAt(page, ['values']);
    refuseRepetition(seenPages, fingerprint(values));
    yield values;

    url = stringAt(page, ['next']);
    if (url === null) return;
    refuseOtherOrigin(url, host);
    refuseRepetition(seenUrls, url);
  }
}

/** Tells pages apart by their edges, so that it costs the same for every page length; null for an empty page. */
function fingerprint(values: readonly unknown[]): string | null {
  return values.length === 0 ? null : JSON.stringify([values.length, values[0], values.at(-1)]);
}

function refuseRepetition(seen: Set<string>, key: string | null): void {
  if (key === null) return;
  if (seen.has(key)) {
    throw new BitbranchError(
      'server',
      'The host sent a page of the list that it had sent before, so the list would never end.',
      { hint: 'The list may have changed while it was read: run the command again.' },
    );
  }
  seen.add(key);
}

/** A credential goes with every request: a link must not be able to send it elsewhere. */
function refuseOtherOrigin(link: string, host: Host): void {
  const url = URL.canParse(link) ? new URL(link) : null;
  if (url?.origin === new URL(host.apiUrl).origin && url.username === '' && url.password === '') {
    return;
  }
  const target = url === null || url.origin === 'null' ? 'no web address' : url.origin;
  throw new BitbranchError(
    'server',
    `The list's link to its next page was not followed: it leads to ${target}, not to ${host.apiUrl}.`,
    {
      hint: 'Check that the host is the Bitbucket that you mean, and that no proxy rewrites its answers.',
    },
  );
}
