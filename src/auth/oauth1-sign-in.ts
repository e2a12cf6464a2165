import type { Host } from '../bitbucket/hosts.ts';
import type { Context, HttpRequest } from '../context.ts';
import type { Consumer, OAuth1Credential } from '../credentials/credential.ts';
import {
  authorizationUrl,
  type ProtocolResponse,
  processTemporaryCredentialsResponse,
  processTokenCredentialsResponse,
  temporaryCredentialsRequest,
  tokenCredentialsRequest,
  type ValidatedCallback,
  validateCallback,
} from '../oauth1/client.ts';
import { denial } from '../oauth1/problems.ts';
import { momentOf } from './moment.ts';
import { clientCredentials } from './oauth1-session.ts';
import { type SignInAttempt, unnamedAccount } from './sign-in-attempt.ts';

/**
 * Obtains temporary credentials for a sign-in that comes back to `redirectUri` (RFC 5849 section 2.1).
 * @throws {BitbranchError} `sign_in_refused`, `server`, `network` or `timeout`
 */
export async function beginOAuth1(
  host: Host,
  consumer: Consumer,
  redirectUri: string,
  context: Context,
): Promise<SignInAttempt> {
  const { temporaryCredentialsUrl, authorizationUrl: pageUrl, tokenCredentialsUrl } = host.oauth1;
  const client = clientCredentials(consumer);
  const moment = momentOf(context);
  const request = temporaryCredentialsRequest(temporaryCredentialsUrl, client, redirectUri, moment);
  const temporary = processTemporaryCredentialsResponse(await exchange(request, context));

  async function redeem(callback: ValidatedCallback): Promise<OAuth1Credential> {
    const now = momentOf(context);
    const request = tokenCredentialsRequest(tokenCredentialsUrl, client, temporary, callback, now);
    const issued = processTokenCredentialsResponse(await exchange(request, context));
    return {
      protocol: 'oauth1',
      host: host.url,
      kind: host.kind,
      account: unnamedAccount,
      consumer,
      token: issued.token,
      tokenSecret: issued.tokenSecret,
      sessionHandle: null,
      expiresAt: null,
    };
  }

  return {
    authorizationUrl: authorizationUrl(pageUrl, temporary),
    judge(query) {
      const verdict = validateCallback(query, temporary);
      switch (verdict.kind) {
        case 'ignored':
          return { verdict: 'ignore' };
        case 'denied':
          return { verdict: 'deny', error: denial(verdict.problem) };
        case 'validated':
          return { verdict: 'accept', callback: () => redeem(verdict.callback) };
      }
    },
  };
}

async function exchange(request: HttpRequest, context: Context): Promise<ProtocolResponse> {
  const response = await context.http.send(request);
  return { status: response.status, body: await response.text() };
}
