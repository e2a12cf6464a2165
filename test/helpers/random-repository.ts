import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

export interface MadeBranch {
  readonly name: string;
  /** Name of the author and committer. */
  readonly author: string;
  /** Seconds since 1970. */
  readonly time: number;
  /** Whether `main`, which is made last, has its commit. */
  readonly isMerged: boolean;
}

/** A bare git repository with these branches and `main`; it goes with the test. */
export function makeRepository(
  t: Pick<TestContext, 'after'>,
  branches: readonly MadeBranch[],
): string {
  const path = mkdtempSync(join(tmpdir(), 'bitbranch-test-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', path]);
  const commits = branches.map(({ name, author, time }, index) =>
    commit({ name, author, time }, index),
  );
  const merges = branches.flatMap(({ isMerged }, index) =>
    isMerged ? [`merge :${index + 1}`] : [],
  );
  const main = { name: 'main', author: 'Main Tainer', time: 1_700_000_000 };
  const input = [...commits, commit(main, branches.length, merges)].join('');
  execFileSync('git', ['-C', path, 'fast-import', '--quiet'], { input });
  return path;
}

function commit(
  { name, author, time }: Pick<MadeBranch, 'name' | 'author' | 'time'>,
  index: number,
  merges: readonly string[] = [],
): string {
  const person = `${author} <someone@example.com> ${time} +0000`;
  const message = `Change ${index}`;
  // The first one has no parent in either case, so that every branch has a history of its own.
  const [first, ...others] = merges;
  const parents = first === undefined ? [] : [first.replace('merge', 'from'), ...others];
  return [
    `commit refs/heads/${name}`,
    `mark :${index + 1}`,
    `author ${person}`,
    `committer ${person}`,
    `data ${Buffer.byteLength(message)}`,
    message,
    ...parents,
    '',
    '',
  ].join('\n');
}
