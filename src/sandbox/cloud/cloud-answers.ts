import { account } from '../account.ts';
import type { ApiError } from '../api-error.ts';
import { type Branch, type Refs, type Repository, uuidFrom } from '../repositories/repository.ts';
import type {
  CloudBranch,
  CloudCommit,
  CloudError,
  CloudRepository,
  CloudUser,
  CloudWorkspaceAccess,
} from './cloud-schemas.ts';
import { workspaceUuid } from './repository-lookup.ts';

/** Makes the JSON of the REST API, with links that begin with `baseUrl`. */
export interface CloudAnswers {
  user(): CloudUser;
  workspaceAccess(slug: string): CloudWorkspaceAccess;
  repository(repository: Repository, refs: Refs): CloudRepository;
  branch(repository: Repository, branch: Branch): CloudBranch;
}

export function cloudAnswers(baseUrl: string): CloudAnswers {
  const link = (path: string) => ({ href: `${baseUrl}${path}` });

  function user() {
    return {
      type: 'user',
      username: account.username,
      display_name: account.displayName,
      nickname: account.username,
      account_id: account.accountId,
      uuid: account.uuid,
      created_on: account.createdOn,
      links: {
        self: link(`/2.0/users/${encodeURIComponent(account.uuid)}`),
        html: link(`/${encodeURIComponent(account.uuid)}/`),
        avatar: link(`/account/${account.username}/avatar/`),
        repositories: link(`/2.0/repositories/${encodeURIComponent(account.uuid)}`),
      },
    } satisfies CloudUser;
  }

  function workspaceAccess(slug: string) {
    return {
      type: 'workspace_access',
      administrator: slug === account.username,
      workspace: {
        type: 'workspace_base',
        slug,
        uuid: workspaceUuid(slug),
        links: { self: link(`/2.0/workspaces/${slug}`), html: link(`/${slug}/`) },
      },
    } satisfies CloudWorkspaceAccess;
  }

  function repositoryReference({ fullName }: Repository) {
    return {
      type: 'repository',
      name: slugOf(fullName),
      full_name: fullName,
      uuid: uuidFrom(fullName),
      links: {
        self: link(`/2.0/repositories/${fullName}`),
        html: link(`/${fullName}`),
        avatar: link(`/${fullName}/avatar/`),
      },
    } satisfies CloudRepository;
  }
  return { user, workspaceAccess, repository, branch };

  function repository(repository: Repository, { mainBranch }: Refs) {
    const reference = repositoryReference(repository);
    const api = `/2.0/repositories/${repository.fullName}`;
    return {
      ...reference,
      slug: reference.name,
      scm: 'git',
      is_private: true,
      fork_policy: 'no_public_forks',
      description: '',
      language: '',
      has_issues: false,
      has_wiki: false,
      size: 0,
      created_on: account.createdOn,
      updated_on: account.createdOn,
      owner: user(),
      project: { type: 'project', ...projectOf(repository) },
      mainbranch: mainBranch === null ? null : { type: 'branch', name: mainBranch },
      links: {
        ...reference.links,
        commits: link(`${api}/commits`),
        clone: [{ name: 'https', ...link(`/${repository.fullName}.git`) }],
      },
    } satisfies CloudRepository;
  }

  function branch(repository: Repository, { name, target }: Branch) {
    const api = `/2.0/repositories/${repository.fullName}`;
    const encodedName = encodePath(name);
    return {
      type: 'branch',
      name,
      target: commit(repository, target),
      links: {
        self: link(`${api}/refs/branches/${encodedName}`),
        commits: link(`${api}/commits/${encodedName}`),
        html: link(`/${repository.fullName}/branch/${encodedName}`),
      },
      merge_strategies: ['merge_commit', 'squash', 'fast_forward'],
      default_merge_strategy: 'merge_commit',
    } satisfies CloudBranch;
  }

  function commit(repository: Repository, target: Branch['target']) {
    const { hash, date, message, author, parents } = target;
    const isOwn = author.raw.endsWith(`<${account.email}>`);
    return {
      type: 'commit',
      hash,
      date,
      message,
      author: { type: 'author', raw: author.raw, ...(isOwn && { user: user() }) },
      parents: parents.map((parent) => ({
        type: 'commit',
        hash: parent,
        links: commitLinks(repository, parent),
      })),
      repository: repositoryReference(repository),
      links: commitLinks(repository, hash),
    } satisfies CloudCommit;
  }

  function commitLinks({ fullName }: Repository, hash: string) {
    return {
      self: link(`/2.0/repositories/${fullName}/commit/${hash}`),
      html: link(`/${fullName}/commits/${hash}`),
    };
  }
}

export function cloudError({ message, detail }: ApiError): CloudError {
  return { type: 'error', error: detail === undefined ? { message } : { message, detail } };
}

/** A workspace's only project, which Data Center has in its place. */
function projectOf({ fullName }: Repository): { readonly key: string; readonly name: string } {
  const workspace = fullName.slice(0, fullName.indexOf('/'));
  return { key: workspace.toUpperCase(), name: workspace };
}

function slugOf(fullName: string): string {
  return fullName.slice(fullName.indexOf('/') + 1);
}

/** A branch name in a URL: its slashes stay. */
function encodePath(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}
