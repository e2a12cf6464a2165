import { ApiError } from '../api-error.ts';
import type { Branch, LazyList, Refs, Repository } from '../repositories/repository.ts';

const metadataOf = 'com.atlassian.bitbucket.server.bitbucket-branch';

export interface RefAnswer {
  readonly id: string;
  readonly displayId: string;
  readonly type: 'BRANCH';
}

export function refAnswer(name: string): RefAnswer {
  return { id: `refs/heads/${name}`, displayId: name, type: 'BRANCH' };
}

/** A branch as it is sent: the published schema calls the flag `default`, servers send `isDefault`. */
export function branchAnswer({ name, target }: Branch, { mainBranch }: Refs) {
  return {
    ...refAnswer(name),
    latestCommit: target.hash,
    latestChangeset: target.hash,
    isDefault: name === mainBranch,
  };
}

/** What `details=true` adds to a branch; how far it is ahead and behind only where git can tell. */
export async function detailsAnswer(repository: Repository, { target }: Branch, base: Branch) {
  const distance = await repository.distance(base.target.hash, target.hash);
  return {
    metadata: {
      [`${metadataOf}:latest-commit-metadata`]: commitAnswer(target),
      ...(distance !== null && {
        [`${metadataOf}:ahead-behind-metadata-provider`]: distance,
      }),
    },
  };
}

function commitAnswer({ hash, date, message, author, parents }: Branch['target']) {
  const [, name = author.raw, emailAddress = ''] = /^(.*) <(.*)>$/.exec(author.raw) ?? [];
  const person = { name, emailAddress };
  const timestamp = Date.parse(date);
  return {
    id: hash,
    displayId: shortId(hash),
    author: person,
    authorTimestamp: timestamp,
    committer: person,
    committerTimestamp: timestamp,
    // Data Center strips what git keeps at the end.
    message: message.trimEnd(),
    parents: parents.map((parent) => ({ id: parent, displayId: shortId(parent) })),
  };
}

function shortId(hash: string): string {
  return hash.slice(0, 11);
}

/** The last order by time of a list, so that the next page is not sorted anew. A list that may have changed is another object. */
const newestFirst = new WeakMap<object, readonly number[]>();

/** @throws {ApiError} 400 for an order that there is not */
export function inOrder(branches: LazyList<Branch>, order: string | null): LazyList<Branch> {
  if (order === null || order === 'ALPHABETICAL') return branches;
  if (order !== 'MODIFICATION') {
    throw new ApiError(400, `"${order}" is neither ALPHABETICAL nor MODIFICATION.`);
  }
  const positions = newestFirst.get(branches) ?? sortedByTime(branches);
  newestFirst.set(branches, positions);
  return { size: branches.size, at: (index) => branches.at(positions[index] ?? branches.size) };
}

function sortedByTime(branches: LazyList<Branch>): readonly number[] {
  const times = Array.from({ length: branches.size }, (_, position) =>
    Date.parse(branches.at(position).target.date),
  );
  return [...times.keys()].sort((a, b) => (times[b] ?? 0) - (times[a] ?? 0));
}

/** `filterText`: a part of the name, in either case. */
export function nameFilter(filterText: string | null): (branch: Branch) => boolean {
  const part = (filterText ?? '').toLowerCase();
  return ({ name }) => name.toLowerCase().includes(part);
}
