import { gitCredential, isForGit, secretForGit } from '../../auth/git-credential.ts';
import { currentOAuth2, renewedOAuth2 } from '../../auth/oauth2-session.ts';
import type { Context } from '../../context.ts';
import { BitbranchError } from '../../errors.ts';
import { loginCommand } from '../../host-command.ts';
import type { Arguments } from '../arguments.ts';
import { type CredentialQuery, formatAnswer, parseQuery } from '../git/credential-protocol.ts';
import { noOAuth1, otherProtocols } from '../git/helper-setup.ts';
import { findCredential } from '../git/query-credential.ts';
import { visibleText } from '../output/escape.ts';

/**
 * A credential helper of git. Without an answer git asks its next helper; what goes wrong is told on stderr, which git
 * shows.
 * @see https://git-scm.com/docs/gitcredentials#_custom_helpers
 */
export async function run(args: Arguments, context: Context): Promise<void> {
  const [operation] = args.operands;
  if (operation === undefined) {
    throw new BitbranchError('usage', 'git says what it wants of a credential helper.', {
      hint: 'Set git up to run this command itself with: bitbranch login --setup-git',
    });
  }
  const perform = operation === 'get' ? get : operation === 'erase' ? erase : null;
  // Signing in is what stores a credential; and operations that are not known are to be passed over.
  if (perform === null) return;
  await perform(parseQuery(await context.terminal.readStdin()), args, context);
}

async function get(query: CredentialQuery, args: Arguments, context: Context): Promise<void> {
  const found = await findCredential(query, args, context);
  if (found === null) return;
  const { host, store, credential } = found;
  if (!isForGit(credential)) {
    return context.note(visibleText(`bitbranch: ${noOAuth1(host)} ${otherProtocols(host)}`));
  }
  const current =
    credential.protocol === 'oauth2'
      ? await currentOAuth2(host, credential, store, context)
      : credential;
  const answer = formatAnswer(gitCredential(current, query.takesBearer), current.expiresAt);
  await context.terminal.stdout.write(answer);
}

/** A credential that was refused is not forgotten: one that can be renewed is, so that the next attempt has a good one. */
async function erase(query: CredentialQuery, args: Arguments, context: Context): Promise<void> {
  const found = await findCredential(query, args, context);
  if (found === null) return;
  const { host, store, credential } = found;
  if (!isForGit(credential) || secretForGit(credential) !== query.secret) return;
  if (credential.protocol === 'oauth2') {
    await renewedOAuth2(host, credential, store, context);
    return;
  }
  const { name } = credential.account;
  throw new BitbranchError('sign_in_needed', `${host.name} refused the token of ${name}.`, {
    hint: `Sign in with another one: ${loginCommand(host, ['--protocol', 'token'])}`,
  });
}
