import type { Host } from '../bitbucket/hosts.ts';
import type { Context } from '../context.ts';
import type { OAuth2Credential, SecretConsumer } from '../credentials/credential.ts';
import {
  type AuthorizationRequest,
  authorizationRequest,
  exchangeCode,
  type ValidatedResponse,
  validateAuthorizationResponse,
} from '../oauth2/client.ts';
import { authorizationServer, issuedTokens, oauth2Client, sendBy } from './oauth2-server.ts';
import { type SignInAttempt, unnamedAccount } from './sign-in-attempt.ts';

/** Begins an authorization code flow that comes back to `redirectUri` (RFC 6749 section 4.1). */
export async function beginOAuth2(
  host: Host,
  consumer: SecretConsumer,
  redirectUri: string,
  context: Context,
): Promise<SignInAttempt> {
  const request = await authorizationRequest(
    authorizationServer(host),
    oauth2Client(consumer),
    redirectUri,
    host.oauth2.scope,
    (length) => context.random.bytes(length),
  );
  return resumeOAuth2(host, consumer, request, context);
}

/** An attempt that was begun before, perhaps by another process. */
export function resumeOAuth2(
  host: Host,
  consumer: SecretConsumer,
  request: AuthorizationRequest,
  context: Context,
): SignInAttempt {
  const [server, client] = [authorizationServer(host), oauth2Client(consumer)];

  async function redeem(response: ValidatedResponse): Promise<OAuth2Credential> {
    const issued = await exchangeCode(server, client, request, response, sendBy(context));
    return {
      protocol: 'oauth2',
      host: host.url,
      kind: host.kind,
      account: unnamedAccount,
      consumer,
      refreshToken: issued.refreshToken,
      ...issuedTokens(issued, context.clock.nowMs()),
    };
  }

  return {
    authorizationUrl: request.url,
    judge(query) {
      const verdict = validateAuthorizationResponse(query, request, server, client);
      switch (verdict.kind) {
        case 'ignored':
          return { verdict: 'ignore' };
        case 'refused':
          return { verdict: 'deny', error: verdict.error };
        case 'validated':
          return { verdict: 'accept', callback: () => redeem(verdict.response) };
      }
    },
  };
}
