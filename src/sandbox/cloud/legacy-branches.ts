import type { Branch } from '../repositories/repository.ts';

/** A commit as the REST API 1.0 told it. */
export interface LegacyChangeset {
  /** The first 12 of the 40 hexadecimal digits of `raw_node`. */
  readonly node: string;
  readonly raw_node: string;
  readonly branch: string;
  readonly author: string;
  readonly raw_author: string;
  /** `YYYY-MM-DD hh:mm:ss`, in the time zone of the server, which here is UTC. */
  readonly timestamp: string;
  /** The same with `+00:00`. */
  readonly utctimestamp: string;
  readonly parents: readonly string[];
  readonly files: readonly { readonly file: string; readonly type: string }[];
  readonly message: string;
  readonly revision: null;
  readonly size: number;
}

export function legacyChangeset({ name, target }: Branch): LegacyChangeset {
  const timestamp = new Date(target.date).toISOString().slice(0, 19).replace('T', ' ');
  return {
    node: shortNode(target.hash),
    raw_node: target.hash,
    branch: name,
    author: target.author.raw.replace(/ <.*$/, ''),
    raw_author: target.author.raw,
    timestamp,
    utctimestamp: `${timestamp}+00:00`,
    parents: target.parents.map(shortNode),
    files: [],
    message: target.message,
    revision: null,
    size: -1,
  };
}

function shortNode(hash: string): string {
  return hash.slice(0, 12);
}
