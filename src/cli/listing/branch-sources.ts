import type { ApiClient } from '../../bitbucket/api-client.ts';
import type { BranchField } from '../../bitbucket/branch.ts';
import type { BranchPage } from '../../bitbucket/branch-query.ts';
import type { Host } from '../../bitbucket/hosts.ts';
import type { ListingNotices } from '../../bitbucket/listing-notices.ts';
import type { Repository, RepositoryReference } from '../../bitbucket/repository-reference.ts';
import type { Context } from '../../context.ts';
import { BitbranchError } from '../../errors.ts';
import type { HostSources } from '../host-choice.ts';
import { repositoryHost } from '../repository-choice.ts';
import type { Source } from './print-list.ts';
import { namedRepositories, nameOf, type WantedWorkspace } from './wanted-repositories.ts';

/** The branches of a repository. */
export type ListBranches = (host: Host, repository: Repository) => AsyncIterable<BranchPage>;

/** Repositories named one by one. One whose host can't be told is a failure of its own, not of the others. */
export async function namedSources(
  sources: HostSources,
  list: ListBranches,
  context: Context,
): Promise<readonly Source<BranchField>[]> {
  async function* pagesOf(repository: RepositoryReference) {
    yield* list(repositoryHost(repository.host, sources), repository);
  }
  const repositories = await namedRepositories(sources, context);
  refuseTokenForSeveralHosts(repositories, sources);
  return repositories.map((each) => ({ name: nameOf(each), pages: pagesOf(each) }));
}

/** A token from the environment does not tell which host it was made for, so it goes to one only. */
function refuseTokenForSeveralHosts(
  repositories: readonly RepositoryReference[],
  sources: HostSources,
): void {
  if (!sources.env['BITBRANCH_TOKEN']) return;
  const hosts = new Set(repositories.map(({ host }) => repositoryHost(host, sources).url));
  if (hosts.size < 2) return;
  throw new BitbranchError(
    'usage',
    `BITBRANCH_TOKEN is for one host, not for ${[...hosts].join(' and ')}.`,
    {
      hint: 'List the repositories of each host by itself, or unset it and use bitbranch login.',
    },
  );
}

/** All repositories of a workspace or project. */
export async function workspaceSources(
  wanted: WantedWorkspace,
  list: ListBranches,
  api: ApiClient,
  notices: ListingNotices,
): Promise<readonly Source<BranchField>[]> {
  const { repositoriesOf } = await import('./workspace-repositories.ts');
  const repositories = await repositoriesOf(api, wanted, notices);
  return repositories.map((each) => ({ name: nameOf(each), pages: list(wanted.host, each) }));
}
