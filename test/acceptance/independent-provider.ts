/**
 * A second opinion: a strict OAuth 1.0a provider with Bitbucket Cloud's paths. Every key, secret, token and verifier holds
 * the characters that encoders get wrong, and its `next` links write a space as `+`.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { serveOnLoopback } from '../helpers/loopback.ts';
import {
  collectParameters,
  encode,
  type Received,
  Refusal,
  refuse,
  signatureBase,
} from './independent-signature.ts';

interface Token {
  readonly value: string;
  readonly secret: string;
  readonly callback: string;
  /** Null until the person granted access. */
  verifier: string | null;
}

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface IndependentProvider {
  readonly url: string;
  readonly consumer: { readonly key: string; readonly secret: string };
  readonly repository: string;
  readonly branchNames: readonly string[];
  /** Everything that it ever issued and that has to stay between it and the client. */
  readonly secrets: readonly string[];
  /** Why it refused requests; a correct client gives no cause. */
  readonly refusals: readonly string[];
  /** Called before a signed REST request is answered, with its path. */
  beforeAnswer: (path: string) => Promise<void>;
}

const hardCharacters = "+/=&%!*'() ~";
const repository = 'weird/place';
const branchNames = ['main', 'feature/a+b', 'größe', 'x&y=z'];
const pageToken = `page two${hardCharacters}`;

export async function startIndependentProvider(t: TestContext): Promise<IndependentProvider> {
  const consumer = { key: hard('key'), secret: hard('consumer-secret') };
  const temporary = new Map<string, Token>();
  const granted = new Map<string, Token>();
  const usedNonces = new Set<string>();
  const secrets = [consumer.secret];
  const refusals: string[] = [];
  let origin = '';

  function issue(tokens: Map<string, Token>, callback: string): Token {
    const token = { value: hard('token'), secret: hard('token-secret'), callback, verifier: null };
    tokens.set(token.value, token);
    secrets.push(token.secret);
    return token;
  }

  /** Section 3.2: the protocol parameters and the token of a request whose signature is right. */
  function authenticate(received: Received, tokens: Map<string, Token> | null) {
    const { parameters, protocol } = collectParameters(received);
    const need = (name: string) => protocol.get(name) ?? refuse(`no ${name}`);
    if (need('oauth_consumer_key') !== consumer.key) refuse('unknown consumer');
    if (need('oauth_signature_method') !== 'HMAC-SHA1') refuse('not HMAC-SHA1');
    if ((protocol.get('oauth_version') ?? '1.0') !== '1.0') refuse('not version 1.0');
    const timestamp = need('oauth_timestamp');
    if (!/^[1-9]\d*$/.test(timestamp)) refuse('timestamp is no positive integer');
    if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) refuse('timestamp is too far off');
    const token = tokens === null ? undefined : tokens.get(need('oauth_token'));
    if (tokens !== null && token === undefined) refuse('unknown token');
    if (tokens === null && protocol.has('oauth_token')) refuse('token where there can be none');
    const nonce = JSON.stringify([timestamp, need('oauth_nonce'), token?.value]);
    if (usedNonces.has(nonce)) refuse('nonce used before');
    usedNonces.add(nonce);
    const text = signatureBase(received.method, origin + received.path, parameters);
    const key = `${encode(consumer.secret)}&${encode(token?.secret ?? '')}`;
    const expected = createHmac('sha1', key).update(text).digest('base64');
    if (need('oauth_signature') !== expected) refuse(`wrong signature over ${text}`);
    return { token, need };
  }

  /** Section 2.1. */
  function temporaryCredentials(received: Received): Reply {
    const callback = authenticate(received, null).need('oauth_callback');
    if (!/^http:\/\/127\.0\.0\.1:\d+\//.test(callback)) refuse('callback is not on loopback');
    const { value, secret } = issue(temporary, callback);
    return formReply({
      oauth_token: value,
      oauth_token_secret: secret,
      oauth_callback_confirmed: 'true',
    });
  }

  /** Section 2.2: the page, and the redirect once its button was pressed. */
  function authorization({ method, query, form }: Received): Reply {
    const parameters = method === 'POST' ? form : query;
    const token = temporary.get(parameters.get('oauth_token') ?? '') ?? refuse('unknown token');
    if (method === 'GET') {
      const field = `<input type="hidden" name="oauth_token" value="${escapeHtml(token.value)}">`;
      const button = '<button type="submit" name="decision" value="grant">Grant</button>';
      return page(`<form action="" method="post">${field}${button}</form>`);
    }
    token.verifier = hard('verifier');
    secrets.push(token.verifier);
    const answer = new URLSearchParams({
      oauth_token: token.value,
      oauth_verifier: token.verifier,
    });
    return { status: 303, body: '', headers: { location: `${token.callback}?${answer}` } };
  }

  /** Section 2.3: temporary credentials are traded once. */
  function tokenCredentials(received: Received): Reply {
    const { token, need } = authenticate(received, temporary);
    if (token === undefined || token.verifier === null) return refuse('nobody granted access');
    if (need('oauth_verifier') !== token.verifier) refuse('wrong verifier');
    temporary.delete(token.value);
    const { value, secret } = issue(granted, '');
    secrets.push(value);
    return formReply({ oauth_token: value, oauth_token_secret: secret });
  }

  async function rest(received: Received): Promise<Reply> {
    authenticate(received, granted);
    await provider.beforeAnswer(received.path);
    return restReply(received, origin);
  }

  async function answer(received: Received): Promise<Reply> {
    const oauth = '/api/1.0/oauth/';
    switch (`${received.method} ${received.path}`) {
      case `POST ${oauth}request_token`:
        return temporaryCredentials(received);
      case `GET ${oauth}authenticate`:
      case `POST ${oauth}authenticate`:
        return authorization(received);
      case `POST ${oauth}access_token`:
        return tokenCredentials(received);
      default:
        return rest(received);
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let reply: Reply;
    try {
      reply = await answer(await receive(request));
    } catch (error) {
      refusals.push(`${request.method} ${request.url}: ${error}`);
      reply = { status: error instanceof Refusal ? 401 : 500, body: '' };
    }
    response.writeHead(reply.status, reply.headers).end(reply.body);
  }

  origin = await serveOnLoopback(t, createServer(handle));

  const provider: IndependentProvider = {
    url: origin,
    consumer,
    repository,
    branchNames,
    secrets,
    refusals,
    beforeAnswer: async () => {},
  };
  return provider;
}

function restReply({ path, query }: Received, origin: string): Reply {
  if (path === '/2.0/user') return jsonReply({ username: 'weird', display_name: 'Weird & Co' });
  if (path === `/2.0/repositories/${repository}`) {
    return jsonReply({ mainbranch: { name: 'main' } });
  }
  if (path !== `/2.0/repositories/${repository}/refs/branches`) refuse(`nothing at ${path}`);
  const values = branchNames.map((name) => ({
    name,
    target: { hash: '0123456789abcdef0123456789abcdef01234567' },
  }));
  if (query.get('page') === pageToken) return jsonReply({ values: values.slice(2) });
  if (query.has('page')) refuse('the next link was changed');
  const next = new URLSearchParams([...query, ['page', pageToken]]);
  return jsonReply({ values: values.slice(0, 2), next: `${origin}${path}?${next}` });
}

/** Told apart by its beginning, never the same twice. */
function hard(kind: string): string {
  return `${kind}-${randomBytes(4).toString('hex')}${hardCharacters}`;
}

async function receive(request: IncomingMessage): Promise<Received> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  const type = request.headers['content-type'] ?? '';
  const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s);
  return {
    method: request.method ?? '',
    path,
    query: new URLSearchParams(query),
    form: new URLSearchParams(type.startsWith('application/x-www-form-urlencoded') ? body : ''),
    authorization: request.headers.authorization ?? '',
  };
}

function formReply(fields: Readonly<Record<string, string>>): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `${new URLSearchParams(fields)}`,
  };
}

function jsonReply(value: unknown): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  };
}

function page(body: string): Reply {
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
