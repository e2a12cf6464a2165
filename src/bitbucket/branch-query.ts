import type { Branch, BranchField } from './branch.ts';
import type { LimitedPage } from './row-pages.ts';

/** Which branches to list, what of them, and in which order; a branch is listed when all that is given applies to it. */
export interface BranchQuery {
  /** The fields that will be used: the host is asked for no others (`repository` and `name` are always there). */
  readonly fields: readonly BranchField[];
  /**
   * Globs for the name. A leading `!` takes out what it matches. They are applied in order, so that the last one that matches
   * decides; where the first one takes out, all other branches are in.
   */
  readonly match?: readonly string[] | undefined;
  /** In Cloud's filter language, handed through to it. Data Center has no such language. */
  readonly query?: string | undefined;
  /** A part of the author's name, in either case. */
  readonly author?: string | undefined;
  /** Latest commit after this moment, in milliseconds since 1970. */
  readonly newerThanMs?: number | undefined;
  /** Latest commit before this moment, in milliseconds since 1970. */
  readonly olderThanMs?: number | undefined;
  /** Name of a branch that holds every commit of the branches wanted; it is not listed itself. */
  readonly mergedInto?: string | undefined;
  /** Without it the server's order is kept. */
  readonly sort?: BranchSort | undefined;
  /** So many at most; at least 1. */
  readonly limit?: number | undefined;
}

export interface BranchSort {
  readonly key: 'name' | 'date';
  readonly descending: boolean;
}

export type BranchPage = LimitedPage<Branch>;
