import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import { BitbranchError } from '../../src/errors.ts';
import {
  type AuthorizationRequest,
  type AuthorizationServer,
  authorizationRequest,
  exchangeCode,
  refresh,
  type TokenResponse,
  validateAuthorizationResponse,
} from '../../src/oauth2/client.ts';
import { type Answer, startHttpServer } from '../helpers/http-server.ts';
import { sendOverHttp } from '../helpers/oauth2-send.ts';

const client = { id: 'key', secret: 'hush-hush_secret' };
const code = 'code-of-this-sign-in';
const refreshToken = 'refresh-token-so-far';
const redirectUri = 'http://127.0.0.1:4000/callback';
const json = { 'content-type': 'application/json' };
const tokens = { access_token: 'a', token_type: 'bearer', expires_in: 7200, refresh_token: 'r' };

const answers: readonly (readonly [name: string, Answer, Partial<TokenResponse>])[] = [
  ['as RFC 6749 section 5.1 shows it', reply({ ...tokens, scope: 'account' }), {}],
  ["Bitbucket Cloud's `scopes`", reply({ ...tokens, scopes: 'account' }), {}],
  ['`scope` and `scopes`', reply({ ...tokens, scope: 'account', scopes: 'x' }), {}],
  [
    'a token type in other letters',
    reply({ ...tokens, token_type: 'Bearer', scope: 'account' }),
    {},
  ],
  ['an echoed state', reply({ ...tokens, scope: 'account', state: 'authorization_code' }), {}],
  ['a lifetime as text', reply({ ...tokens, expires_in: '7200', scope: 'account' }), {}],
  [
    'a content type with a charset',
    {
      ...reply({ ...tokens, scope: 'account' }),
      headers: { 'content-type': 'application/json; charset=utf-8' },
    },
    {},
  ],
  [
    'a wrong content type',
    { ...reply({ ...tokens, scope: 'account' }), headers: { 'content-type': 'text/html' } },
    {},
  ],
  [
    'nothing but the token',
    reply({ access_token: 'a', token_type: 'bearer' }),
    { refreshToken: null, expiresInSeconds: null, scope: null },
  ],
];

for (const [name, answer, difference] of answers) {
  test(`tokens are read from an answer with ${name}`, async (t) => {
    const usual = { accessToken: 'a', refreshToken: 'r', expiresInSeconds: 7200, scope: 'account' };
    const expected = { ...usual, ...difference };
    const { server } = await serve(t, answer, answer);
    assert.deepEqual(await exchange(server), expected);
    assert.deepEqual(await refresh(server, client, refreshToken, sendOverHttp), expected);
  });
}

const failures: readonly (readonly [name: string, Answer, exchanged: string, refreshed: string])[] =
  [
    ['invalid_client', problem(401, 'invalid_client'), 'sign_in_refused', 'sign_in_refused'],
    [
      'unauthorized_client',
      problem(400, 'unauthorized_client'),
      'sign_in_refused',
      'sign_in_needed',
    ],
    ['invalid_grant', problem(400, 'invalid_grant'), 'sign_in_refused', 'sign_in_needed'],
    ['invalid_request', problem(400, 'invalid_request'), 'sign_in_refused', 'sign_in_needed'],
    ['invalid_scope', problem(400, 'invalid_scope'), 'sign_in_refused', 'sign_in_refused'],
    ['an unknown error', problem(400, 'new_one'), 'sign_in_refused', 'sign_in_needed'],
    ['temporarily_unavailable', problem(400, 'temporarily_unavailable'), 'server', 'server'],
    [
      'a challenge',
      {
        ...problem(401, 'invalid_grant'),
        headers: { ...json, 'www-authenticate': 'Basic realm="x"' },
      },
      'sign_in_refused',
      'sign_in_needed',
    ],
    [
      'an error in a text/html answer',
      { ...problem(400, 'invalid_grant'), headers: { 'content-type': 'text/html' } },
      'sign_in_refused',
      'sign_in_needed',
    ],
    ['an error behind 503', problem(503, 'invalid_grant'), 'server', 'server'],
    ['a page with 200', { body: '<html>Log in</html>' }, 'server', 'server'],
    ['a page with 400', { status: 400, body: '<html>Bad</html>' }, 'server', 'server'],
    ['a page with 404', { status: 404, body: '<html>Not found</html>' }, 'server', 'server'],
    ['a page with 502', { status: 502, body: '<html>Bad gateway</html>' }, 'server', 'server'],
    ['a redirect', { status: 302, headers: { location: '/login' } }, 'server', 'server'],
    ['204', { status: 204 }, 'server', 'server'],
    ['429', { status: 429, body: 'slow down' }, 'rate_limited', 'rate_limited'],
    ['an empty object', reply({}), 'server', 'server'],
    ['a list', { headers: json, body: '[]' }, 'server', 'server'],
    ['no token type', reply({ access_token: 'a' }), 'server', 'server'],
    ['another token type', reply({ ...tokens, token_type: 'mac' }), 'server', 'server'],
    ['a lifetime that is no number', reply({ ...tokens, expires_in: 'soon' }), 'server', 'server'],
  ];

for (const [name, answer, exchanged, refreshed] of failures) {
  test(`${name} is ${exchanged} for a code and ${refreshed} for a refresh token`, async (t) => {
    const { server } = await serve(t, answer, answer);
    await assert.rejects(exchange(server), failureWith(exchanged));
    const refreshing = refresh(server, client, refreshToken, sendOverHttp);
    await assert.rejects(refreshing, failureWith(refreshed));
  });
}

test('a consumer without a callback URL is told which one to register', async (t) => {
  const error_description = 'No callback uri defined for the OAuth client.';
  const { server } = await serve(t, reply({ error: 'invalid_request', error_description }, 400));
  await assert.rejects(exchange(server), { hint: /http:\/\/127\.0\.0\.1\/callback/ });
});

test('a code is sent with its redirect URI and verifier, and Basic authentication', async (t) => {
  const { server, requests } = await serve(t, reply(tokens));
  const request = await authorizationRequest(server, client, redirectUri, null, randomBytes);
  await exchangeCode(server, client, request, validated(server, request), sendOverHttp);
  const [sent] = requests;
  assert.deepEqual(Object.fromEntries(new URLSearchParams(sent?.body)), {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: request.codeVerifier,
  });
  assert.match(sent?.headers['content-type'] ?? '', /^application\/x-www-form-urlencoded/);
  assert.equal(sent?.headers.accept, 'application/json');
  assert.equal(sent?.headers.authorization, `Basic ${btoa('key:hush-hush_secret')}`);
  assert.doesNotMatch(sent?.headers['user-agent'] ?? '', /oauth4webapi/);
});

test('Basic authentication form-encodes the key and the secret (RFC 6749 section 2.3.1)', async (t) => {
  const { server, requests } = await serve(t, reply(tokens));
  await refresh(server, { id: 'a:b', secret: 'ä &+%-._*' }, refreshToken, sendOverHttp);
  const expected = `Basic ${btoa('a%3Ab:%C3%A4+%26%2B%25-._*')}`;
  assert.equal(requests[0]?.headers.authorization, expected);
});

test('where the server wants them there, key and secret are in the body alone', async (t) => {
  const { server, requests } = await serve(t, reply(tokens));
  const inBody = { ...server, clientAuthentication: 'body' as const };
  await refresh(inBody, client, refreshToken, sendOverHttp);
  assert.equal(requests[0]?.headers.authorization, undefined);
  assert.deepEqual(Object.fromEntries(new URLSearchParams(requests[0]?.body)), {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: client.id,
    client_secret: client.secret,
  });
});

test('a token endpoint without TLS is refused beyond loopback, before anything is sent', async () => {
  const send = () => assert.fail('nothing may be sent');
  const server = serverAt('http://git.example.com');
  await assert.rejects(refresh(server, client, refreshToken, send), /HTTPS/);
});

test('nothing is reached but by `send`', async (t) => {
  t.mock.method(globalThis, 'fetch', () => assert.fail('the global fetch is slow to load'));
  const send = async () => ({ status: 200, body: JSON.stringify(tokens) });
  const server = serverAt('https://git.example.com');
  assert.equal((await refresh(server, client, refreshToken, send)).accessToken, 'a');
});

test('what `send` throws comes through as it is', async () => {
  const failure = new BitbranchError('timeout', 'Nothing came.');
  const send = () => Promise.reject(failure);
  const server = serverAt('https://git.example.com');
  await assert.rejects(refresh(server, client, refreshToken, send), (error) => error === failure);
});

test('a response can be exchanged for its own request only', async () => {
  const server = serverAt('https://git.example.com');
  const [mine, other] = await Promise.all(
    [1, 2].map(() => authorizationRequest(server, client, redirectUri, null, randomBytes)),
  );
  assert.ok(mine && other);
  const send = () => assert.fail('nothing may be sent');
  const exchanging = exchangeCode(server, client, other, validated(server, mine), send);
  await assert.rejects(exchanging, TypeError);
});

function reply(body: object, status = 200): Answer {
  return { status, headers: json, body: JSON.stringify(body) };
}

/** A refusal that echoes all that it was sent and more, none of which may be shown. */
function problem(status: number, error: string): Answer {
  const error_description = `${client.secret} ${code} ${refreshToken} does not fit`;
  return reply({ error, error_description, access_token: 'leaked' }, status);
}

function failureWith(expectedCode: string) {
  return (error: unknown) => {
    assert.ok(error instanceof BitbranchError, inspect(error));
    assert.equal(error.code, expectedCode);
    assert.ok(error.hint);
    const shown = inspect(error, { depth: null, showHidden: true });
    for (const secret of [client.secret, code, refreshToken, 'leaked', '<html>']) {
      assert.ok(!shown.includes(secret), `${secret} is shown`);
    }
    return true;
  };
}

async function serve(t: TestContext, ...scripted: readonly Answer[]) {
  const script = scripted.map((answer) => ({ request: 'POST /token', answer }));
  const { url, requests } = await startHttpServer(t, script);
  return { server: serverAt(url), requests };
}

function serverAt(issuer: string): AuthorizationServer {
  return {
    issuer,
    authorizationUrl: 'https://git.example.com/authorize',
    tokenUrl: `${issuer}/token`,
    clientAuthentication: 'basic',
  };
}

async function exchange(server: AuthorizationServer): Promise<TokenResponse> {
  const request = await authorizationRequest(server, client, redirectUri, null, randomBytes);
  return exchangeCode(server, client, request, validated(server, request), sendOverHttp);
}

function validated(server: AuthorizationServer, request: AuthorizationRequest) {
  const parameters = new URLSearchParams({ code, state: request.state });
  const verdict = validateAuthorizationResponse(parameters, request, server, client);
  assert.ok(verdict.kind === 'validated');
  return verdict.response;
}
