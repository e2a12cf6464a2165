// The three steps of RFC 5849 section 2 at a Data Center's addresses, signed by RSA-SHA1.
import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { type Signing, signedFetch } from './oauth1-signer.ts';
import { callbackUrl, sendForm, type Token, tokenOf } from './sandbox-login.ts';

export interface LinkedConsumer {
  readonly key: string;
  readonly privateKey: KeyObject;
}

export interface LinkedToken extends Token {
  readonly sessionHandle: string;
}

function applicationLinkUrl(
  sandbox: Sandbox,
  name: 'request-token' | 'authorize' | 'access-token',
): string {
  return `${sandbox.url}/plugins/servlet/oauth/${name}`;
}

export async function linkedRequestToken(
  sandbox: Sandbox,
  consumer: LinkedConsumer,
  changes: Partial<Signing> = {},
): Promise<Response> {
  return signedFetch({
    consumer,
    method: 'POST',
    url: applicationLinkUrl(sandbox, 'request-token'),
    oauth: { oauth_callback: callbackUrl },
    ...changes,
  });
}

export async function linkedAccessToken(
  sandbox: Sandbox,
  consumer: LinkedConsumer,
  token: Token,
  oauth: Signing['oauth'],
  nowMs = Date.now(),
): Promise<Response> {
  const url = applicationLinkUrl(sandbox, 'access-token');
  return signedFetch({ consumer, token, method: 'POST', url, oauth: { ...oauth }, nowMs });
}

export async function linkedForm(answer: Response): Promise<URLSearchParams> {
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/);
  return new URLSearchParams(text);
}

/** What the callback is told once the person has pressed a button. */
export async function decideOnLink(
  sandbox: Sandbox,
  token: Token,
  decision: 'grant' | 'deny',
): Promise<URLSearchParams> {
  const url = `${applicationLinkUrl(sandbox, 'authorize')}?oauth_token=${token.token}`;
  const redirect = await sendForm(await (await fetch(url)).text(), url, decision);
  assert.equal(redirect.status, 303);
  return new URL(redirect.headers.get('location') ?? '').searchParams;
}

export async function signInByLink(
  sandbox: Sandbox,
  consumer: LinkedConsumer,
  nowMs = Date.now(),
): Promise<LinkedToken> {
  const temporary = tokenOf(
    await linkedForm(await linkedRequestToken(sandbox, consumer, { nowMs })),
  );
  const verifier = (await decideOnLink(sandbox, temporary, 'grant')).get('oauth_verifier') ?? '';
  const oauth = { oauth_verifier: verifier };
  const form = await linkedForm(
    await linkedAccessToken(sandbox, consumer, temporary, oauth, nowMs),
  );
  return { ...tokenOf(form), sessionHandle: form.get('oauth_session_handle') ?? '' };
}
