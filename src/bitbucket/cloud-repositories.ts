import { cloudDateAt } from './cloud-dates.ts';
import { cloudPageLength } from './cloud-paths.ts';
import { booleanAt, type JsonPath, requiredStringAt, stringAt } from './json-path.ts';
import { type JsonApi, readPages } from './pagination.ts';
import type { RepositoryField, RepositoryListing, RepositoryQuery } from './repository-listing.ts';
import type { RowPage } from './row-pages.ts';

const paths = {
  repository: ['full_name'],
  name: ['name'],
  slug: ['slug'],
  private: ['is_private'],
  mainBranch: ['mainbranch', 'name'],
  updated: ['updated_on'],
  description: ['description'],
  url: ['links', 'html', 'href'],
} as const satisfies Readonly<Record<RepositoryField, JsonPath>>;

/**
 * The repositories of a workspace on Cloud.
 * @param enough ask for no more than it takes for so many rows, as far as that is known beforehand
 */
export async function* listCloudRepositories(
  api: JsonApi,
  workspace: string,
  { fields, query }: Pick<RepositoryQuery, 'fields' | 'query'>,
  enough?: number,
): AsyncGenerator<RowPage<RepositoryListing>, void, void> {
  const kept = new Set<RepositoryField>(['repository', 'name', 'slug', ...fields]);
  const values = [...kept].map((field) => `values.${paths[field].join('.')}`);
  const parameters = [
    `pagelen=${cloudPageLength(enough)}`,
    ...(query === undefined ? [] : [`q=${encodeURIComponent(query)}`]),
    `fields=${['next', 'size', 'pagelen', ...values].join(',')}`,
  ];
  const path = `/2.0/repositories/${encodeURIComponent(workspace)}?${parameters.join('&')}`;
  for await (const page of readPages(api, path, enough)) {
    yield { ...page, rows: page.values.map((value) => toListing(value, kept)) };
  }
}

function toListing(value: unknown, asked: ReadonlySet<RepositoryField>): RepositoryListing {
  const text = (field: 'mainBranch' | 'description' | 'url') =>
    asked.has(field) ? stringAt(value, paths[field]) : null;
  return {
    repository: requiredStringAt(value, paths.repository),
    name: requiredStringAt(value, paths.name),
    slug: requiredStringAt(value, paths.slug),
    private: asked.has('private') ? booleanAt(value, paths.private) : null,
    mainBranch: text('mainBranch'),
    updated: asked.has('updated') ? cloudDateAt(value, paths.updated) : null,
    description: text('description'),
    url: text('url'),
  };
}
