import { createPrivateKey } from 'node:crypto';
import type { Context, HttpRequest, HttpResponse } from '../context.ts';
import type { Consumer, OAuth1Credential } from '../credentials/credential.ts';
import { type ClientCredentials, signedHeaders } from '../oauth1/client.ts';
import { momentOf } from './moment.ts';

/** The client credentials of a consumer; its key is parsed here, once for all that is signed with it. */
export function clientCredentials(consumer: Consumer): ClientCredentials {
  const signing =
    'secret' in consumer
      ? { method: 'HMAC-SHA1' as const, secret: consumer.secret }
      : { method: 'RSA-SHA1' as const, privateKey: createPrivateKey(consumer.privateKey) };
  return { key: consumer.key, signing };
}

/** Sends requests signed with token credentials (RFC 5849 section 3), each with a timestamp and nonce of its own. */
export function oauth1Sender(
  credential: OAuth1Credential,
  context: Context,
): (request: HttpRequest) => Promise<HttpResponse> {
  const client = clientCredentials(credential.consumer);
  return (request) => {
    const { authorization } = signedHeaders(request, client, credential, momentOf(context));
    return context.http.send({ ...request, headers: { ...request.headers, authorization } });
  };
}
