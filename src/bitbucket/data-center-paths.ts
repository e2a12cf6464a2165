import type { Repository } from './repository-reference.ts';

export function dataCenterRepositoryPath({ workspace, slug }: Repository): string {
  return `/rest/api/latest/projects/${encodeURIComponent(workspace)}/repos/${encodeURIComponent(slug)}`;
}

/** Where the pages of a project are, below the host's URL: a personal one is its user. */
export function dataCenterProjectPath(key: string): string {
  return key.startsWith('~')
    ? `users/${encodeURIComponent(key.slice(1))}`
    : `projects/${encodeURIComponent(key)}`;
}

/** Where the pages of a repository are, below the host's URL. */
export function dataCenterWebPath({ workspace, slug }: Repository): string {
  return `${dataCenterProjectPath(workspace)}/repos/${encodeURIComponent(slug)}`;
}
