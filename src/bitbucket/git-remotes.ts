import { BitbranchError } from '../errors.ts';
import {
  type HostHint,
  parseRepositoryReference,
  type RepositoryReference,
} from './repository-reference.ts';

/**
 * The repository that a clone's remotes mean: the only one on a host that `isBitbucket` knows, else the one of `origin`; null
 * when there is none.
 * @param remotes fetch URLs by remote name.
 * @throws {BitbranchError} `usage` when there are several and none of them is `origin`.
 */
export function repositoryFromRemotes(
  remotes: ReadonlyMap<string, string>,
  isBitbucket: (host: HostHint) => boolean,
): RepositoryReference | null {
  const candidates = new Map<string, RepositoryReference>();
  for (const [name, url] of remotes) {
    const reference = parseRemote(url);
    if (reference?.host && isBitbucket(reference.host)) candidates.set(name, reference);
  }
  const distinct = new Map([...candidates.values()].map((each) => [JSON.stringify(each), each]));
  const [first] = distinct.values();
  if (first === undefined) return null;
  return distinct.size === 1 ? first : (candidates.get('origin') ?? refuseAmbiguity(candidates));
}

/** A remote need not be a Bitbucket: one that is no repository reference is passed over. */
function parseRemote(url: string): RepositoryReference | null {
  try {
    return parseRepositoryReference(url);
  } catch (error) {
    if (error instanceof BitbranchError) return null;
    throw error;
  }
}

/** A remote whose URL could be that of a Bitbucket repository: `origin` rather than another one; null when there is none. */
export function remoteWithHost(
  remotes: ReadonlyMap<string, string>,
): { readonly remote: string; readonly host: HostHint } | null {
  const names = [...remotes.keys()].sort((a, b) => Number(b === 'origin') - Number(a === 'origin'));
  for (const remote of names) {
    const host = parseRemote(remotes.get(remote) ?? '')?.host;
    if (host) return { remote, host };
  }
  return null;
}

function refuseAmbiguity(candidates: ReadonlyMap<string, RepositoryReference>): never {
  const list = [...candidates].map(([name, each]) => `${name} (${each.workspace}/${each.slug})`);
  throw new BitbranchError(
    'usage',
    `Several git remotes are repositories of a Bitbucket and none is called origin: ${list.join(', ')}.`,
    { hint: 'Name the repository that you mean: bitbranch branches WORKSPACE/SLUG' },
  );
}
