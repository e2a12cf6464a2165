import type { Host } from '../../bitbucket/hosts.ts';
import type { Context } from '../../context.ts';
import { BitbranchError } from '../../errors.ts';
import { loginCommand } from '../../host-command.ts';
import { shellQuoted } from '../../shell-word.ts';
import { say } from '../output/say.ts';

/**
 * Has git ask this program for the credentials of a host, and no other helper. What the person had set for the host before
 * stays in the file, without effect.
 */
export async function setUpHelper(host: Host, context: Context): Promise<void> {
  const { git } = context;
  const key = helperKey(host);
  const values = await git.globalValues(key);
  const wanted = [...withoutHelper(values), '', helperCommand(context.ownCommand)];
  const isSetUp = JSON.stringify(values) === JSON.stringify(wanted);
  if (!isSetUp) await git.setGlobalValues(key, wanted);
  const done = isSetUp
    ? `git uses this sign-in for ${host.url} already.`
    : `git now uses this sign-in for ${host.url}: ${key} was written to its global configuration.`;
  await say([done], context);
}

/** Takes away what {@link setUpHelper} wrote for the host, and nothing else. */
export async function removeHelper(host: Host, context: Context): Promise<void> {
  const { git } = context;
  const key = helperKey(host);
  const values = await git.globalValues(key);
  const others = withoutHelper(values);
  if (others.length === values.length) return;
  await git.setGlobalValues(key, others);
  const done = `git no longer asks bitbranch: ${key} was removed from its global configuration.`;
  await say([done], context);
}

/** The host with the scope that pushing needs; Cloud's consumers have theirs written down. */
export function forPushing(host: Host): Host {
  if (host.oauth2.scope === null) return host;
  return { ...host, oauth2: { ...host.oauth2, scope: 'REPO_WRITE' } };
}

/** @throws {BitbranchError} `usage` for OAuth 1.0a */
export function refuseUnusableByGit(host: Host, protocol: string): void {
  if (protocol !== 'oauth1') return;
  throw new BitbranchError('usage', noOAuth1(host), { hint: otherProtocols(host) });
}

export function noOAuth1(host: Host): string {
  return `git can't use OAuth 1.0a, by which the sign-in to ${host.name} has each request signed.`;
}

export function otherProtocols(host: Host): string {
  const command = loginCommand(host, ['--protocol', 'oauth2', '--setup-git']);
  return `Sign in with OAuth 2.0, or with a token (--protocol token): ${command}`;
}

function helperKey({ url }: Host): string {
  return `credential.${url}.helper`;
}

/** What git hands to a shell, its `!` taken off. */
function helperCommand(ownCommand: readonly string[]): string {
  return `!${ownCommand.map(shellQuoted).join(' ')} git-credential`;
}

/** Whatever Node or copy of this program wrote it. */
const anyHelperCommand = /^!'.*(?:bitbranch|main\.cjs)' git-credential$/s;

/** Without our command, and the empty value before it, with which it made git forget the helpers named until then. */
function withoutHelper(values: readonly string[]): readonly string[] {
  const isOurs = (value: string | undefined) => value !== undefined && anyHelperCommand.test(value);
  return values.filter(
    (value, index) => !isOurs(value) && !(value === '' && isOurs(values[index + 1])),
  );
}
