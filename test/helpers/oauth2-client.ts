// A small OAuth 2.0 client, written from RFC 6749 for the tests alone.
import assert from 'node:assert/strict';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { callbackUrl, sendForm } from './sandbox-login.ts';

export const hostKinds = ['cloud', 'datacenter'] as const;
export type HostKind = (typeof hostKinds)[number];

const paths = {
  cloud: { authorize: '/site/oauth2/authorize', token: '/site/oauth2/access_token' },
  datacenter: { authorize: '/rest/oauth2/latest/authorize', token: '/rest/oauth2/latest/token' },
} as const;

/** Values to add to a request; undefined leaves one out that would be there. */
type Changes = Readonly<Record<string, string | undefined>>;

export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly refresh_token: string;
  readonly scope?: string;
  readonly scopes?: string;
}

export function authorizeUrl(sandbox: Sandbox, kind: HostKind, changes: Changes = {}): string {
  const query = parameters({
    response_type: 'code',
    client_id: sandbox.consumer.key,
    redirect_uri: callbackUrl,
    state: 'a state +&%',
    ...changes,
  });
  return `${sandbox.url}${paths[kind].authorize}?${query}`;
}

/** What the callback is told once the person has pressed a button. */
export async function decide(url: string, decision: 'grant' | 'deny'): Promise<URL> {
  const page = await fetch(url, { redirect: 'manual' });
  const html = await page.text();
  assert.equal(page.status, 200, html);
  const answer = await sendForm(html, url, decision);
  assert.equal(answer.status, 303);
  return new URL(answer.headers.get('location') ?? '');
}

export async function newCode(
  sandbox: Sandbox,
  kind: HostKind,
  changes: Changes = {},
): Promise<string> {
  const { searchParams } = await decide(authorizeUrl(sandbox, kind, changes), 'grant');
  const code = searchParams.get('code');
  assert.ok(code);
  return code;
}

/** Asks the token endpoint; the client is in the form, unless there are headers. */
export async function askForTokens(
  sandbox: Sandbox,
  kind: HostKind,
  form: Changes,
  headers: Record<string, string> = {},
): Promise<Response> {
  const { key, secret } = sandbox.consumer;
  const client = 'authorization' in headers ? {} : { client_id: key, client_secret: secret };
  const body = parameters({ ...client, ...form });
  return fetch(`${sandbox.url}${paths[kind].token}`, { method: 'POST', headers, body });
}

export async function exchangeCode(
  sandbox: Sandbox,
  kind: HostKind,
  code: string,
  changes: Changes = {},
): Promise<Response> {
  const form = { grant_type: 'authorization_code', code, redirect_uri: callbackUrl, ...changes };
  return askForTokens(sandbox, kind, form);
}

export async function refresh(
  sandbox: Sandbox,
  kind: HostKind,
  refreshToken: string,
): Promise<Response> {
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
  return askForTokens(sandbox, kind, form);
}

export async function tokensOf(answer: Response): Promise<TokenAnswer> {
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  return JSON.parse(text);
}

export async function newTokens(
  sandbox: Sandbox,
  kind: HostKind,
  changes: Changes = {},
): Promise<TokenAnswer> {
  const code = await newCode(sandbox, kind, changes);
  return tokensOf(await exchangeCode(sandbox, kind, code));
}

/** The refusal of RFC 6749 section 5.2. */
export async function tokenRefusal(answer: Response, status: number, error: string): Promise<void> {
  const body: Record<string, unknown> = JSON.parse(await answer.text());
  assert.equal(answer.status, status, JSON.stringify(body));
  assert.equal(body['error'], error);
  assert.equal(typeof body['error_description'], 'string');
  assert.equal(answer.headers.has('www-authenticate'), status === 401);
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function parameters(values: Changes): URLSearchParams {
  const given = Object.entries(values).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return new URLSearchParams(given);
}
