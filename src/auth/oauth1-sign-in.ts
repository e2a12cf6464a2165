import type { Host } from '../bitbucket/hosts.ts';
import type { Context, HttpRequest } from '../context.ts';
import type { Account, Consumer, OAuth1Credential } from '../credentials/credential.ts';
import {
  authorizationUrl,
  type ClientCredentials,
  type ProtocolResponse,
  processTemporaryCredentialsResponse,
  processTokenCredentialsResponse,
  type TemporaryCredentials,
  temporaryCredentialsRequest,
  tokenCredentialsRequest,
  type ValidatedCallback,
  validateCallback,
} from '../oauth1/client.ts';
import { denial } from '../oauth1/problems.ts';
import type { Judgement } from './callback-server.ts';
import { momentOf } from './moment.ts';

/** A sign-in that waits for a person's decision. */
export interface SignInAttempt<Callback> {
  /** The page on which the person decides. */
  readonly authorizationUrl: string;
  /** Whether a request to the redirect URI answers this very attempt. */
  judge(query: URLSearchParams): Judgement<Callback>;
  /** Trades the callback for the credential; it is spent then. */
  redeem(callback: Callback): Promise<OAuth1Credential>;
}

/** The account of a credential before, or without, knowing who signed in; no Bitbucket user name looks like it. */
export const unnamedAccount: Account = { name: '(unnamed)', displayName: null };

/**
 * Obtains temporary credentials for a sign-in that comes back to `redirectUri` (RFC 5849 section 2.1).
 * @throws {BitbranchError} `sign_in_refused`, `server`, `network` or `timeout`
 */
export async function beginOAuth1(
  host: Host,
  consumer: Consumer,
  redirectUri: string,
  context: Context,
): Promise<SignInAttempt<ValidatedCallback>> {
  const { temporaryCredentialsUrl, authorizationUrl: pageUrl, tokenCredentialsUrl } = host.oauth1;
  const client: ClientCredentials = {
    key: consumer.key,
    signing: { method: 'HMAC-SHA1', secret: consumer.secret },
  };
  const request = temporaryCredentialsRequest(
    temporaryCredentialsUrl,
    client,
    redirectUri,
    momentOf(context),
  );
  const temporary = processTemporaryCredentialsResponse(await exchange(request, context));
  return {
    authorizationUrl: authorizationUrl(pageUrl, temporary),
    judge: (query) => judgementOf(query, temporary),
    redeem: async (callback) => {
      const moment = momentOf(context);
      const tokenRequest = tokenCredentialsRequest(
        tokenCredentialsUrl,
        client,
        temporary,
        callback,
        moment,
      );
      const { token, tokenSecret } = processTokenCredentialsResponse(
        await exchange(tokenRequest, context),
      );
      const { url, kind } = host;
      return {
        protocol: 'oauth1',
        host: url,
        kind,
        account: unnamedAccount,
        consumer,
        token,
        tokenSecret,
      };
    },
  };
}

function judgementOf(
  query: URLSearchParams,
  temporary: TemporaryCredentials,
): Judgement<ValidatedCallback> {
  const verdict = validateCallback(query, temporary);
  switch (verdict.kind) {
    case 'ignored':
      return { verdict: 'ignore' };
    case 'validated':
      return { verdict: 'accept', callback: verdict.callback };
    case 'denied':
      return { verdict: 'deny', error: denial(verdict.problem) };
  }
}

async function exchange(request: HttpRequest, context: Context): Promise<ProtocolResponse> {
  const response = await context.http.send(request);
  return { status: response.status, body: await response.text() };
}
