import { completeSignIn, type SignInSteps } from '../../auth/sign-in.ts';
import { unnamedAccount } from '../../auth/sign-in-attempt.ts';
import type { Host } from '../../bitbucket/hosts.ts';
import type { Context } from '../../context.ts';
import type { Credential } from '../../credentials/credential.ts';
import type { CredentialStore } from '../../credentials/credential-store.ts';
import { BitbranchError } from '../../errors.ts';

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

async function readToken(host: Host, { terminal, interrupted }: Context): Promise<string> {
  const text = terminal.isInteractive
    ? await terminal.prompt(`Token for ${host.name}: `, { hidden: true, signal: interrupted })
    : await terminal.readStdin();
  const token = text.trim();
  if (token !== '') return token;
  throw new BitbranchError('usage', 'No token was given.', {
    hint: 'Pipe it in, as email:api-token or as a bearer token: bitbranch login --protocol token < token-file',
  });
}
