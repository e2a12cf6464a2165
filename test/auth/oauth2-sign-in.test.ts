import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { beginOAuth2, oauth2Attempt } from '../../src/auth/oauth2-sign-in.ts';
import { type Host, hostAt } from '../../src/bitbucket/hosts.ts';
import { scriptedHttp, testContext, testNowMs } from '../helpers/context.ts';
import { tokenAnswer } from '../helpers/oauth2-signed-in.ts';

const consumer = { key: 'the key', secret: 'the+secret' };
const redirectUri = 'http://127.0.0.1:45678/callback';
const cloud = hostAt('https://bitbucket.org', 'cloud');
const dataCenter = hostAt('https://git.example.com/bitbucket', 'datacenter');

/** A sign-in that was begun, and the callbacks that its host could send. */
async function begun(host: Host, answer = tokenAnswer()) {
  const http = scriptedHttp([[`POST ${host.oauth2.tokenUrl}`, answer]]);
  const context = testContext({ http });
  const pending = await beginOAuth2(host, consumer, redirectUri, context);
  const attempt = oauth2Attempt(host, pending, context);
  const judge = (query: Record<string, string>) => attempt.judge(new URLSearchParams(query));
  return { http, pending, attempt, judge };
}

for (const [host, scope] of [
  [cloud, null],
  [dataCenter, 'REPO_READ'],
] as const) {
  test(`${host.name}: the page is named with state and PKCE, the scope is ${scope}`, async () => {
    const { pending, attempt } = await begun(host);
    assert.equal(attempt.authorizationUrl, pending.url);
    const { origin, pathname, searchParams } = new URL(pending.url);
    assert.equal(origin + pathname, host.oauth2.authorizationUrl);
    assert.deepEqual(Object.fromEntries(searchParams), {
      response_type: 'code',
      client_id: 'the key',
      redirect_uri: redirectUri,
      ...(scope !== null && { scope }),
      state: pending.state,
      code_challenge: createHash('sha256').update(pending.codeVerifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    assert.notEqual(pending.state, pending.codeVerifier);
    assert.ok(!pending.url.includes(pending.codeVerifier));
  });
}

const strays: readonly Record<string, string>[] = [
  {},
  { code: 'c' },
  { state: 'wrong', code: 'c' },
  { state: 'wrong', error: 'access_denied' },
  { error: 'access_denied' },
];

test('what does not carry the state is ignored, whatever else it says', async () => {
  const { judge, pending } = await begun(cloud);
  for (const query of strays) assert.deepEqual(judge(query), { verdict: 'ignore' });
  assert.deepEqual(judge({ state: pending.state }), { verdict: 'ignore' });
});

test('an error that carries the state ends the sign-in', async () => {
  const { judge, pending } = await begun(cloud);
  for (const [error, code] of [
    ['access_denied', 'sign_in_denied'],
    ['invalid_scope', 'sign_in_refused'],
    ['server_error', 'server'],
  ] as const) {
    const judgement = judge({ state: pending.state, error, code: 'not looked at' });
    assert.ok(judgement.verdict === 'deny');
    assert.equal(judgement.error.code, code);
  }
});

for (const [host, client] of [
  [cloud, { authorization: `Basic ${btoa('the+key:the%2Bsecret')}` }],
  [dataCenter, { client_id: 'the key', client_secret: 'the+secret' }],
] as const) {
  test(`${host.name}: a code with the state is traded for a credential of nobody yet`, async () => {
    const { http, judge, pending } = await begun(host);
    const judgement = judge({ state: pending.state, code: 'the-code' });
    assert.ok(judgement.verdict === 'accept');
    assert.deepEqual(await judgement.callback(), {
      protocol: 'oauth2',
      host: host.url,
      kind: host.kind,
      account: { name: '(unnamed)', displayName: null },
      consumer,
      accessToken: 'second-access-token',
      refreshToken: 'second-refresh-token',
      issuedAt: new Date(testNowMs).toISOString(),
      expiresAt: new Date(testNowMs + 7_200_000).toISOString(),
    });
    const [request] = http.requests;
    const { authorization, ...form } = {
      authorization: request?.headers?.['authorization'],
      ...Object.fromEntries(new URLSearchParams(request?.body)),
    };
    assert.deepEqual(
      { ...(authorization !== undefined && { authorization }), ...form },
      {
        grant_type: 'authorization_code',
        code: 'the-code',
        redirect_uri: redirectUri,
        code_verifier: pending.codeVerifier,
        ...client,
      },
    );
    http.assertSpent();
  });
}

test('a server that gives neither a refresh token nor a life is believed', async () => {
  const answer = tokenAnswer({ refresh_token: undefined, expires_in: undefined });
  const { judge, pending } = await begun(cloud, answer);
  const judgement = judge({ state: pending.state, code: 'the-code' });
  assert.ok(judgement.verdict === 'accept');
  const credential = await judgement.callback();
  assert.ok(credential.protocol === 'oauth2');
  assert.deepEqual([credential.refreshToken, credential.expiresAt], [null, null]);
});
