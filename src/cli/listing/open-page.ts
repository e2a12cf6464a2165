import { branchesPageUrl } from '../../bitbucket/web-pages.ts';
import type { Context } from '../../context.ts';
import { BitbranchError } from '../../errors.ts';
import type { HostSources } from '../host-choice.ts';
import { option } from '../options.ts';
import { repositoryHost } from '../repository-choice.ts';
import { namedRepositories, wantsSeveral } from './wanted-repositories.ts';

/**
 * Prints the address of the page with a repository's branches on stderr, and opens it.
 * @throws {BitbranchError} `usage` for more than one repository
 */
export async function openBranchesPage(sources: HostSources, context: Context): Promise<void> {
  const { args, env } = sources;
  const repositories = wantsSeveral(args) ? [] : await namedRepositories(sources, context);
  const [repository] = repositories;
  if (repository === undefined) {
    throw new BitbranchError('usage', '--web opens the page of one repository.', {
      hint: 'Name just one.',
    });
  }
  const url = branchesPageUrl(repositoryHost(repository.host, sources), repository);
  await context.terminal.stderr.write(`${url}\n`);
  if (!args.has('no-browser')) await context.browser.open(url, option(args, env, 'browser'));
}
