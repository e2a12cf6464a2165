import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../api-error.ts';
import type { Authenticate, Caller } from '../caller.ts';
import { baseUrlOf, pathParametersOf, serveReading, urlOf } from '../http.ts';
import type { Permission } from '../permission.ts';
import { type LazyList, lazyList, type Repository } from '../repositories/repository.ts';
import { type CloudAnswers, cloudAnswers } from './cloud-answers.ts';
import { newestCommit } from './commits.ts';
import type { QueryableFields } from './fields.ts';
import { legacyChangeset } from './legacy-branches.ts';
import { pageOf } from './paging.ts';
import { partialResponse } from './partial-response.ts';
import { findRepository, repositoriesIn, workspaceSlugs } from './repository-lookup.ts';
import { select } from './selection.ts';

export interface CloudApiOptions {
  readonly repositories: readonly Repository[];
  readonly authenticate: Authenticate;
}

/** What a handler gets to work with. */
interface Call {
  /** The whole address that was asked. */
  readonly url: URL;
  /** The variable parts of its path, decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly answers: CloudAnswers;
}

const branchFields: QueryableFields = {
  name: 'string',
  'target.hash': 'string',
  'target.date': 'date',
  'target.message': 'string',
  'target.author.raw': 'string',
};

const repositoryFields: QueryableFields = {
  name: 'string',
  slug: 'string',
  full_name: 'string',
  uuid: 'string',
  description: 'string',
  is_private: 'boolean',
  size: 'number',
  created_on: 'date',
  updated_on: 'date',
  'mainbranch.name': 'string',
  'project.key': 'string',
};

/** Bitbucket Cloud's REST API 2.0, as far as it is about branches, and the branches of the old 1.0. */
export function serveCloudApi(
  app: FastifyInstance,
  { repositories, authenticate }: CloudApiOptions,
): void {
  function get(path: string, permission: Permission, answer: (call: Call) => Promise<unknown>) {
    serveReading(app, path, async (request, reply) => {
      const caller = authenticate(request);
      reply.header('x-credential-type', caller.credentialType);
      requirePermission(permission, caller);
      const call = callOf(request);
      const fields = call.url.searchParams.get('fields');
      const whole = await answer(call);
      return fields === null ? whole : partialResponse(whole, fields);
    });
  }

  get('/2.0/user', 'account', async ({ answers }) => answers.user());

  get('/2.0/user/workspaces', 'account', async ({ url, answers }) =>
    pageOf(lazyList(workspaceSlugs(repositories)), url, answers.workspaceAccess),
  );

  get('/2.0/repositories/:workspace', 'repository', async ({ url, path, answers }) => {
    const found = repositoriesIn(repositories, path['workspace']);
    const all = await Promise.all(
      found.map(async (repository) => answers.repository(repository, await repository.refs())),
    );
    return pageOf(selected(lazyList(all), url, repositoryFields), url, (repository) => repository);
  });

  get('/2.0/repositories/:workspace/:slug', 'repository', async ({ path, answers }) => {
    const repository = findRepository(repositories, path['workspace'], path['slug']);
    return answers.repository(repository, await repository.refs());
  });

  const branchesPath = '/2.0/repositories/:workspace/:slug/refs/branches';
  get(branchesPath, 'repository', async ({ url, path, answers }) => {
    const repository = findRepository(repositories, path['workspace'], path['slug']);
    const { branches } = await repository.refs();
    return pageOf(selected(branches, url, branchFields), url, (branch) =>
      answers.branch(repository, branch),
    );
  });

  get(`${branchesPath}/*`, 'repository', async ({ path, answers }) => {
    const repository = findRepository(repositories, path['workspace'], path['slug']);
    const { branches } = await repository.refs();
    const branch = branches.find(path['*'] ?? '');
    if (branch === undefined) throw new ApiError(404, `Branch "${path['*']}" does not exist.`);
    return answers.branch(repository, branch);
  });

  get('/2.0/repositories/:workspace/:slug/commits', 'repository', async ({ url, path }) =>
    newestCommit(findRepository(repositories, path['workspace'], path['slug']), url),
  );

  get('/1.0/repositories/:workspace/:slug/branches', 'repository', async ({ path }) => {
    const { branches } = await findRepository(repositories, path['workspace'], path['slug']).refs();
    const changesets = Array.from({ length: branches.size }, (_, position) =>
      legacyChangeset(branches.at(position)),
    );
    return Object.fromEntries(changesets.map((changeset) => [changeset.branch, changeset]));
  });
}

function selected<Item>(
  list: LazyList<Item>,
  { searchParams }: URL,
  fields: QueryableFields,
): LazyList<Item> {
  const selection = {
    q: searchParams.get('q') ?? undefined,
    sort: searchParams.get('sort') ?? undefined,
  };
  return select(list, selection, fields);
}

function callOf(request: FastifyRequest): Call {
  return {
    url: urlOf(request),
    path: pathParametersOf(request),
    answers: cloudAnswers(baseUrlOf(request)),
  };
}

function requirePermission(required: Permission, { permissions, isUser }: Caller): void {
  if (!permissions.includes(required)) {
    throw new ApiError(403, 'Your credentials lack one or more required privilege scopes.', {
      detail: { required: [required], granted: permissions },
    });
  }
  if (required === 'account' && !isUser) {
    throw new ApiError(403, 'This token belongs to a workspace, not to a user.');
  }
}
