import { ApiError } from '../api-error.ts';
import type { Refs, Repository } from '../repositories/repository.ts';

/**
 * The newest commit that is in `include` and not in `exclude`, each a hash or the name of a branch: as much of Cloud's list
 * of commits as it takes to learn whether one is merged into the other.
 * @throws {ApiError} 400 for another question, 404 for a branch that there is not
 */
export async function newestCommit(repository: Repository, { searchParams }: URL) {
  if (searchParams.get('pagelen') !== '1') {
    throw new ApiError(400, 'The sandbox tells the newest commit only: ask for pagelen=1.');
  }
  const refs = await repository.refs();
  const included = hashOf(searchParams.get('include'), refs);
  const excluded = hashOf(searchParams.get('exclude'), refs);
  const distance = await repository.distance(excluded, included);
  const isIncluded = included !== excluded && distance?.ahead !== 0;
  return { values: isIncluded ? [{ type: 'commit', hash: included }] : [], pagelen: 1 };
}

function hashOf(revision: string | null, { branches }: Refs): string {
  if (revision === null) throw new ApiError(400, 'include and exclude are both needed here.');
  if (/^[0-9a-f]{40}$/.test(revision)) return revision;
  const branch = branches.find(revision);
  if (branch === undefined) throw new ApiError(404, `Commit not found: ${revision}`);
  return branch.target.hash;
}
