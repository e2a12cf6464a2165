import { settingsOf, signedInHosts, withoutAccount } from '../../auth/accounts.ts';
import { credentialReference } from '../../auth/stored-credential.ts';
import type { Host } from '../../bitbucket/hosts.ts';
import type { Context } from '../../context.ts';
import type { Settings } from '../../credentials/settings.ts';
import { BitbranchError } from '../../errors.ts';
import type { Arguments } from '../arguments.ts';
import { type HostSources, namedHost, onlyHost } from '../host-choice.ts';
import { option } from '../options.ts';
import { visibleText } from '../output/escape.ts';

export async function run(args: Arguments, context: Context): Promise<void> {
  const { env, credentials } = context;
  const settings = await context.settings.read();
  const host = hostToLeave({ args, env, settings });
  const account = option(args, env, 'account') ?? lastAccount(host, settings);
  if (host === undefined || account === undefined) {
    return say(`Nothing to forget: nobody is signed in${host ? ` to ${host.name}` : ''}.`, context);
  }
  const known = Object.hasOwn(settingsOf(settings, host.url)?.accounts ?? {}, account);
  // Also where the settings know nothing: they may have been lost, and the secret not.
  const removed = await credentials.remove(credentialReference(host.url, account));
  if (known) {
    await context.settings.update((current) => withoutAccount(current, host.url, account));
  } else if (!removed) {
    return say(`Nothing to forget: ${account} is not signed in to ${host.name}.`, context);
  }
  if (!removed) throw nothingRemoved(host, account, context);
  await say(
    `Signed out ${account} from ${host.name}: the credential was removed from ${credentials.description}.`,
    context,
  );
  await say(
    `Bitbucket still lists the access that you granted; withdraw it at ${host.accessPageUrl}`,
    context,
  );
}

/** The host asked for, else the only one signed in to; undefined where there is none. */
function hostToLeave(sources: HostSources): Host | undefined {
  const named = namedHost(sources);
  if (named !== undefined) return named;
  return signedInHosts(sources.settings).length === 0 ? undefined : onlyHost(sources);
}

function lastAccount(host: Host | undefined, settings: Settings): string | undefined {
  return host === undefined ? undefined : settingsOf(settings, host.url)?.lastAccount;
}

/** A locked keyring answers like an empty one, so nobody can tell whether the secret is gone. */
function nothingRemoved(host: Host, account: string, { credentials }: Context): BitbranchError {
  return new BitbranchError(
    'store_locked',
    `${account} is signed out from ${host.name}, but ${credentials.description} showed no credential to remove: it is locked, or the entry was removed before.`,
    {
      hint: `If it is locked, unlock it and run: bitbranch logout --host ${host.url} --account ${account}`,
    },
  );
}

async function say(line: string, { terminal }: Context): Promise<void> {
  await terminal.stderr.write(`${visibleText(line)}\n`);
}
