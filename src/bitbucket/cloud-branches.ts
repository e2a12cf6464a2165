import type { Branch, BranchField } from './branch.ts';
import type { BranchQuery } from './branch-query.ts';
import { cloudDateAt } from './cloud-dates.ts';
import { cloudBranchFilter } from './cloud-filter.ts';
import { cloudPageLength, cloudRepositoryPath } from './cloud-paths.ts';
import { firstLine } from './commit-text.ts';
import { type JsonPath, requiredStringAt, stringAt } from './json-path.ts';
import { type JsonApi, readPages } from './pagination.ts';
import { withQueryExplained } from './query-language.ts';
import type { Repository } from './repository-reference.ts';
import type { RowPage } from './row-pages.ts';

/** Where Cloud keeps what a branch is made of; the same paths are asked for and read. */
const paths = {
  name: ['name'],
  hash: ['target', 'hash'],
  date: ['target', 'date'],
  message: ['target', 'message'],
  authorDisplayName: ['target', 'author', 'user', 'display_name'],
  authorRaw: ['target', 'author', 'raw'],
  url: ['links', 'html', 'href'],
} as const;

const pathsOfField: Readonly<Record<BranchField, readonly JsonPath[]>> = {
  repository: [],
  name: [],
  default: [],
  hash: [paths.hash],
  date: [paths.date],
  author: [paths.authorDisplayName, paths.authorRaw],
  message: [paths.message],
  url: [paths.url],
};

/** How much of a list is wanted. */
export interface PageExtent {
  /** Ask for no more than it takes for so many rows, as far as that is known beforehand. */
  readonly enough?: number | undefined;
  /** Rows in a page. */
  readonly pageLength?: number | undefined;
}

/**
 * The branches of a repository on Cloud as far as it selects them by `query`, dates and parts of names, in the order of their
 * dates where that is asked for.
 */
export async function* listCloudBranches(
  api: JsonApi,
  repository: Repository,
  query: BranchQuery,
  extent: PageExtent = {},
): AsyncGenerator<RowPage<Branch>, void, void> {
  const path = cloudRepositoryPath(repository);
  const address = `${path}/refs/branches?${pageParameters(query, extent.pageLength)}`;
  const listed = readPages(api, address, extent.enough);
  const pages = query.query === undefined ? listed : withQueryExplained(listed);
  // Both at once, and both awaited here: a failure of either ends the listing and none is left unhandled.
  const [firstPage, isDefault] = await Promise.all([
    pages.next(),
    query.fields.includes('default') ? defaultBranchTest(api, path) : neverAsked,
  ]);
  const read = branchReader(`${repository.workspace}/${repository.slug}`, query, isDefault);
  for (let page = firstPage; !page.done; page = await pages.next()) {
    const { values, hasMore, total } = page.value;
    yield { rows: values.map(read), hasMore, total };
  }
}

/** A partial response loses everything that is not named, so what paging needs is named as well. */
function pageParameters(query: BranchQuery, pageLength: number | undefined): string {
  const kept = new Set([paths.name, ...query.fields.flatMap((field) => pathsOfField[field])]);
  const values = [...kept].map((path) => `values.${path.join('.')}`);
  const filter = cloudBranchFilter(query);
  return [
    `pagelen=${cloudPageLength(pageLength)}`,
    ...(filter === null ? [] : [`q=${encodeURIComponent(filter)}`]),
    ...(query.sort?.key === 'date' ? [`sort=${query.sort.descending ? '-' : ''}target.date`] : []),
    `fields=${['next', 'size', 'pagelen', ...values].join(',')}`,
  ].join('&');
}

type DefaultTest = (name: string) => boolean | null;

const neverAsked: DefaultTest = () => null;

/** Nothing in a branch says that it is the main one: the repository does. */
async function defaultBranchTest(api: JsonApi, path: string): Promise<DefaultTest> {
  const repository = await api.getJson(`${path}?fields=mainbranch.name`);
  const mainBranch = stringAt(repository, ['mainbranch', 'name']);
  return (name) => name === mainBranch;
}

function branchReader(repository: string, { fields }: BranchQuery, isDefault: DefaultTest) {
  const asked = new Set(fields);
  return (value: unknown): Branch => {
    const name = requiredStringAt(value, paths.name);
    return {
      repository,
      name,
      default: isDefault(name),
      hash: asked.has('hash') ? stringAt(value, paths.hash) : null,
      date: asked.has('date') ? cloudDateAt(value, paths.date) : null,
      author: asked.has('author') ? readAuthor(value) : null,
      message: asked.has('message') ? readMessage(value) : null,
      url: asked.has('url') ? stringAt(value, paths.url) : null,
    };
  };
}

function readAuthor(branch: unknown): string | null {
  return (
    stringAt(branch, paths.authorDisplayName) || rawAuthorName(stringAt(branch, paths.authorRaw))
  );
}

/** `Name <mail>` gives the name, a bare `<mail>` the address. */
function rawAuthorName(raw: string | null): string | null {
  if (raw === null) return null;
  const name = raw.replace(/<[^<>]*>\s*$/, '').trim();
  return name || raw.replace(/[<>]/g, '').trim() || null;
}

function readMessage(branch: unknown): string | null {
  const message = stringAt(branch, paths.message);
  return message === null ? null : firstLine(message);
}
