import { type Host, isBitbucketOrg } from './bitbucket/hosts.ts';
import { shellWord } from './shell-word.ts';

/** A host whose kind is left out is one whose kind is remembered. */
export type CommandHost = Pick<Host, 'url'> & Partial<Pick<Host, 'kind'>>;

/**
 * A command to copy from a hint. It always names its host: without it, a secret typed into it would go to bitbucket.org.
 * @param name the words after `bitbranch`
 * @param flags further words, as the program is to get them
 */
export function hostCommand(
  name: string,
  { url, kind }: CommandHost,
  flags: readonly string[] = [],
): string {
  const kindFlag = kind === 'cloud' && !isBitbucketOrg(url) ? ['--kind', kind] : [];
  const words = ['--host', url, ...kindFlag, ...flags];
  return `bitbranch ${name} ${words.map(shellWord).join(' ')}`;
}

/** The flag that names an account; none for a name that a person can't copy, since it is shown with escapes. */
export function accountFlag(name: string): readonly string[] {
  return /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u.test(name) ? [] : ['--account', name];
}

/** The command that signs in to a host. */
export function loginCommand(host: CommandHost, flags: readonly string[] = []): string {
  return hostCommand('login', host, flags);
}
