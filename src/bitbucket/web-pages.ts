import type { Host } from './hosts.ts';
import type { Repository } from './repository-reference.ts';

/** The page that lists a repository's branches. */
export function branchesPageUrl(host: Host, { workspace, slug }: Repository): string {
  const [owner, name] = [workspace, slug].map(encodeURIComponent);
  if (host.kind === 'cloud') return `${host.url}/${owner}/${name}/branches/`;
  return `${host.url}/${dataCenterOwner(workspace)}/repos/${name}/branches`;
}

/** A personal project's pages are below its user. */
function dataCenterOwner(project: string): string {
  return project.startsWith('~')
    ? `users/${encodeURIComponent(project.slice(1))}`
    : `projects/${encodeURIComponent(project)}`;
}
