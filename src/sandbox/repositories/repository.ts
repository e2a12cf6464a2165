import { hash } from 'node:crypto';

/** A branch as the sources know it; the names are those of Bitbucket's answers, so that `q` and `sort` can walk them. */
export interface Branch {
  readonly name: string;
  readonly target: {
    /** 40 hexadecimal digits. */
    readonly hash: string;
    /** ISO 8601 with an offset. */
    readonly date: string;
    readonly message: string;
    /** `Name <email>`. */
    readonly author: { readonly raw: string };
    readonly parents: readonly string[];
  };
}

/** A list whose items are made when they are asked for; `at` takes positions from 0 to `size - 1`. */
export interface LazyList<Item> {
  readonly size: number;
  at(position: number): Item;
}

export interface BranchList extends LazyList<Branch> {
  find(name: string): Branch | undefined;
}

/** The branches in the order of their names, and which of them is the main one. */
export interface Refs {
  readonly branches: BranchList;
  /** Null when the repository is empty or its HEAD leads nowhere. */
  readonly mainBranch: string | null;
}

export interface Repository {
  /** `workspace/slug`. */
  readonly fullName: string;
  /** What git clones; null for one that is made up. */
  readonly directory: RepositoryDirectory | null;
  refs(): Promise<Refs>;
  /** How many commits each of two commits has that the other lacks; null where there is no history to count in. */
  distance(baseHash: string, hash: string): Promise<Distance | null>;
}

export interface RepositoryDirectory {
  /** Absolute path. */
  readonly path: string;
  readonly acceptsPushes: boolean;
}

export interface Distance {
  readonly ahead: number;
  readonly behind: number;
}

export function lazyList<Item>(items: readonly Item[]): LazyList<Item> {
  return {
    size: items.length,
    at(position) {
      const item = items[position];
      if (item === undefined) throw new RangeError(`no item at position ${position}`);
      return item;
    },
  };
}

/** The same UUID for the same name, in the braces that Bitbucket puts around it. */
export function uuidFrom(name: string): string {
  const hex = hash('sha1', name);
  const groups = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
  ];
  return `{${[...groups, hex.slice(20, 32)].join('-')}}`;
}
