import type { Branch } from './branch.ts';
import type { BranchSort } from './branch-query.ts';
import { compareDates, compareText } from './row-order.ts';

/**
 * The order of `sort`, the same for every kind of host: names by code points; dates by the second, branches of one second by their
 * names, ascending. Cloud's own order of names counts digits as numbers, Data Center's order of dates is by those of the
 * committers, which are not the ones listed: so neither is asked for.
 */
export function branchOrder({ key, descending }: BranchSort) {
  const direction = descending ? -1 : 1;
  return key === 'name'
    ? (one: Branch, other: Branch) => direction * compareText(one.name, other.name)
    : (one: Branch, other: Branch) =>
        compareDates(one.date, other.date, descending) || compareText(one.name, other.name);
}
