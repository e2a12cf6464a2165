import type { Branch } from './branch.ts';
import { branchOrder } from './branch-order.ts';
import type { BranchPage, BranchQuery } from './branch-query.ts';
import { branchTest, fieldsTested } from './branch-selection.ts';
import { listCloudBranches, type PageExtent } from './cloud-branches.ts';
import { mergedOnCloud } from './cloud-merged.ts';
import { listDataCenterBranches } from './data-center-branches.ts';
import type { Host } from './hosts.ts';
import type { ListingNotices } from './listing-notices.ts';
import type { JsonApi } from './pagination.ts';
import { noQueryLanguage } from './query-language.ts';
import type { Repository } from './repository-reference.ts';
import {
  limitedRows,
  type RowPage,
  refinedOrder,
  rowsWanted,
  sortedByHost,
  sortedRows,
  withoutRepeatedRows,
} from './row-pages.ts';

/**
 * The branches of a repository that the query asks for, as they arrive. The host is asked to select and sort what it can; what
 * it sends is tested here as well, since a list may be one of branches to delete, and a host may not know what it was asked.
 * Only Cloud's word has to be taken for what `query` selects.
 * @throws {BitbranchError} whatever the API client throws; `server` when an answer can't be understood; `usage` for globs that are
 *   none, for a `query` to a host that has no language for it, and for one that Cloud does not understand.
 */
export async function* listBranches(
  api: JsonApi,
  host: Host,
  repository: Repository,
  query: BranchQuery,
  notices: ListingNotices = {},
): AsyncGenerator<BranchPage, void, void> {
  const isCloud = host.kind === 'cloud';
  if (!isCloud && query.query !== undefined) throw noQueryLanguage(host);
  const { match, author, sort, mergedInto, limit } = query;
  const isWanted = await branchTest(query);
  const isSortedByHost = isCloud && sort?.key === 'date';
  const fields = new Set([...query.fields, ...fieldsTested(query)]);
  if (sort?.key === 'date') fields.add('date');
  if (isCloud && mergedInto !== undefined) fields.add('hash');

  const readsAll = (sort !== undefined && !isSortedByHost) || (isCloud && mergedInto !== undefined);
  const selectsHere = isCloud ? match !== undefined || author !== undefined : isWanted !== null;
  const isThinnedOut = selectsHere || mergedInto !== undefined;
  // The row after the last one shows whether more of the last one's date follow.
  const enough = readsAll || limit === undefined ? undefined : limit + Number(isSortedByHost);
  const pageLength = isThinnedOut ? undefined : enough;
  const asked = { ...query, fields: [...fields] };
  const what = `The branches of ${repository.workspace}/${repository.slug}`;
  function read(wanted: BranchQuery, extent: PageExtent): AsyncIterable<RowPage<Branch>> {
    const pages = isCloud
      ? listCloudBranches(api, repository, wanted, extent)
      : listDataCenterBranches(api, host, repository, wanted, extent.pageLength);
    return withoutRepeatedRows(pages, { nameOf: ({ name }) => name, what, notices });
  }

  let pages = read(asked, { enough, pageLength });
  if (isSortedByHost) {
    const { descending } = sort;
    pages = sortedByHost(pages, {
      dateOf: ({ date }) => date,
      descending,
      what,
      inAnyOrder: () => read({ ...asked, sort: undefined }, {}),
    });
  }
  if (isWanted !== null) pages = rowsWanted(pages, isWanted);
  if (sort !== undefined) {
    const compare = branchOrder(sort);
    pages = isSortedByHost
      ? refinedOrder(pages, compare, (one, other) => one.date === other.date)
      : sortedRows(pages, compare);
  }
  if (isCloud && mergedInto !== undefined) {
    pages = mergedOnCloud(pages, mergedInto, { api, repository, notices });
  }
  const surplus = asked.fields.filter((field) => !query.fields.includes(field));
  yield* limitedRows(pages, limit, surplus);
}
