import type { Repository } from './repository-reference.ts';

export function dataCenterRepositoryPath({ workspace, slug }: Repository): string {
  return `/rest/api/latest/projects/${encodeURIComponent(workspace)}/repos/${encodeURIComponent(slug)}`;
}

/** Where the pages of a repository are, below the host's URL: those of a personal project are below its user. */
export function dataCenterWebPath({ workspace, slug }: Repository): string {
  const owner = workspace.startsWith('~')
    ? `users/${encodeURIComponent(workspace.slice(1))}`
    : `projects/${encodeURIComponent(workspace)}`;
  return `${owner}/repos/${encodeURIComponent(slug)}`;
}
