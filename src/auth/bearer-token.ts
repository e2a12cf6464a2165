import type { Host } from '../bitbucket/hosts.ts';
import type { Context } from '../context.ts';
import type { Credential } from '../credentials/credential.ts';
import type { CredentialStore } from '../credentials/credential-store.ts';
import { BitbranchError } from '../errors.ts';
import { loginCommand } from '../host-command.ts';
import { currentOAuth2 } from './oauth2-session.ts';

/**
 * The token that another program can send, renewed first where it is about to expire.
 * @throws {BitbranchError} `usage` for OAuth 1.0a, which signs each request and has no such token
 */
export async function bearerToken(
  host: Host,
  credential: Credential,
  store: CredentialStore,
  context: Context,
): Promise<string> {
  switch (credential.protocol) {
    case 'token':
      return credential.token;
    case 'oauth2':
      return (await currentOAuth2(host, credential, store, context)).accessToken;
    case 'oauth1':
      throw new BitbranchError(
        'usage',
        `The sign-in to ${host.name} is OAuth 1.0a, which signs each request and has no bearer token.`,
        {
          hint: `Use bitbranch api, or sign in with: ${loginCommand(host, ['--protocol', 'oauth2'])}`,
        },
      );
  }
}
