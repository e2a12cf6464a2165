import { signedInHosts } from '../auth/accounts.ts';
import { repositoryFromRemotes } from '../bitbucket/git-remotes.ts';
import { type Host, isBitbucketOrg } from '../bitbucket/hosts.ts';
import {
  type HostHint,
  hintMatchesHost,
  type RepositoryReference,
} from '../bitbucket/repository-reference.ts';
import type { Context } from '../context.ts';
import { BitbranchError } from '../errors.ts';
import { defaultHost, type HostSources, hostOfUrl, namedHost, onlyHost } from './host-choice.ts';

/**
 * The repository of the git remote here.
 * @throws {BitbranchError} `usage` when it can't be told
 */
export async function repositoryHere(
  sources: HostSources,
  { git }: Pick<Context, 'git'>,
): Promise<RepositoryReference> {
  return repositoryFromRemotes(await git.remotes(), (hint) => isKnown(hint, sources));
}

/** Hosts that a remote may mean: the one named, else bitbucket.org and those signed in to. */
function knownHosts(sources: HostSources): readonly Host[] {
  const named = namedHost(sources);
  if (named !== undefined) return [named];
  const signedIn = signedInHosts(sources.settings).map((url) => hostOfUrl(url, sources));
  return signedIn.some(({ url }) => isBitbucketOrg(url))
    ? signedIn
    : [...signedIn, defaultHost(sources)];
}

function isKnown(hint: HostHint, sources: HostSources): boolean {
  return knownHosts(sources).some(({ url }) => hintMatchesHost(hint, url));
}

/**
 * The host of a repository; a credential never follows a clone URL to a host that it was not made for.
 * @throws {BitbranchError} `usage` or `sign_in_needed` where there is none
 */
export function repositoryHost(hint: HostHint | null, sources: HostSources): Host {
  if (hint === null) return namedHost(sources) ?? onlyHost(sources);
  const host = knownHosts(sources).find(({ url }) => hintMatchesHost(hint, url));
  if (host !== undefined) return host;
  const wanted = 'url' in hint ? hint.url : hint.name;
  const named = namedHost(sources);
  if (named !== undefined) {
    throw new BitbranchError(
      'usage',
      `The repository is at ${wanted}, but the host asked for is ${named.url}.`,
      {
        hint: 'Leave out --host and BITBRANCH_HOST, or name a repository of that host.',
      },
    );
  }
  throw new BitbranchError('sign_in_needed', `Nobody is signed in to ${wanted}.`, {
    hint: sources.env['BITBRANCH_TOKEN']
      ? `If BITBRANCH_TOKEN is for that host, say so with --host ${wanted} or BITBRANCH_HOST.`
      : `Sign in with: bitbranch login --host ${wanted}`,
  });
}
