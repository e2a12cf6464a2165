import { branchesPageUrl, repositoriesPageUrl } from '../../bitbucket/web-pages.ts';
import type { Context } from '../../context.ts';
import { BitbranchError } from '../../errors.ts';
import { type HostSources, namedHost, onlyHost } from '../host-choice.ts';
import { option } from '../options.ts';
import { repositoryHost } from '../repository-choice.ts';
import { namedOwners } from './wanted-owners.ts';
import { namedRepositories, wantsSeveral } from './wanted-repositories.ts';

/**
 * Prints the address of the page with a repository's branches on stderr, and opens it.
 * @throws {BitbranchError} `usage` for more than one repository
 */
export async function openBranchesPage(sources: HostSources, context: Context): Promise<void> {
  const repositories = wantsSeveral(sources.args) ? [] : await namedRepositories(sources, context);
  const [repository] = repositories;
  if (repository === undefined) throw severalPages('repository');
  await open(
    branchesPageUrl(repositoryHost(repository.host, sources), repository),
    sources,
    context,
  );
}

/**
 * The same with the page of a workspace's or project's repositories.
 * @throws {BitbranchError} `usage` for none and for more than one
 */
export async function openRepositoriesPage(sources: HostSources, context: Context): Promise<void> {
  const [owner, ...others] = await namedOwners(sources.args, context);
  if (owner === undefined || others.length > 0) throw severalPages('workspace or project');
  const host = namedHost(sources) ?? onlyHost(sources);
  await open(repositoriesPageUrl(host, owner), sources, context);
}

async function open(url: string, { args, env }: HostSources, context: Context): Promise<void> {
  await context.terminal.stderr.write(`${url}\n`);
  if (!args.has('no-browser')) await context.browser.open(url, option(args, env, 'browser'));
}

function severalPages(what: string): BitbranchError {
  return new BitbranchError('usage', `--web opens the page of one ${what}.`, {
    hint: 'Name just one.',
  });
}
