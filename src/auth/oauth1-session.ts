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

/** Signs a made-up request: the first signature takes 3 ms longer than others, and there is time before a credential has come. */
export function rehearseSigning(): void {
  signedHeaders(
    { method: 'GET', url: 'https://host.example/path?name=value' },
    clientCredentials({ key: 'key', secret: 'secret' }),
    { token: 'token', tokenSecret: 'secret' },
    { nonce: 'nonce', timestampSeconds: 1 },
  );
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
  let knownSkewSeconds = 0;
  let current: Promise<OAuth1Credential> | OAuth1Credential = credential;

  async function send(request: HttpRequest, skewSeconds: number): Promise<HttpResponse> {
    const moment = correctedMoment(momentOf(context), skewSeconds);
    const signable = { ...request, form: formOf(request) };
    const { authorization } = signedHeaders(signable, client, await current, moment);
    return context.http.send({ ...request, headers: { ...request.headers, authorization } });
  }

  return async (request) => {
    if (isExpired(credential, context.clock.nowMs()) && current === credential) {
      current = renewedOAuth1(host, client, credential, store, context).catch((error) => {
        if (!isEnded(error)) current = credential;
        throw error;
      });
    }
    const usedSkewSeconds = knownSkewSeconds;
    const response = await send(request, usedSkewSeconds);
    const skewSeconds = skewToCorrect(protocolResponse(response, '', context));
    if (skewSeconds === null || skewSeconds === usedSkewSeconds) {
      if (response.status === 401 && isBitbucketOrg(host.url)) throw refusedByBitbucketOrg();
      return response;
    }
    const isNew = knownSkewSeconds === 0;
    knownSkewSeconds = skewSeconds;
    await response.text();
    if (isNew) await noteSkew(skewSeconds, context);
    return send(request, skewSeconds);
  };
}

/** What a body adds to the signature: only a form does (RFC 5849 section 3.4.1.3.1). */
function formOf({ headers = {}, body = '' }: HttpRequest): readonly [string, string][] {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type');
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(type?.[1] ?? '');
  return isForm ? [...new URLSearchParams(body)] : [];
}

function isExpired({ expiresAt, sessionHandle }: OAuth1Credential, nowMs: number): boolean {
  return sessionHandle !== null && expiresAt !== null && nowMs >= Date.parse(expiresAt);
}
