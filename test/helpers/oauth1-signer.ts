import { createHmac, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface SigningKeys {
  /** A secret signs by HMAC-SHA1, a private key by RSA-SHA1. */
  readonly consumer: { readonly key: string } & (
    | { readonly secret: string }
    | { readonly privateKey: KeyObject }
  );
  readonly token?: { readonly token: string; readonly secret: string } | undefined;
}

export interface Signing extends SigningKeys {
  readonly method: string;
  /** The URL as it is sent; parameters in its query are signed. */
  readonly url: string;
  readonly form?: readonly (readonly [string, string])[];
  /** `oauth_callback`, `oauth_verifier`, or others that are to be set or (undefined) left out. */
  readonly oauth?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970; now by default. */
  readonly nowMs?: number;
}

/**
 * Signs by HMAC-SHA1 or RSA-SHA1, written from RFC 5849 for the tests alone: it shares no line with the program or with the sandbox. Gives all OAuth
 * parameters, to be put into the header, the form or the query.
 */
export function signedParameters(signing: Signing): Record<string, string> {
  const { consumer, token, method, url, form = [], oauth = {} } = signing;
  const parameters = withoutUndefined({
    oauth_consumer_key: consumer.key,
    oauth_token: token?.token,
    oauth_signature_method: 'secret' in consumer ? 'HMAC-SHA1' : 'RSA-SHA1',
    oauth_timestamp: String(Math.floor((signing.nowMs ?? Date.now()) / 1000)),
    oauth_nonce: randomBytes(12).toString('hex'),
    oauth_version: '1.0',
    ...oauth,
  });
  const target = new URL(url);
  const pairs = [...target.searchParams, ...form, ...Object.entries(parameters)]
    .map(([name, value]) => `${escapeText(name)} ${escapeText(value)}`)
    .sort()
    .map((pair) => pair.replace(' ', '='));
  const text = [method, `${target.origin}${target.pathname}`, pairs.join('&')]
    .map(escapeText)
    .join('&');
  return {
    ...parameters,
    oauth_signature: signatureOf(text, consumer, token?.secret ?? ''),
    ...withoutUndefined({ oauth_signature: oauth['oauth_signature'] }),
  };
}

function signatureOf(text: string, consumer: SigningKeys['consumer'], tokenSecret: string): string {
  if ('privateKey' in consumer) {
    return sign('sha1', Buffer.from(text), consumer.privateKey).toString('base64');
  }
  const key = `${escapeText(consumer.secret)}&${escapeText(tokenSecret)}`;
  return createHmac('sha1', key).update(text).digest('base64');
}

export function authorizationHeader(parameters: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(parameters).map(
    ([name, value]) => `${escapeText(name)}="${escapeText(value)}"`,
  );
  return `OAuth ${pairs.join(', ')}`;
}

/** Sends a request, with its form, that is signed in its Authorization header; redirects are not followed. */
export async function signedFetch(signing: Signing): Promise<Response> {
  const { method, url, form } = signing;
  const authorization = authorizationHeader(signedParameters(signing));
  const body =
    form && new URLSearchParams(form.map(([name, value]): [string, string] => [name, value]));
  return fetch(url, {
    method,
    headers: { authorization },
    redirect: 'manual',
    ...(body && { body }),
  });
}

function escapeText(text: string): string {
  return Buffer.from(text, 'utf8').reduce((escaped, byte) => {
    const character = String.fromCharCode(byte);
    const isUnreserved = /[A-Za-z0-9._~-]/.test(character);
    return `${escaped}${isUnreserved ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`}`;
  }, '');
}

function withoutUndefined(
  record: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
