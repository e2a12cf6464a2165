import type { Branch, BranchField } from './branch.ts';
import type { BranchQuery } from './branch-query.ts';
import { firstLine, isoSeconds } from './commit-text.ts';
import { defaultBranchName } from './data-center-default-branch.ts';
import { readDataCenterPages } from './data-center-pagination.ts';
import { dataCenterRepositoryPath, dataCenterWebPath } from './data-center-paths.ts';
import type { Host } from './hosts.ts';
import { booleanAt, integerAt, requiredStringAt, stringAt, unexpectedValue } from './json-path.ts';
import { namePartWanted } from './name-globs.ts';
import type { JsonApi } from './pagination.ts';
import type { Repository } from './repository-reference.ts';
import type { RowPage } from './row-pages.ts';

/** What a plugin of Data Center adds to each branch when `details` are asked for. */
const latestCommit = [
  'metadata',
  'com.atlassian.bitbucket.server.bitbucket-branch:latest-commit-metadata',
] as const;

const paths = {
  name: ['displayId'],
  hash: ['latestCommit'],
  authorTimestamp: [...latestCommit, 'authorTimestamp'],
  committerTimestamp: [...latestCommit, 'committerTimestamp'],
  authorDisplayName: [...latestCommit, 'author', 'displayName'],
  authorName: [...latestCommit, 'author', 'name'],
  message: [...latestCommit, 'message'],
} as const;

/** What another plugin tells of a branch in comparison with the one named `base`. */
const commitsAhead = [
  'metadata',
  'com.atlassian.bitbucket.server.bitbucket-branch:ahead-behind-metadata-provider',
  'ahead',
] as const;

const detailFields: readonly BranchField[] = ['date', 'author', 'message'];

/**
 * The branches of a repository on Data Center as far as it selects them by a part of their names, and those merged into
 * another where that is asked for.
 * @param pageLength rows in a page
 */
export async function* listDataCenterBranches(
  api: JsonApi,
  host: Host,
  repository: Repository,
  query: BranchQuery,
  pageLength?: number,
): AsyncGenerator<RowPage<Branch>, void, void> {
  const { fields, mergedInto } = query;
  const path = dataCenterRepositoryPath(repository);
  const pages = readDataCenterPages(api, `${path}/branches`, parametersOf(query), pageLength);
  const isMerged = mergedInto === undefined ? undefined : mergedTest(mergedInto);
  let read: ((value: unknown) => Branch) | undefined;
  for await (const { values, hasMore, total } of pages) {
    if (read === undefined && values.length > 0) {
      const isDefault = fields.includes('default')
        ? await defaultBranchTest(api, path, values)
        : neverAsked;
      read = branchReader(repository, fields, host, isDefault);
    }
    const wanted = isMerged === undefined ? values : values.filter(isMerged);
    yield { rows: read === undefined ? [] : wanted.map(read), hasMore, total };
  }
}

function parametersOf({ fields, match, mergedInto }: BranchQuery): Record<string, string> {
  const namePart = match === undefined ? null : namePartWanted(match);
  const needsDetails =
    mergedInto !== undefined || detailFields.some((field) => fields.includes(field));
  return {
    ...(namePart !== null && { filterText: namePart }),
    ...(mergedInto !== undefined && { base: `refs/heads/${mergedInto}` }),
    ...(needsDetails && { details: 'true' }),
  };
}

/** The target itself is not among the branches that are merged into it. */
function mergedTest(target: string): (branch: unknown) => boolean {
  return (branch) => {
    if (stringAt(branch, paths.name) === target) return false;
    const ahead = integerAt(branch, commitsAhead);
    if (ahead === null) throw unexpectedValue(commitsAhead, ahead, 'a whole number');
    return ahead === 0;
  };
}

type DefaultTest = (branch: unknown) => boolean | null;

const neverAsked: DefaultTest = () => null;

/** By the branches' own flags where those at hand have them, else by asking for the name of the default branch. */
async function defaultBranchTest(
  api: JsonApi,
  path: string,
  branches: readonly unknown[],
): Promise<DefaultTest> {
  if (branches.some((branch) => defaultFlag(branch) !== null)) {
    return (branch) => defaultFlag(branch) ?? false;
  }
  const defaultName = await defaultBranchName(api, path);
  return (branch) => stringAt(branch, paths.name) === defaultName;
}

/** Documented as `default`, sent as `isDefault`. */
function defaultFlag(branch: unknown): boolean | null {
  return booleanAt(branch, ['default']) ?? booleanAt(branch, ['isDefault']);
}

function branchReader(
  repository: Repository,
  fields: readonly BranchField[],
  host: Host,
  isDefault: DefaultTest,
) {
  const asked = new Set(fields);
  const fullName = `${repository.workspace}/${repository.slug}`;
  const browseUrl = `${host.url}/${dataCenterWebPath(repository)}/browse`;
  return (value: unknown): Branch => {
    const name = requiredStringAt(value, paths.name);
    return {
      repository: fullName,
      name,
      default: isDefault(value),
      hash: asked.has('hash') ? stringAt(value, paths.hash) : null,
      date: asked.has('date') ? readDate(value) : null,
      author: asked.has('author') ? readAuthor(value) : null,
      message: asked.has('message') ? readMessage(value) : null,
      url: asked.has('url') ? `${browseUrl}?at=${encodedRef(name)}` : null,
    };
  };
}

function encodedRef(name: string): string {
  return encodeURIComponent(`refs/heads/${name.toWellFormed()}`).replaceAll('%2F', '/');
}

/** The author's date, as on Cloud, and every version of Data Center tells it; null for one that Date can't hold. */
function readDate(branch: unknown): string | null {
  const timeMs =
    integerAt(branch, paths.authorTimestamp) ?? integerAt(branch, paths.committerTimestamp);
  return timeMs === null || Number.isNaN(new Date(timeMs).getTime()) ? null : isoSeconds(timeMs);
}

function readAuthor(branch: unknown): string | null {
  return stringAt(branch, paths.authorDisplayName) || stringAt(branch, paths.authorName) || null;
}

function readMessage(branch: unknown): string | null {
  const message = stringAt(branch, paths.message);
  return message === null ? null : firstLine(message);
}
