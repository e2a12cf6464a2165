import type { BranchQuery } from './branch-query.ts';
import { isoSeconds } from './commit-text.ts';
import { namePartsWanted } from './name-globs.ts';

/** More than this would make the address longer than servers take. */
const longestNameCondition = 1_000;

/**
 * What of the query Cloud's filter language can say: the dates wholly, the globs by parts of the names, which finds more than they
 * match. Null where that is nothing.
 */
export function cloudBranchFilter({
  query,
  match,
  newerThanMs,
  olderThanMs,
}: BranchQuery): string | null {
  const conditions = [
    query,
    match && nameCondition(match),
    // Commits have whole seconds: rounded in these directions, the limits part them as the exact ones do.
    newerThanMs === undefined ? undefined : `target.date > ${instant(Math.floor, newerThanMs)}`,
    olderThanMs === undefined ? undefined : `target.date < ${instant(Math.ceil, olderThanMs)}`,
  ].filter((condition) => condition !== undefined);
  return allOf(conditions);
}

/** Null where there are no conditions. */
export function allOf(conditions: readonly string[]): string | null {
  if (conditions.length < 2) return conditions[0] ?? null;
  return conditions.map((condition) => `(${condition})`).join(' AND ');
}

function nameCondition(match: readonly string[]): string | undefined {
  const parts = namePartsWanted(match) ?? [];
  const condition = parts.map((part) => `name ~ "${part}"`).join(' OR ');
  return condition === '' || condition.length > longestNameCondition ? undefined : condition;
}

/** With an offset in digits, as in the documentation. */
function instant(round: (seconds: number) => number, timeMs: number): string {
  return isoSeconds(round(timeMs / 1000) * 1000).replace('Z', '+00:00');
}
