import { BitbranchError } from '../errors.ts';
import { cloudDateAt } from './cloud-dates.ts';
import { allOf } from './cloud-filter.ts';
import { cloudPageLength } from './cloud-paths.ts';
import { booleanAt, type JsonPath, requiredStringAt, stringAt } from './json-path.ts';
import { type JsonApi, readPages } from './pagination.ts';
import { withQueryExplained } from './query-language.ts';
import type {
  RepositoryField,
  RepositoryListing,
  RepositorySelection,
} from './repository-listing.ts';
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

const projectKey: JsonPath = ['project', 'key'];

/**
 * The repositories of a workspace on Cloud.
 * @param enough ask for no more than it takes for so many rows, as far as that is known beforehand
 */
export async function* listCloudRepositories(
  api: JsonApi,
  workspace: string,
  { fields, query, project }: RepositorySelection,
  enough?: number,
): AsyncGenerator<RowPage<RepositoryListing>, void, void> {
  const kept = new Set<RepositoryField>(['repository', 'name', 'slug', ...fields]);
  const values = [...kept].map((field) => `values.${paths[field].join('.')}`);
  if (project !== undefined) values.push(`values.${projectKey.join('.')}`);
  const filter = repositoryFilter(query, project);
  const parameters = [
    `pagelen=${cloudPageLength(enough)}`,
    ...(filter === null ? [] : [`q=${encodeURIComponent(filter)}`]),
    `fields=${['next', 'size', 'pagelen', ...values].join(',')}`,
  ];
  const path = `/2.0/repositories/${encodeURIComponent(workspace)}?${parameters.join('&')}`;
  const listed = readPages(api, path, enough);
  for await (const page of query === undefined ? listed : withQueryExplained(listed)) {
    if (project !== undefined) refuseOthers(page.values, project);
    yield { ...page, rows: page.values.map((value) => toListing(value, kept)) };
  }
}

function repositoryFilter(query: string | undefined, project: string | undefined): string | null {
  const condition =
    project === undefined ? undefined : `${projectKey.join('.')} = ${JSON.stringify(project)}`;
  return allOf([query, condition].filter((each) => each !== undefined));
}

/** A host that does not select by the project must not have the others taken for its repositories. */
function refuseOthers(values: readonly unknown[], project: string): void {
  const keys = values.map((value) => requiredStringAt(value, projectKey));
  const other = keys.find((key) => key.toUpperCase() !== project.toUpperCase());
  if (other === undefined) return;
  throw new BitbranchError(
    'server',
    `The host was asked for the repositories of ${project}, and sent one of ${other}.`,
    { hint: 'Leave --project out, or name the repositories one by one.' },
  );
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
