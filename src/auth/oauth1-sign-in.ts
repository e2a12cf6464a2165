import type { Host } from '../bitbucket/hosts.ts';
import type { Context } from '../context.ts';
import type { Consumer, OAuth1Credential } from '../credentials/credential.ts';
import type { PendingOAuth1 } from '../credentials/pending-sign-in.ts';
import {
  authorizationUrl,
  processTemporaryCredentialsResponse,
  processTokenCredentialsResponse,
  temporaryCredentialsRequest,
  tokenCredentialsRequest,
  type ValidatedCallback,
  validateCallback,
} from '../oauth1/client.ts';
import { denial } from '../oauth1/problems.ts';
import { exchange } from './oauth1-exchange.ts';
import { explainingRefusal } from './oauth1-refusal.ts';
import { tokenParts } from './oauth1-renewal.ts';
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
): Promise<PendingOAuth1> {
  const { temporaryCredentialsUrl } = host.oauth1;
  const client = clientCredentials(consumer);
  const response = await exchange(
    (moment) => temporaryCredentialsRequest(temporaryCredentialsUrl, client, redirectUri, moment),
    context,
  );
  const { token, tokenSecret } = explainingRefusal(host, consumer, () =>
    processTemporaryCredentialsResponse(response),
  );
  return { protocol: 'oauth1', host: host.url, kind: host.kind, consumer, token, tokenSecret };
}

export function oauth1Attempt(host: Host, pending: PendingOAuth1, context: Context): SignInAttempt {
  const { authorizationUrl: pageUrl, tokenCredentialsUrl } = host.oauth1;
  const { consumer } = pending;
  const client = clientCredentials(consumer);

  async function redeem(callback: ValidatedCallback): Promise<OAuth1Credential> {
    const response = await exchange(
      (moment) => tokenCredentialsRequest(tokenCredentialsUrl, client, pending, callback, moment),
      context,
    );
    const issued = explainingRefusal(host, consumer, () =>
      processTokenCredentialsResponse(response),
    );
    return {
      protocol: 'oauth1',
      host: host.url,
      kind: host.kind,
      account: unnamedAccount,
      consumer,
      ...tokenParts(issued, context.clock.nowMs()),
    };
  }

  return {
    authorizationUrl: authorizationUrl(pageUrl, pending),
    judge(query) {
      const verdict = validateCallback(query, pending);
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
