import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { baseUrlOf, serve } from '../http.ts';
import type { Permission } from '../permission.ts';
import { type LazyList, lazyList, type Repository } from '../repositories/repository.ts';
import { ApiError } from './api-error.ts';
import { type CloudAnswers, cloudAnswers } from './cloud-answers.ts';
import type { QueryableFields } from './fields.ts';
import { legacyChangeset } from './legacy-branches.ts';
import { pageOf } from './paging.ts';
import { partialResponse } from './partial-response.ts';
import { findRepository, repositoriesIn } from './repository-lookup.ts';
import { select } from './selection.ts';

export interface CloudApiOptions {
  readonly repositories: readonly Repository[];
  /** What every credential is good for. */
  readonly permissions: readonly Permission[];
  /** Passes a request that carries a good credential. @throws {ApiError} for any other. */
  authenticate(request: FastifyRequest): void;
  readonly latencyMs: number;
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
};

/** Bitbucket Cloud's REST API 2.0, as far as it is about branches, and the branches of the old 1.0. */
export function serveCloudApi(app: FastifyInstance, options: CloudApiOptions): void {
  const { repositories } = options;

  function get(path: string, permission: Permission, answer: (call: Call) => Promise<unknown>) {
    serve(app, path, {
      GET: async (request) => {
        if (options.latencyMs > 0) await sleep(options.latencyMs, undefined, { ref: false });
        options.authenticate(request);
        requirePermission(permission, options.permissions);
        const call = callOf(request);
        const fields = call.url.searchParams.get('fields');
        const whole = await answer(call);
        return fields === null ? whole : partialResponse(whole, fields);
      },
    });
  }

  get('/2.0/user', 'account', async ({ answers }) => answers.user());

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
  const baseUrl = baseUrlOf(request);
  const url = new URL(`${baseUrl}${request.raw.url ?? ''}`);
  const names = [...url.searchParams.keys()];
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  if (repeated !== undefined) throw new ApiError(400, `${repeated} is given more than once.`);
  return { url, path: pathParameters(request.params), answers: cloudAnswers(baseUrl) };
}

function pathParameters(params: unknown): Readonly<Record<string, string>> {
  const entries = typeof params === 'object' && params !== null ? Object.entries(params) : [];
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function requirePermission(required: Permission, granted: readonly Permission[]): void {
  if (granted.includes(required)) return;
  throw new ApiError(403, 'Your credentials lack one or more required privilege scopes.', {
    required: [required],
    granted,
  });
}
