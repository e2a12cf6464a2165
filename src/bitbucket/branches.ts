import type { Branch, BranchQuery } from './branch.ts';
import { listCloudBranches } from './cloud-branches.ts';
import { listDataCenterBranches } from './data-center-branches.ts';
import type { Host } from './hosts.ts';
import type { JsonApi } from './pagination.ts';
import type { Repository } from './repository-reference.ts';

/**
 * The branches of a repository, page by page, in the server's order.
 * @throws {BitbranchError} whatever the API client throws; `server` when an answer can't be understood.
 */
export function listBranches(
  api: JsonApi,
  host: Host,
  repository: Repository,
  query: BranchQuery,
): AsyncIterable<readonly Branch[]> {
  return host.kind === 'cloud'
    ? listCloudBranches(api, repository, query)
    : listDataCenterBranches(api, host, repository, query);
}
