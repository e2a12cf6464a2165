import { BitbranchError } from '../errors.ts';
import { listCloudRepositories } from './cloud-repositories.ts';
import { listDataCenterRepositories, withMainBranches } from './data-center-repositories.ts';
import type { Host } from './hosts.ts';
import type { ListingNotices } from './listing-notices.ts';
import { nameTest } from './name-globs.ts';
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
  rowsWanted,
  sortedRows,
  withoutRepeatedRows,
} from './row-pages.ts';

/**
 * The repositories of a workspace, on Data Center of a project or, for null, of all projects, as they arrive.
 * @throws {BitbranchError} whatever the API client throws; `server` when an answer can't be understood; `usage` for what that kind of
 *   host can't be asked, and for globs that are none
 */
export async function* listRepositories(
  api: JsonApi,
  host: Host,
  workspaceOrProject: string | null,
  query: RepositoryQuery,
  notices: ListingNotices = {},
): AsyncGenerator<LimitedPage<RepositoryListing>, void, void> {
  const { sort, match, limit } = query;
  const isWanted = match === undefined ? null : await nameTest(match);
  const fields = new Set(query.fields);
  if (sort?.key === 'updated') fields.add('updated');
  const asked = { ...query, fields: [...fields] };
  const enough = sort === undefined && isWanted === null ? limit : undefined;
  let pages = pagesOf(host, workspaceOrProject, asked, { api, enough });
  pages = withoutRepeatedRows(pages, {
    nameOf: ({ repository }) => repository,
    what: `The repositories of ${workspaceOrProject ?? host.name}`,
    notices,
  });
  if (isWanted !== null) pages = rowsWanted(pages, ({ slug }) => isWanted(slug));
  if (host.kind === 'datacenter' && fields.has('mainBranch')) {
    pages = withMainBranches(pages, api, notices);
  }
  if (sort !== undefined) pages = sortedRows(pages, repositoryOrder(sort));
  const surplus = asked.fields.filter((field) => !query.fields.includes(field));
  yield* limitedRows(pages, limit, surplus);
}

function pagesOf(
  host: Host,
  workspaceOrProject: string | null,
  selection: RepositorySelection & Pick<RepositoryQuery, 'sort'>,
  { api, enough }: { api: JsonApi; enough: number | undefined },
): AsyncIterable<RowPage<RepositoryListing>> {
  if (host.kind === 'datacenter') {
    if (selection.query !== undefined) throw noQueryLanguage(host);
    if (selection.sort?.key === 'updated') throw noUpdates(host);
    return listDataCenterRepositories(api, host, workspaceOrProject, selection.fields, enough);
  }
  if (workspaceOrProject !== null) {
    return listCloudRepositories(api, workspaceOrProject, selection, enough);
  }
  throw new BitbranchError('usage', `${host.name} lists the repositories of one workspace only.`, {
    hint: 'Name the workspace.',
  });
}

function noUpdates({ name }: Host): BitbranchError {
  return new BitbranchError(
    'usage',
    `${name} is a Data Center, which does not tell when a repository was changed.`,
    { hint: 'Leave --sort updated out, or sort by name.' },
  );
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
