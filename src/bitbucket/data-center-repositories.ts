import { defaultBranchName } from './data-center-default-branch.ts';
import { readDataCenterPages } from './data-center-pagination.ts';
import { dataCenterRepositoryPath, dataCenterWebPath } from './data-center-paths.ts';
import type { Host } from './hosts.ts';
import { inOrder, requestsInFlight } from './in-order.ts';
import { booleanAt, requiredStringAt, stringAt } from './json-path.ts';
import type { ListingNotices } from './listing-notices.ts';
import type { JsonApi } from './pagination.ts';
import type { RepositoryField, RepositoryListing } from './repository-listing.ts';
import type { RowPage } from './row-pages.ts';

/**
 * The repositories of a project on Data Center, without their main branches; of all projects for null.
 * @param pageLength rows in a page
 */
export async function* listDataCenterRepositories(
  api: JsonApi,
  host: Host,
  project: string | null,
  fields: readonly RepositoryField[],
  pageLength?: number,
): AsyncGenerator<RowPage<RepositoryListing>, void, void> {
  const path = project === null ? '/repos' : `/projects/${encodeURIComponent(project)}/repos`;
  const pages = readDataCenterPages(api, `/rest/api/latest${path}`, {}, pageLength);
  for await (const page of pages) {
    yield { ...page, rows: page.values.map((value) => toListing(value, fields, host)) };
  }
}

function toListing(
  value: unknown,
  fields: readonly RepositoryField[],
  host: Host,
): RepositoryListing {
  const workspace = requiredStringAt(value, ['project', 'key']);
  const slug = requiredStringAt(value, ['slug']);
  const isPublic = booleanAt(value, ['public']);
  return {
    repository: `${workspace}/${slug}`,
    name: requiredStringAt(value, ['name']),
    slug,
    private: fields.includes('private') && isPublic !== null ? !isPublic : null,
    mainBranch: null,
    updated: null,
    description: fields.includes('description') ? stringAt(value, ['description']) : null,
    url: fields.includes('url')
      ? `${host.url}/${dataCenterWebPath({ workspace, slug })}/browse`
      : null,
  };
}

/** The same repositories with their main branches; Data Center tells those of one repository at a time. */
export async function* withMainBranches(
  pages: AsyncIterable<RowPage<RepositoryListing>>,
  api: JsonApi,
  notices: ListingNotices,
): AsyncGenerator<RowPage<RepositoryListing>, void, void> {
  for await (const page of pages) {
    if (page.rows.length > 0) await notices.onBulk?.(page.rows.length);
    const asked = inOrder(page.rows, requestsInFlight, async (row) => {
      const [workspace = '', slug = ''] = row.repository.split('/');
      const path = dataCenterRepositoryPath({ workspace, slug });
      return { ...row, mainBranch: await defaultBranchName(api, path) };
    });
    const rows: RepositoryListing[] = [];
    for await (const row of asked) rows.push(row);
    yield { ...page, rows };
  }
}
