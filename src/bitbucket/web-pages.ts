import { dataCenterProjectPath, dataCenterWebPath } from './data-center-paths.ts';
import type { Host } from './hosts.ts';
import type { Repository } from './repository-reference.ts';

/** The page that lists a repository's branches. */
export function branchesPageUrl(host: Host, repository: Repository): string {
  if (host.kind === 'datacenter') return `${host.url}/${dataCenterWebPath(repository)}/branches`;
  const [workspace, slug] = [repository.workspace, repository.slug].map(encodeURIComponent);
  return `${host.url}/${workspace}/${slug}/branches/`;
}

/** The page that lists the repositories of a workspace, on Data Center of a project. */
export function repositoriesPageUrl(host: Host, workspaceOrProject: string): string {
  return host.kind === 'datacenter'
    ? `${host.url}/${dataCenterProjectPath(workspaceOrProject)}`
    : `${host.url}/${encodeURIComponent(workspaceOrProject)}/workspace/repositories/`;
}
