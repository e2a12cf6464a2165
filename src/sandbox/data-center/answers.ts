import { hash } from 'node:crypto';
import { account } from '../account.ts';
import type { ApiError } from '../api-error.ts';
import type { Repository } from '../repositories/repository.ts';

export const applicationProperties = {
  version: '9.4.0',
  buildNumber: '9004000',
  buildDate: '1730851200000',
  displayName: 'Bitbucket',
};

/** The project that stands for a workspace of Cloud. */
export function projectKeyOf({ fullName }: Pick<Repository, 'fullName'>): string {
  return fullName.slice(0, fullName.indexOf('/')).toUpperCase();
}

export function slugOf({ fullName }: Pick<Repository, 'fullName'>): string {
  return fullName.slice(fullName.indexOf('/') + 1);
}

export function userAnswer(baseUrl: string) {
  return {
    name: account.username,
    slug: account.username,
    emailAddress: account.email,
    displayName: account.displayName,
    id: 101,
    active: true,
    type: 'NORMAL',
    links: { self: [{ href: `${baseUrl}/users/${account.username}` }] },
  };
}

export function projectAnswer(key: string, baseUrl: string) {
  return {
    key,
    id: numberFrom(key),
    name: key,
    public: false,
    type: 'NORMAL',
    links: { self: [{ href: `${baseUrl}/projects/${key}` }] },
  };
}

export function repositoryAnswer(repository: Repository, baseUrl: string) {
  const [key, slug] = [projectKeyOf(repository), slugOf(repository)];
  return {
    slug,
    id: numberFrom(repository.fullName),
    name: slug,
    hierarchyId: hash('sha1', repository.fullName).slice(0, 20),
    scmId: 'git',
    state: 'AVAILABLE',
    statusMessage: 'Available',
    forkable: true,
    project: projectAnswer(key, baseUrl),
    public: false,
    archived: false,
    links: {
      clone: [{ href: `${baseUrl}/scm/${key.toLowerCase()}/${slug}.git`, name: 'http' }],
      self: [{ href: `${baseUrl}/projects/${key}/repos/${slug}/browse` }],
    },
  };
}

/** What the exceptions behind a status are called. */
const exceptionNames: Readonly<Record<number, string>> = {
  400: 'com.atlassian.bitbucket.validation.ArgumentValidationException',
  401: 'com.atlassian.bitbucket.AuthorisationException',
  404: 'com.atlassian.bitbucket.NoSuchEntityException',
};

export function dataCenterError({ status, message }: ApiError) {
  const exceptionName =
    exceptionNames[status] ?? 'com.atlassian.bitbucket.server.ApplicationException';
  return { errors: [{ message, exceptionName }] };
}

function numberFrom(name: string): number {
  return Number.parseInt(hash('sha1', name).slice(0, 7), 16);
}
