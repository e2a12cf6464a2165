import type { Host } from '../bitbucket/hosts.ts';
import type { Context } from '../context.ts';
import type { OAuth2Credential, SecretConsumer } from '../credentials/credential.ts';
import type { PendingOAuth2 } from '../credentials/pending-sign-in.ts';
import {
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
  { random }: Pick<Context, 'random'>,
): Promise<PendingOAuth2> {
  const request = await authorizationRequest(
    authorizationServer(host),
    oauth2Client(consumer),
    redirectUri,
    host.oauth2.scope,
    (length) => random.bytes(length),
  );
  return { protocol: 'oauth2', host: host.url, kind: host.kind, consumer, ...request };
}

export function oauth2Attempt(host: Host, pending: PendingOAuth2, context: Context): SignInAttempt {
  const { consumer } = pending;
  const [server, client] = [authorizationServer(host), oauth2Client(consumer)];

  async function redeem(response: ValidatedResponse): Promise<OAuth2Credential> {
    const issued = await exchangeCode(server, client, pending, response, sendBy(context));
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
    authorizationUrl: pending.url,
    judge(query) {
      const verdict = validateAuthorizationResponse(query, pending, server, client);
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
