import { createPrivateKey } from 'node:crypto';
import { type Host, isBitbucketOrg } from '../bitbucket/hosts.ts';
import type { Context, HttpRequest, HttpResponse } from '../context.ts';
import type { Consumer, OAuth1Credential } from '../credentials/credential.ts';
import type { CredentialStore } from '../credentials/credential-store.ts';
import { type ClientCredentials, signedHeaders } from '../oauth1/client.ts';
import { correctedMoment, skewToCorrect } from '../oauth1/clock-skew.ts';
import { momentOf } from './moment.ts';
import { noteSkew, protocolResponse } from './oauth1-exchange.ts';
import { refusedByBitbucketOrg } from './oauth1-refusal.ts';
import { renewedOAuth1 } from './oauth1-renewal.ts';
import { isEnded } from './renewal.ts';

/** The client credentials of a consumer; its key is parsed here, once for all that is signed with it. */
export function clientCredentials(consumer: Consumer): ClientCredentials {
  const signing =
    'secret' in consumer
      ? { method: 'HMAC-SHA1' as const, secret: consumer.secret }
      : { method: 'RSA-SHA1' as const, privateKey: createPrivateKey(consumer.privateKey) };
  return { key: consumer.key, signing };
}

/**
 * Sends requests signed with token credentials (RFC 5849 section 3), each with a timestamp and nonce of its own. Once the
 * server has refused the time, everything is signed by its clock.
 */
export function oauth1Sender(
  host: Host,
  credential: OAuth1Credential,
  store: CredentialStore,
  context: Context,
): (request: HttpRequest) => Promise<HttpResponse> {
  const client = clientCredentials(credential.consumer);
  let skewSeconds = 0;
  let current: Promise<OAuth1Credential> | OAuth1Credential = credential;

  async function send(request: HttpRequest): Promise<HttpResponse> {
    const moment = correctedMoment(momentOf(context), skewSeconds);
    const { authorization } = signedHeaders(request, client, await current, moment);
    return context.http.send({ ...request, headers: { ...request.headers, authorization } });
  }

  return async (request) => {
    if (isExpired(credential, context.clock.nowMs()) && current === credential) {
      current = renewedOAuth1(host, client, credential, store, context).catch((error) => {
        if (!isEnded(error)) current = credential;
        throw error;
      });
    }
    const response = await send(request);
    const skew = skewToCorrect(protocolResponse(response, '', context));
    if (skew === null || skew === skewSeconds) {
      if (response.status === 401 && isBitbucketOrg(host.url)) throw refusedByBitbucketOrg();
      return response;
    }
    await response.text();
    if (skewSeconds === 0) await noteSkew(skew, context);
    skewSeconds = skew;
    return send(request);
  };
}

function isExpired({ expiresAt, sessionHandle }: OAuth1Credential, nowMs: number): boolean {
  return sessionHandle !== null && expiresAt !== null && nowMs >= Date.parse(expiresAt);
}
