import { BitbranchError } from '../errors.ts';
import { listCloudRepositories } from './cloud-repositories.ts';
import { listDataCenterRepositories } from './data-center-repositories.ts';
import type { Host } from './hosts.ts';
import type { ListingNotices } from './listing-notices.ts';
import type { JsonApi } from './pagination.ts';
import { noQueryLanguage } from './query-language.ts';
import type {
  RepositoryListing,
  RepositoryQuery,
  RepositorySelection,
  RepositorySort,
} from './repository-listing.ts';
import { compareDates, compareText } from './row-order.ts';
import {
  type LimitedPage,
  limitedRows,
  type RowPage,
  sortedRows,
  withoutRepeatedRows,
} from './row-pages.ts';

/**
 * The repositories of a workspace, on Data Center of a project or, for null, of all projects, as they arrive.
 * @throws {BitbranchError} whatever the API client throws; `server` when an answer can't be understood; `usage` for what that kind of
 *   host can't be asked
 */
export async function* listRepositories(
  api: JsonApi,
  host: Host,
  workspaceOrProject: string | null,
  query: RepositoryQuery,
  notices: ListingNotices = {},
): AsyncGenerator<LimitedPage<RepositoryListing>, void, void> {
  const { sort, limit } = query;
  const fields = new Set(query.fields);
  if (sort?.key === 'updated') fields.add('updated');
  const asked = { ...query, fields: [...fields] };
  const enough = sort === undefined ? limit : undefined;
  let pages = pagesOf(host, workspaceOrProject, asked, { api, notices, enough });
  pages = withoutRepeatedRows(pages, {
    nameOf: ({ repository }) => repository,
    what: `The repositories of ${workspaceOrProject ?? host.name}`,
    notices,
  });
  if (sort !== undefined) pages = sortedRows(pages, repositoryOrder(sort));
  const surplus = asked.fields.filter((field) => !query.fields.includes(field));
  yield* limitedRows(pages, limit, surplus);
}

function pagesOf(
  host: Host,
  workspaceOrProject: string | null,
  selection: RepositorySelection,
  { api, notices, enough }: { api: JsonApi; notices: ListingNotices; enough: number | undefined },
): AsyncIterable<RowPage<RepositoryListing>> {
  if (host.kind === 'datacenter') {
    if (selection.query !== undefined) throw noQueryLanguage(host);
    const options = { notices, pageLength: enough };
    return listDataCenterRepositories(api, host, workspaceOrProject, selection.fields, options);
  }
  if (workspaceOrProject !== null) {
    return listCloudRepositories(api, workspaceOrProject, selection, enough);
  }
  throw new BitbranchError('usage', `${host.name} lists the repositories of one workspace only.`, {
    hint: 'Name the workspace.',
  });
}

/** Names by code points, times by the second; what is equal in that is ordered by its whole name. */
function repositoryOrder({ key, descending }: RepositorySort) {
  const direction = descending ? -1 : 1;
  return (one: RepositoryListing, other: RepositoryListing) =>
    (key === 'name'
      ? direction * compareText(one.name, other.name)
      : compareDates(one.updated, other.updated, descending)) ||
    compareText(one.repository, other.repository);
}
