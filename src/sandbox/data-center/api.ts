import type { FastifyInstance } from 'fastify';
import { account } from '../account.ts';
import { ApiError } from '../api-error.ts';
import type { Authenticate } from '../caller.ts';
import { baseUrlOf, pathParametersOf, serveReading, urlOf } from '../http.ts';
import type { Permission } from '../permission.ts';
import { type Branch, lazyList, type Refs, type Repository } from '../repositories/repository.ts';
import {
  applicationProperties,
  projectAnswer,
  projectKeyOf,
  repositoryAnswer,
  slugOf,
  userAnswer,
} from './answers.ts';
import { branchAnswer, detailsAnswer, inOrder, nameFilter, refAnswer } from './branches.ts';
import { pageOf } from './paging.ts';

export interface DataCenterApiOptions {
  readonly repositories: readonly Repository[];
  readonly authenticate: Authenticate;
}

interface Call {
  readonly url: URL;
  readonly path: Readonly<Record<string, string>>;
  readonly baseUrl: string;
}

/** Data Center's REST API, as far as it is about branches, at both of its addresses. */
export function serveDataCenterApi(app: FastifyInstance, options: DataCenterApiOptions): void {
  const { repositories } = options;
  const projectKeys = [...new Set(repositories.map(projectKeyOf))];

  function get(path: string, permission: Permission | null, answer: (call: Call) => unknown) {
    for (const version of ['latest', '1.0']) {
      serveReading(app, `/rest/api/${version}${path}`, async (request, reply) => {
        if (permission !== null || request.headers.authorization !== undefined) {
          const { isUser, permissions } = options.authenticate(request);
          if (isUser) reply.header('x-ausername', encodeURIComponent(account.username));
          requirePermission(permission, permissions);
        }
        const call = { url: urlOf(request), path: pathParametersOf(request) };
        return answer({ ...call, baseUrl: baseUrlOf(request) });
      });
    }
  }

  get('/application-properties', null, () => applicationProperties);

  get('/users/:user', 'account', ({ path, baseUrl }) => {
    if (path['user']?.toLowerCase() === account.username) return userAnswer(baseUrl);
    throw new ApiError(404, `The user ${path['user']} does not exist.`);
  });

  get('/projects', 'repository', ({ url, baseUrl }) =>
    pageOf(lazyList(projectKeys), url, (key) => projectAnswer(key, baseUrl)),
  );

  get('/projects/:project', 'repository', ({ path, baseUrl }) =>
    projectAnswer(findProject(projectKeys, path['project']), baseUrl),
  );

  get('/projects/:project/repos', 'repository', ({ url, path, baseUrl }) => {
    const key = findProject(projectKeys, path['project']);
    const own = repositories.filter((repository) => projectKeyOf(repository) === key);
    return pageOf(lazyList(own), url, (repository) => repositoryAnswer(repository, baseUrl));
  });

  get('/repos', 'repository', ({ url, baseUrl }) =>
    pageOf(lazyList(repositories), url, (repository) => repositoryAnswer(repository, baseUrl)),
  );

  const repositoryPath = '/projects/:project/repos/:repository';
  const repositoryIn = ({ path }: Call) =>
    findRepository(repositories, findProject(projectKeys, path['project']), path['repository']);

  get(repositoryPath, 'repository', (call) => repositoryAnswer(repositoryIn(call), call.baseUrl));

  get(`${repositoryPath}/default-branch`, 'repository', async (call) => {
    const { mainBranch } = await repositoryIn(call).refs();
    if (mainBranch !== null) return refAnswer(mainBranch);
    throw new ApiError(404, 'The repository has no default branch.');
  });

  get(`${repositoryPath}/branches`, 'repository', async (call) =>
    branchPage(repositoryIn(call), call.url),
  );
}

async function branchPage(repository: Repository, url: URL) {
  const { searchParams } = url;
  if (isTrue(searchParams, 'boostMatches')) {
    throw new ApiError(400, 'The sandbox has no boostMatches: leave it away.');
  }
  const refs = await repository.refs();
  const base = baseBranch(refs, searchParams.get('base'));
  const list = inOrder(refs.branches, searchParams.get('orderBy'));
  const matches = nameFilter(searchParams.get('filterText'));
  const page = pageOf(list, url, (branch) => branch, matches);
  const wantsDetails = isTrue(searchParams, 'details');
  const values = [];
  // One after the other: each may ask git.
  for (const branch of page.values) {
    const details = wantsDetails && (await detailsAnswer(repository, branch, base ?? branch));
    values.push({ ...branchAnswer(branch, refs), ...details });
  }
  return { ...page, values };
}

/** What branches are compared to: `base`, by its name or its id, or else the default branch. */
function baseBranch({ branches, mainBranch }: Refs, base: string | null): Branch | undefined {
  if (base === null) return mainBranch === null ? undefined : branches.find(mainBranch);
  const found = branches.find(base.replace(/^refs\/heads\//, ''));
  if (found === undefined) throw new ApiError(404, `The branch ${base} does not exist.`);
  return found;
}

function isTrue(parameters: URLSearchParams, name: string): boolean {
  const value = parameters.get(name) ?? 'false';
  if (value !== 'true' && value !== 'false') {
    throw new ApiError(400, `The value of ${name} is neither true nor false.`);
  }
  return value === 'true';
}

function findProject(keys: readonly string[], asked = ''): string {
  const key = keys.find((known) => known === asked.toUpperCase());
  if (key !== undefined) return key;
  throw new ApiError(404, `Project ${asked} does not exist.`);
}

function findRepository(
  repositories: readonly Repository[],
  projectKey: string,
  slug = '',
): Repository {
  const found = repositories.find(
    (repository) =>
      projectKeyOf(repository) === projectKey &&
      slugOf(repository).toLowerCase() === slug.toLowerCase(),
  );
  if (found !== undefined) return found;
  throw new ApiError(404, `Repository ${projectKey}/${slug} does not exist.`);
}

/** Data Center says 401 for lack of permission as well. */
function requirePermission(required: Permission | null, granted: readonly Permission[]): void {
  if (required === null || granted.includes(required)) return;
  throw new ApiError(401, 'You are not permitted to access this resource.');
}
