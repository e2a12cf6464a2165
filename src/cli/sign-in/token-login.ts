import { completeSignIn, type SignInSteps } from '../../auth/sign-in.ts';
import { unnamedAccount } from '../../auth/sign-in-attempt.ts';
import type { Host } from '../../bitbucket/hosts.ts';
import type { Context } from '../../context.ts';
import type { Credential } from '../../credentials/credential.ts';
import type { CredentialStore } from '../../credentials/credential-store.ts';
import { BitbranchError } from '../../errors.ts';
import { loginCommand } from '../../host-command.ts';
import { say } from '../output/say.ts';

/**
 * Signs in with a token made on a Bitbucket page: from the terminal, hidden, else from standard input. A token that stands
 * for no user (of a workspace or repository) signs in under the name asked for, or under its own.
 * @throws {BitbranchError} `sign_in_needed` when the host does not accept it
 */
export async function tokenLogin(
  target: { readonly host: Host; readonly store: CredentialStore },
  name: string | undefined,
  steps: SignInSteps,
  context: Context,
): Promise<Credential> {
  const { host } = target;
  const token = await readToken(host, context);
  const account = name === undefined ? unnamedAccount : { name, displayName: null };
  const credential = {
    protocol: 'token',
    host: host.url,
    kind: host.kind,
    account,
    expiresAt: null,
    token,
  } as const;
  return completeSignIn(target, credential, steps, context);
}

async function readToken(host: Host, context: Context): Promise<string> {
  const { terminal } = context;
  const token = (
    terminal.isInteractive ? await ask(host, context) : await terminal.readStdin()
  ).trim();
  if (token !== '') return token;
  const command = loginCommand(host, ['--protocol', 'token']);
  throw new BitbranchError('usage', 'No token was given.', {
    hint: `Pipe it in, as email:api-token or as a bearer token: ${command} < token-file`,
  });
}

async function ask(host: Host, context: Context): Promise<string> {
  await say([whereMade(host)], context);
  const options = { hidden: true, signal: context.interrupted };
  return context.terminal.prompt(`Token for ${host.name}: `, options);
}

/** @see `gitCredential` for the kinds of token */
function whereMade({ url, kind }: Host): string {
  return kind === 'cloud'
    ? 'Make an API token at https://id.atlassian.com/manage-profile/security/api-tokens and give it as email:api-token, or give an access token from the settings of a repository or workspace as it is.'
    : `Make an HTTP access token at ${url}/plugins/servlet/access-tokens/manage and give it as it is.`;
}
