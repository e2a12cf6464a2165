/**
 * A second opinion: a strict OAuth 1.0a provider with a Data Center's paths, which knows one consumer by its RSA public key.
 * Tokens and verifiers hold the characters that encoders get wrong.
 */
import { type KeyObject, randomBytes, verify } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { serveOnLoopback } from '../helpers/loopback.ts';
import { protectedApi } from '../helpers/protected-api.ts';
import {
  collectParameters,
  type Received,
  Refusal,
  refuse,
  signatureBase,
} from './independent-signature.ts';

export interface IndependentDataCenter {
  readonly url: string;
  /** Why it refused requests; a correct client gives no cause. */
  readonly refusals: readonly string[];
}

interface Token {
  readonly value: string;
  readonly callback: string;
  verifier: string | null;
}

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const hardCharacters = "+/=&%!*'() ~";

export async function startIndependentDataCenter(
  t: TestContext,
  consumerKey: string,
  publicKey: KeyObject,
): Promise<IndependentDataCenter> {
  const temporary = new Map<string, Token>();
  const granted = new Map<string, Token>();
  const usedNonces = new Set<string>();
  const refusals: string[] = [];
  let origin = '';

  function issue(tokens: Map<string, Token>, callback: string): Token {
    const value = `${randomBytes(8).toString('hex')}${hardCharacters}`;
    const token = { value, callback, verifier: null };
    tokens.set(value, token);
    return token;
  }

  /** RFC 5849 sections 3.2 and 3.4.3; the token secret has no part in it. */
  function authenticate(received: Received, tokens: Map<string, Token> | null) {
    const { parameters, protocol } = collectParameters(received);
    const need = (name: string) => protocol.get(name) ?? refuse(`no ${name}`);
    if (need('oauth_consumer_key') !== consumerKey) refuse('unknown consumer');
    if (need('oauth_signature_method') !== 'RSA-SHA1') refuse('not RSA-SHA1');
    if (Math.abs(Date.now() / 1000 - Number(need('oauth_timestamp'))) > 300) refuse('wrong time');
    const token = tokens === null ? undefined : tokens.get(need('oauth_token'));
    if (tokens !== null && token === undefined) refuse('unknown token');
    if (tokens === null && protocol.has('oauth_token')) refuse('token where there can be none');
    const nonce = JSON.stringify([need('oauth_timestamp'), need('oauth_nonce'), token?.value]);
    if (usedNonces.has(nonce)) refuse('nonce used before');
    usedNonces.add(nonce);
    const base = Buffer.from(signatureBase(received.method, origin + received.path, parameters));
    const signature = Buffer.from(need('oauth_signature'), 'base64');
    if (!verify('sha1', base, publicKey, signature)) refuse(`wrong signature over ${base}`);
    return { token, need };
  }

  /** Section 2.1. */
  function requestToken(received: Received): Reply {
    const callback = authenticate(received, null).need('oauth_callback');
    const { value } = issue(temporary, callback);
    return form({
      oauth_token: value,
      oauth_token_secret: 'unused',
      oauth_callback_confirmed: 'true',
    });
  }

  /** Section 2.2: the page, and the redirect once its button was pressed. */
  function authorize({ method, query, form: fields }: Received): Reply {
    const name = (method === 'POST' ? fields : query).get('oauth_token') ?? '';
    const token = temporary.get(name) ?? refuse('unknown token');
    if (method === 'GET') {
      const value = token.value.replace(/[&'"]/g, (it) => `&#${it.charCodeAt(0)};`);
      const body = `<form action="" method="post"><input type="hidden" name="oauth_token" value="${value}"></form>`;
      return { status: 200, headers: { 'content-type': 'text/html' }, body };
    }
    token.verifier = `${randomBytes(4).toString('hex')}${hardCharacters}`;
    const answer = new URLSearchParams({ oauth_token: name, oauth_verifier: token.verifier });
    return { status: 302, body: '', headers: { location: `${token.callback}?${answer}` } };
  }

  /** Section 2.3, with the extension that lets tokens end and be renewed. */
  function accessToken(received: Received): Reply {
    const { token, need } = authenticate(received, temporary);
    if (token === undefined || token.verifier === null) return refuse('nobody granted access');
    if (need('oauth_verifier') !== token.verifier) refuse('wrong verifier');
    temporary.delete(token.value);
    return form({
      oauth_token: issue(granted, '').value,
      oauth_token_secret: 'unused',
      oauth_expires_in: '157680000',
      oauth_session_handle: `session${hardCharacters}`,
      oauth_authorization_expires_in: '160272000',
    });
  }

  function oauth(received: Received): Reply | null {
    switch (`${received.method} ${received.path}`) {
      case 'POST /plugins/servlet/oauth/request-token':
        return requestToken(received);
      case 'GET /plugins/servlet/oauth/authorize':
      case 'POST /plugins/servlet/oauth/authorize':
        return authorize(received);
      case 'POST /plugins/servlet/oauth/access-token':
        return accessToken(received);
      default:
        authenticate(received, granted);
        return null;
    }
  }

  const api = protectedApi('datacenter', async () => 'ada');
  const server = createServer(async (request, response) => {
    try {
      const reply = oauth(await receive(request));
      if (reply === null) return await api(request, response);
      response.writeHead(reply.status, reply.headers).end(reply.body);
    } catch (error) {
      refusals.push(`${request.method} ${request.url}: ${error}`);
      response.writeHead(error instanceof Refusal ? 401 : 500).end();
    }
  });
  origin = await serveOnLoopback(t, server);
  return { url: origin, refusals };
}

/** As Data Center does it, by the type of plain text. */
function form(fields: Readonly<Record<string, string>>): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'text/plain' },
    body: `${new URLSearchParams(fields)}`,
  };
}

async function receive(request: IncomingMessage): Promise<Received> {
  const body = await text(request);
  const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s);
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  return {
    method: request.method ?? '',
    path,
    query: new URLSearchParams(query),
    form: new URLSearchParams(isForm ? body : ''),
    authorization: request.headers.authorization ?? '',
  };
}
