import { createHash } from 'node:crypto';
import { BitbranchError } from '../errors.ts';
import { unexpectedValue } from './json-path.ts';

/** What a host sends of one list, held against what it sent before, so that no list is read for ever. */
export interface EndlessListGuard {
  /** @throws {BitbranchError} `server` for an address that was asked before */
  address(url: string): void;
  /** @throws {BitbranchError} `server` for values of a page that came before, and for too many empty pages in a row */
  values(values: readonly unknown[]): void;
}

/** Data Center may filter out whole pages; so many in a row are no list that ever ends. */
const mostEmptyPages = 100;

export function endlessListGuard(): EndlessListGuard {
  const seen = new Set<string>();
  let emptyPages = 0;

  function refuseRepetition(urlOrFingerprint: string): void {
    // Lists may be endless and fingerprints long: so many bytes are kept of each, and no more.
    const digest = createHash('sha256').update(urlOrFingerprint).digest('base64');
    if (seen.has(digest)) throw endless('a page of the list that it had sent before');
    seen.add(digest);
  }

  return {
    address: refuseRepetition,
    values(values) {
      emptyPages = values.length === 0 ? emptyPages + 1 : 0;
      if (emptyPages > mostEmptyPages) throw endless(`${emptyPages} empty pages in a row`);
      if (values.length > 0) refuseRepetition(fingerprint(values));
    },
  };
}

/** Tells pages apart by their edges, so that a long page costs no more than a short one. */
function fingerprint(values: readonly unknown[]): string {
  try {
    return JSON.stringify([values.length, values[0], values.at(-1)]);
  } catch {
    // What JSON can't write after it was JSON is nested deeper than the stack is high.
    throw unexpectedValue(['values'], values, 'a list of plain values');
  }
}

function endless(what: string): BitbranchError {
  return new BitbranchError('server', `The host sent ${what}, so the list would never end.`, {
    hint: 'The list may have changed while it was read: run the command again.',
  });
}
