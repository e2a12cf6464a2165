import type { Branch, BranchField } from './branch.ts';
import type { BranchQuery } from './branch-query.ts';
import { nameTest } from './name-globs.ts';

type Test = (branch: Branch) => boolean;

/** What of a query can be told by the branches themselves, whether the host was asked for it or not. */
export type SelectionHere = Pick<BranchQuery, 'match' | 'author' | 'newerThanMs' | 'olderThanMs'>;

/** Null where nothing is to be selected. */
export async function branchTest({
  match = [],
  author,
  newerThanMs,
  olderThanMs,
}: SelectionHere): Promise<Test | null> {
  const tests: Test[] = [];
  if (match.length > 0) {
    const isNameWanted = await nameTest(match);
    tests.push(({ name }) => isNameWanted(name));
  }
  if (author !== undefined) {
    const part = author.toLowerCase();
    tests.push((branch) => branch.author?.toLowerCase().includes(part) ?? false);
  }
  if (newerThanMs !== undefined)
    tests.push(({ date }) => date !== null && Date.parse(date) > newerThanMs);
  if (olderThanMs !== undefined)
    tests.push(({ date }) => date !== null && Date.parse(date) < olderThanMs);
  return tests.length === 0 ? null : (branch) => tests.every((test) => test(branch));
}

/** The fields that {@link branchTest} looks at. */
export function fieldsTested({ author, newerThanMs, olderThanMs }: SelectionHere): BranchField[] {
  return [
    ...(author === undefined ? [] : ['author' as const]),
    ...(newerThanMs === undefined && olderThanMs === undefined ? [] : ['date' as const]),
  ];
}
