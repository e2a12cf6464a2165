import type { BranchQuery } from '../../bitbucket/branch-query.ts';
import type { Arguments } from '../arguments.ts';
import { parseMomentMs } from '../duration.ts';
import { sortOption } from './list-options.ts';

/** What `--sort` takes for branches. */
export const branchSortKeys = ['name', 'date'] as const;

/**
 * Which branches argv asks for, and in which order.
 * @param nowMs what `--newer` and `--older` count back from
 * @throws {BitbranchError} `usage`
 */
export function branchSelection(
  args: Arguments,
  nowMs: number,
): Omit<BranchQuery, 'fields' | 'limit'> {
  const moment = (flag: 'newer' | 'older') => {
    const text = args.value(flag);
    return text === undefined ? undefined : parseMomentMs(flag, text, nowMs);
  };
  return {
    match: args.has('match') ? args.values('match') : undefined,
    query: args.value('query'),
    author: args.value('author'),
    newerThanMs: moment('newer'),
    olderThanMs: moment('older'),
    mergedInto: args.value('merged-into'),
    sort: sortOption(args, branchSortKeys),
  };
}
