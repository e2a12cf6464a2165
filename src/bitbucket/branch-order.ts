import type { Branch } from './branch.ts';
import type { BranchSort } from './branch-query.ts';

export type Compare = (one: Branch, other: Branch) => number;

/**
 * The order of `sort`, the same for every kind of host: names by code points, as git orders them; dates by the second, those
 * without one last in either direction, those of one second by their names, ascending.
 */
export function branchOrder({ key, descending }: BranchSort): Compare {
  const direction = descending ? -1 : 1;
  if (key === 'name') return (one, other) => direction * compareNames(one.name, other.name);
  return (one, other) => compareDates(one, other, direction) || compareNames(one.name, other.name);
}

/** Dates are all written alike, so that they sort as text. */
function compareDates({ date: one }: Branch, { date: other }: Branch, direction: number): number {
  if (one === other) return 0;
  if (one === null || other === null) return one === null ? 1 : -1;
  return direction * (one < other ? -1 : 1);
}

/** UTF-16 sorts by code points as well, but for surrogates, which stand for the highest of them and are not the highest units. */
function compareNames(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index += 1) {
    const difference = rank(one.charCodeAt(index)) - rank(other.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
