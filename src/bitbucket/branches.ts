import type { Branch } from './branch.ts';
import type { BranchPage, BranchQuery } from './branch-query.ts';
import { listCloudBranches } from './cloud-branches.ts';
import { listDataCenterBranches } from './data-center-branches.ts';
import type { Host } from './hosts.ts';
import type { JsonApi } from './pagination.ts';
import type { Repository } from './repository-reference.ts';

/**
 * The branches of a repository that the query asks for, as they arrive.
 * @throws {BitbranchError} whatever the API client throws; `server` when an answer can't be understood.
 */
export async function* listBranches(
  api: JsonApi,
  host: Host,
  repository: Repository,
  query: BranchQuery,
): AsyncGenerator<BranchPage, void, void> {
  const pages: AsyncIterable<readonly Branch[]> =
    host.kind === 'cloud'
      ? listCloudBranches(api, repository, query)
      : listDataCenterBranches(api, host, repository, query);
  let room = query.limit ?? Number.POSITIVE_INFINITY;
  for await (const page of pages) {
    const rows = page.slice(0, room);
    room -= rows.length;
    yield { rows, isCut: rows.length < page.length };
    if (room === 0) return;
  }
}
