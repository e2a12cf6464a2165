import { dataCenterWebPath } from './data-center-paths.ts';
import type { Host } from './hosts.ts';
import type { Repository } from './repository-reference.ts';

/** The page that lists a repository's branches. */
export function branchesPageUrl(host: Host, repository: Repository): string {
  if (host.kind === 'datacenter') return `${host.url}/${dataCenterWebPath(repository)}/branches`;
  const [workspace, slug] = [repository.workspace, repository.slug].map(encodeURIComponent);
  return `${host.url}/${workspace}/${slug}/branches/`;
}
