import { signedInHosts } from '../auth/accounts.ts';
import { remoteWithHost, repositoryFromRemotes } from '../bitbucket/git-remotes.ts';
import { type Host, isBitbucketOrg } from '../bitbucket/hosts.ts';
import {
  type HostHint,
  hintMatchesHost,
  type RepositoryReference,
} from '../bitbucket/repository-reference.ts';
import type { Context } from '../context.ts';
import { BitbranchError } from '../errors.ts';
import { loginCommand } from '../host-command.ts';
import { defaultHost, type HostSources, hostOfUrl, namedHost, onlyHost } from './host-choice.ts';

/**
 * The repository of the git remote here.
 * @throws {BitbranchError} `usage` when it can't be told
 */
export async function repositoryHere(
  sources: HostSources,
  { git }: Pick<Context, 'git'>,
): Promise<RepositoryReference> {
  const remotes = await git.remotes();
  const repository = repositoryFromRemotes(remotes, (hint) => isKnown(hint, sources));
  if (repository !== null) return repository;
  throw noRepositoryHere(remotes, sources);
}

function noRepositoryHere(
  remotes: ReadonlyMap<string, string>,
  sources: HostSources,
): BitbranchError {
  const nameIt = 'Name the repository: bitbranch branches WORKSPACE/SLUG';
  const seen = remoteWithHost(remotes);
  if (seen === null) {
    const sentence = 'This directory is no git clone of a repository on a server.';
    return new BitbranchError('usage', sentence, { hint: nameIt });
  }
  const wanted = 'url' in seen.host ? seen.host.url : seen.host.name;
  const isNamed = namedHost(sources) !== undefined;
  return new BitbranchError(
    'usage',
    `The git remote ${seen.remote} is at ${wanted}, which is not ${isNamed ? 'the host asked for' : 'a host that you are signed in to'}.`,
    { hint: isNamed ? nameIt : `If that is a Bitbucket, ${howToUse(wanted, sources)}` },
  );
}

function howToUse(host: string, { env }: HostSources): string {
  return env['BITBRANCH_TOKEN']
    ? `and BITBRANCH_TOKEN is for it, say so with --host ${host} or BITBRANCH_HOST.`
    : `sign in with: ${loginCommand({ url: host })}`;
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
      : `Sign in with: ${loginCommand({ url: wanted })}`,
  });
}
