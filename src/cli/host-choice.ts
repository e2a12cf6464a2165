import { signedInHosts } from '../auth/accounts.ts';
import { knownHost } from '../auth/known-host.ts';
import { defaultHostInput, type Host, parseHostUrl } from '../bitbucket/hosts.ts';
import type { Environment } from '../context.ts';
import type { HostKind } from '../credentials/credential.ts';
import type { Settings } from '../credentials/settings.ts';
import { BitbranchError } from '../errors.ts';
import { hostCommand } from '../host-command.ts';
import { shellWord } from '../shell-word.ts';
import type { Arguments } from './arguments.ts';
import { choice, option } from './options.ts';

const hostKinds = ['cloud', 'datacenter'] as const satisfies readonly HostKind[];

/** What decides which host a command speaks to. */
export interface HostSources {
  readonly args: Arguments;
  readonly env: Environment;
  readonly settings: Settings;
}

/** The host that `--host` or BITBRANCH_HOST names; undefined without either. */
export function namedHost(sources: HostSources): Host | undefined {
  const input = option(sources.args, sources.env, 'host');
  return input === undefined ? undefined : hostOfUrl(parseHostUrl(input), sources);
}

export function defaultHost(sources: HostSources): Host {
  return hostOfUrl(parseHostUrl(defaultHostInput), sources);
}

/**
 * The only host signed in to; with BITBRANCH_TOKEN, which needs no sign-in, bitbucket.org when there is none.
 * @throws {BitbranchError} `sign_in_needed` when nobody is signed in anywhere, `usage` when there are several hosts
 */
export function onlyHost(sources: HostSources): Host {
  const [first, ...others] = signedInHosts(sources.settings);
  if (first === undefined) {
    if (sources.env['BITBRANCH_TOKEN']) return defaultHost(sources);
    throw new BitbranchError('sign_in_needed', 'Nobody is signed in.', {
      hint: 'Sign in with: bitbranch login',
    });
  }
  if (others.length > 0) {
    throw new BitbranchError(
      'usage',
      `You are signed in to several hosts: ${[first, ...others].join(', ')}.`,
      {
        hint: `Set BITBRANCH_HOST, or name the one that is meant: ${commandAt('HOST', sources.args)}`,
      },
    );
  }
  return hostOfUrl(first, sources);
}

/** The command that was given, its flags left out, at a host. A URL that may hold a password is not repeated. */
function commandAt(host: string, { command, operands }: Arguments): string {
  const shown = operands.filter((operand) => !operand.includes('@'));
  return hostCommand([command, ...shown.map(shellWord)].join(' '), { url: host });
}

/** The only host at which a sign-in waits for its second command; undefined where there is none, or several. */
export function pendingHost(sources: HostSources): Host | undefined {
  const begun = Object.entries(sources.settings.hosts)
    .filter(([, host]) => host.pendingIn !== undefined)
    .map(([url]) => url);
  const [only, ...others] = begun;
  return only === undefined || others.length > 0 ? undefined : hostOfUrl(only, sources);
}

/** A host with its kind: as asked for, else as remembered, else what its name tells. */
export function hostOfUrl(url: string, { args, env, settings }: HostSources): Host {
  return knownHost(url, choice(args, env, 'kind', hostKinds), settings);
}
