import type { ListingNotices } from '../../bitbucket/listing-notices.ts';
import type { JsonApi } from '../../bitbucket/pagination.ts';
import { listRepositories } from '../../bitbucket/repositories.ts';
import type { Repository } from '../../bitbucket/repository-reference.ts';
import type { WantedWorkspace } from './wanted-repositories.ts';

/** Every repository of a workspace or project, in the server's order. */
export async function repositoriesOf(
  api: JsonApi,
  { host, workspace, project }: WantedWorkspace,
  notices: ListingNotices,
): Promise<readonly Repository[]> {
  const asked = { fields: ['repository', 'slug'] as const, project };
  const repositories: Repository[] = [];
  for await (const { rows } of listRepositories(api, host, workspace, asked, notices)) {
    for (const { repository, slug } of rows) {
      repositories.push({ workspace: repository.slice(0, -`/${slug}`.length), slug });
    }
  }
  return repositories;
}
