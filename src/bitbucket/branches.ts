import { BitbranchError } from '../errors.ts';
import type { Branch, BranchQuery } from './branch.ts';
import { listCloudBranches } from './cloud-branches.ts';
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
  if (host.kind === 'cloud') return listCloudBranches(api, repository, query);
  throw new BitbranchError(
    'usage',
    `Branches of a Data Center host (${host.name}) can't be listed yet.`,
    {
      hint: 'If the host speaks the API of Bitbucket Cloud, add --kind cloud.',
    },
  );
}
