import type { Host } from '../../bitbucket/hosts.ts';
import type { JsonApi } from '../../bitbucket/pagination.ts';
import { listRepositories } from '../../bitbucket/repositories.ts';
import type { RepositoryField, RepositoryQuery } from '../../bitbucket/repository-listing.ts';
import type { Context } from '../../context.ts';
import type { Arguments } from '../arguments.ts';
import { namedHost, onlyHost } from '../host-choice.ts';
import { apiClients } from '../listing/api-clients.ts';
import {
  type ListOptions,
  listOptions,
  recordWriter,
  sortOption,
} from '../listing/list-options.ts';
import { listingNotices, waitNote } from '../listing/notices.ts';
import { printList } from '../listing/print-list.ts';
import { listProgress } from '../listing/progress.ts';
import { namedOwners } from '../listing/wanted-owners.ts';
import { repositoryRecords } from '../output/repository-records.ts';

/** What `--sort` takes for repositories. */
export const repositorySortKeys = ['name', 'updated'] as const;

interface ReposOptions extends ListOptions<RepositoryField> {
  readonly query: RepositoryQuery;
}

const nouns = {
  records: ['repository', 'repositories'],
  sources: ['workspace', 'workspaces'],
} as const;

export async function run(args: Arguments, context: Context): Promise<void> {
  const options = reposOptions(args, context);
  const sources = { args, env: context.env, settings: await context.settings.read() };
  if (args.has('web')) {
    const { openRepositoriesPage } = await import('../listing/open-page.ts');
    return openRepositoriesPage(sources, context);
  }
  const host = namedHost(sources) ?? onlyHost(sources);
  const named = args.operands.length === 0 ? undefined : await namedOwners(args, context);
  const progress = listProgress(nouns.records, options.plan.format, context);
  const listener = { onOpen: progress.begin, onWait: waitNote(progress, context) };
  const clientOf = apiClients(sources, listener, context);
  const notices = listingNotices(progress, nouns.records[0]);
  await printList(
    async () => {
      const api = await clientOf(host);
      const owners: readonly (string | null)[] = named ?? (await allOwners(host, api));
      return owners.map((owner) => ({
        name: owner ?? host.name,
        pages: listRepositories(api, host, owner, options.query, notices),
      }));
    },
    {
      writer: recordWriter(options, repositoryRecords, context),
      progress,
      nouns,
      limit: options.limit,
      asJson: args.has('json'),
    },
    context,
  );
}

function reposOptions(args: Arguments, context: Context): ReposOptions {
  const options = listOptions(args, repositoryRecords, false, context);
  const { plan, limit } = options;
  const sort = sortOption(args, repositorySortKeys);
  return {
    ...options,
    query: {
      fields: plan.neededFields,
      match: args.has('match') ? args.values('match') : undefined,
      query: args.value('query'),
      sort,
      limit,
    },
  };
}

/** All that the user can see: the workspaces on Cloud; on Data Center null stands for all projects. */
async function allOwners(host: Host, api: JsonApi): Promise<readonly (string | null)[]> {
  if (host.kind === 'datacenter') return [null];
  const { userWorkspaces } = await import('../../bitbucket/user-workspaces.ts');
  return userWorkspaces(api);
}
