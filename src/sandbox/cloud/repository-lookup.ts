import { account } from '../account.ts';
import { ApiError } from '../api-error.ts';
import { type Repository, uuidFrom } from '../repositories/repository.ts';

/**
 * The repositories of a workspace, named by its slug or its UUID in braces, in either case.
 * @throws {ApiError} 404 when there is no such workspace.
 */
export function repositoriesIn(
  repositories: readonly Repository[],
  workspace = '',
): readonly Repository[] {
  const found = repositories.filter(({ fullName }) => {
    const slug = fullName.slice(0, fullName.indexOf('/'));
    return isNamed(workspace, slug, workspaceUuid(slug));
  });
  if (found.length === 0 && !isNamed(workspace, account.username, account.uuid)) {
    throw new ApiError(404, `No workspace with identifier '${workspace}'.`);
  }
  return found;
}

/** Slugs of the workspaces that hold repositories, in alphabetical order. */
export function workspaceSlugs(repositories: readonly Repository[]): readonly string[] {
  const slugs = repositories.map(({ fullName }) => fullName.slice(0, fullName.indexOf('/')));
  return [...new Set(slugs)].sort();
}

/** @throws {ApiError} 404 when there is no such repository. */
export function findRepository(
  repositories: readonly Repository[],
  workspace = '',
  slug = '',
): Repository {
  const found = repositoriesIn(repositories, workspace).find(({ fullName }) =>
    isNamed(slug, fullName.slice(fullName.indexOf('/') + 1), uuidFrom(fullName)),
  );
  if (found === undefined) {
    throw new ApiError(404, `Repository ${workspace}/${slug} not found`);
  }
  return found;
}

export function workspaceUuid(slug: string): string {
  return slug === account.username ? account.uuid : uuidFrom(`workspace ${slug}`);
}

function isNamed(name: string, slug: string, uuid: string): boolean {
  return [slug, uuid].some((known) => known.toLowerCase() === name.toLowerCase());
}
