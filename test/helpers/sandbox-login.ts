import assert from 'node:assert/strict';
import type { CloudError } from '../../src/sandbox/cloud/cloud-schemas.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { type SigningKeys, signedFetch } from './oauth1-signer.ts';

export interface Token {
  readonly token: string;
  readonly secret: string;
}

export interface SignedIn extends SigningKeys {
  readonly consumer: Sandbox['consumer'];
  readonly token: Token;
}

export const callbackUrl = 'http://127.0.0.1:9/callback?from=test';

export function endpoint(sandbox: Sandbox, name: string): string {
  return `${sandbox.url}/api/1.0/oauth/${name}`;
}

export function tokenOf(form: URLSearchParams): Token {
  const token = form.get('oauth_token');
  const secret = form.get('oauth_token_secret');
  assert.ok(token && secret);
  return { token, secret };
}

export async function requestToken(
  sandbox: Sandbox,
  { callback = callbackUrl, nowMs = Date.now() } = {},
): Promise<Token> {
  const answer = await signedFetch({
    consumer: sandbox.consumer,
    method: 'POST',
    url: endpoint(sandbox, 'request_token'),
    oauth: { oauth_callback: callback },
    nowMs,
  });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  const form = new URLSearchParams(text);
  assert.equal(form.get('oauth_callback_confirmed'), 'true');
  return tokenOf(form);
}

/** What a browser does with the consent page when a person presses one of its buttons. */
export async function pressButton(
  sandbox: Sandbox,
  token: string,
  decision: 'grant' | 'deny',
): Promise<Response> {
  const url = `${endpoint(sandbox, 'authenticate')}?oauth_token=${encodeURIComponent(token)}`;
  const page = await fetch(url);
  const html = await page.text();
  assert.equal(page.status, 200, html);
  return sendForm(html, url, decision);
}

/** Submits the only form of a page by the button with that value. */
export async function sendForm(html: string, pageUrl: string, decision: string): Promise<Response> {
  const [form, ...otherForms] = html.match(/<form[\s\S]*?<\/form>/g) ?? [];
  assert.ok(form !== undefined && otherForms.length === 0, 'there is one form');
  assert.ok(form.includes(`<button type="submit" name="decision" value="${decision}">`));
  const action = /<form method="post" action="([^"]*)"/.exec(form)?.[1] ?? '';
  const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
  const body = new URLSearchParams({ decision });
  for (const [, name = '', value = ''] of hidden) body.append(name, value);
  return fetch(new URL(action, pageUrl), { method: 'POST', body, redirect: 'manual' });
}

export async function exchange(
  sandbox: Sandbox,
  temporary: Token,
  verifier: string,
  nowMs = Date.now(),
): Promise<Response> {
  return signedFetch({
    consumer: sandbox.consumer,
    token: temporary,
    method: 'POST',
    url: endpoint(sandbox, 'access_token'),
    oauth: { oauth_verifier: verifier },
    nowMs,
  });
}

/** Signs in and gives the keys with which REST calls are signed. */
export async function signIn(sandbox: Sandbox, nowMs = Date.now()): Promise<SignedIn> {
  const temporary = await requestToken(sandbox, { nowMs });
  const redirect = await pressButton(sandbox, temporary.token, 'grant');
  const location = new URL(redirect.headers.get('location') ?? '');
  const answer = await exchange(
    sandbox,
    temporary,
    location.searchParams.get('oauth_verifier') ?? '',
    nowMs,
  );
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return { consumer: sandbox.consumer, token: tokenOf(new URLSearchParams(text)) };
}

/** Asks the REST API for a path. */
export async function ask(sandbox: Sandbox, keys: SigningKeys, path: string): Promise<Response> {
  return signedFetch({ ...keys, method: 'GET', url: `${sandbox.url}${path}` });
}

/** The answer to a path, which has to be a success, in the published type that the caller names. */
export async function answer<Body>(
  sandbox: Sandbox,
  keys: SigningKeys,
  path: string,
): Promise<Body> {
  const response = await ask(sandbox, keys, path);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text);
}

/** The error in an answer that has Bitbucket's shape. */
export async function errorOf(response: Response): Promise<CloudError['error']> {
  const { type, error } = (await response.json()) as CloudError;
  assert.equal(type, 'error');
  return error;
}
