import { settingsOf, withHost } from '../../auth/accounts.ts';
import type { Host } from '../../bitbucket/hosts.ts';
import type { Repository } from '../../bitbucket/repository-reference.ts';
import type { Context } from '../../context.ts';
import type { Settings } from '../../credentials/settings.ts';
import { nameOf } from './wanted-repositories.ts';

export interface SeenRepository {
  readonly host: Host;
  readonly repository: Repository;
}

/** So many of each host: enough to choose from at Tab. */
const mostRemembered = 50;

/**
 * Remembers for completion which repositories were listed, at hosts that somebody is signed in to. It takes no time where all of
 * them are remembered already, and is no part of the result: a failure is only traced.
 * @param known the settings as they were read for the list
 */
export async function rememberRepositories(
  seen: readonly SeenRepository[],
  known: Settings,
  { settings, trace }: Pick<Context, 'settings' | 'trace'>,
): Promise<void> {
  if (seen.reduce(withRepository, known) === known) return;
  try {
    await settings.update((now) => seen.reduce(withRepository, now));
  } catch (thrown) {
    trace(`The repositories listed are not remembered: ${thrown}`);
  }
}

/** The newest first; the same object where there is nothing to add. */
function withRepository(settings: Settings, { host, repository }: SeenRepository): Settings {
  const known = settingsOf(settings, host.url);
  if (known === undefined || Object.keys(known.accounts).length === 0) return settings;
  const name = nameOf(repository);
  if (known.repositories?.includes(name)) return settings;
  const repositories = [name, ...(known.repositories ?? [])].slice(0, mostRemembered);
  return withHost(settings, host.url, { ...known, repositories });
}
