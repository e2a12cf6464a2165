import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import {
  type AuthorizationRequest,
  type AuthorizationServer,
  authorizationRequest,
  exchangeCode,
  type OAuth2Client,
  refresh,
  type ValidatedResponse,
  validateAuthorizationResponse,
} from '../../src/oauth2/client.ts';
import { sendOverHttp } from '../helpers/oauth2-send.ts';
import { type OidcProvider, startOidcProvider } from '../helpers/oidc-provider.ts';
import { callbackAddress, type Decision } from '../helpers/user-agent.ts';

interface Kind {
  readonly kind: 'cloud' | 'datacenter';
  readonly clientAuthentication: 'basic' | 'body';
  readonly scope: string | null;
  readonly granted: string;
}

interface SignIn {
  readonly provider: OidcProvider;
  readonly server: AuthorizationServer;
  readonly client: OAuth2Client;
  readonly request: AuthorizationRequest;
}

const kinds: readonly Kind[] = [
  { kind: 'cloud', clientAuthentication: 'basic', scope: null, granted: 'account repository' },
  { kind: 'datacenter', clientAuthentication: 'body', scope: 'REPO_READ', granted: 'REPO_READ' },
];
/** The port differs from the registered URI's, which has none. */
const redirectUri = 'http://127.0.0.1:45678/callback';

for (const kind of kinds) {
  test(`${kind.kind}: tokens of an independent server open its API, and are rotated`, async (t) => {
    const signIn = await begin(t, kind);
    const { provider, server, client, request } = signIn;
    const first = await exchangeCode(server, client, request, await grant(signIn), sendOverHttp);
    assert.equal(first.expiresInSeconds, 3600);
    assert.equal(first.scope, kind.granted);
    assert.ok(first.refreshToken);
    assert.equal(await apiStatus(provider, kind, first.accessToken), 200);
    assert.equal(await apiStatus(provider, kind, 'guessed'), 401);

    const second = await refresh(server, client, first.refreshToken, sendOverHttp);
    assert.ok(second.refreshToken);
    assert.notEqual(second.refreshToken, first.refreshToken);
    assert.equal(await apiStatus(provider, kind, second.accessToken), 200);

    const reuse = refresh(server, client, first.refreshToken, sendOverHttp);
    await assert.rejects(reuse, { code: 'sign_in_needed' });
    assert.deepEqual(provider.tokenRequests, [
      { grantType: 'authorization_code', error: null },
      { grantType: 'refresh_token', error: null },
      { grantType: 'refresh_token', error: 'invalid_grant' },
    ]);
  });

  test(`${kind.kind}: the denial of an independent server is understood`, async (t) => {
    const verdict = await decide(await begin(t, kind), 'deny');
    assert.ok(verdict.kind === 'refused');
    assert.equal(verdict.error.code, 'sign_in_denied');
  });

  test(`${kind.kind}: an independent server takes a code once`, async (t) => {
    const signIn = await begin(t, kind);
    const { server, client, request } = signIn;
    const response = await grant(signIn);
    await exchangeCode(server, client, request, response, sendOverHttp);
    const again = exchangeCode(server, client, request, response, sendOverHttp);
    await assert.rejects(again, { code: 'sign_in_refused' });
  });

  const changes: readonly [string, (signIn: SignIn) => Partial<SignIn>, string][] = [
    [
      'code verifier',
      ({ request }) => ({ request: { ...request, codeVerifier: 'x'.repeat(43) } }),
      'invalid_grant',
    ],
    [
      'redirect URI',
      ({ request }) => ({ request: { ...request, redirectUri: 'http://127.0.0.1:1/callback' } }),
      'invalid_grant',
    ],
    ['secret', ({ client }) => ({ client: { ...client, secret: 'guessed' } }), 'invalid_client'],
  ];
  for (const [what, change, error] of changes) {
    test(`${kind.kind}: an independent server refuses another ${what}`, async (t) => {
      const signIn = await begin(t, kind);
      const response = await grant(signIn);
      const { provider, server, client, request } = { ...signIn, ...change(signIn) };
      const exchange = exchangeCode(server, client, request, response, sendOverHttp);
      await assert.rejects(exchange, { code: 'sign_in_refused' });
      assert.deepEqual(provider.tokenRequests, [{ grantType: 'authorization_code', error }]);
    });
  }

  test(`${kind.kind}: a redirect URI that is not registered gets a page and no redirect`, async (t) => {
    const { server, client } = await begin(t, kind);
    const elsewhere = 'http://127.0.0.1:45678/elsewhere';
    const request = await authorizationRequest(server, client, elsewhere, kind.scope, randomBytes);
    const page = await fetch(request.url, { redirect: 'manual' });
    assert.equal(page.status, 400);
    assert.equal(page.headers.get('location'), null);
  });
}

test('the independent server insists on PKCE', async (t) => {
  const { request } = await begin(t, kinds[0]);
  const url = new URL(request.url);
  url.searchParams.delete('code_challenge');
  url.searchParams.delete('code_challenge_method');
  const page = await fetch(url, { redirect: 'manual' });
  const location = new URL(page.headers.get('location') ?? '');
  assert.equal(location.searchParams.get('error'), 'invalid_request');
});

async function begin(t: TestContext, kind: Kind | undefined): Promise<SignIn> {
  assert.ok(kind);
  const { clientAuthentication, scope } = kind;
  const provider = await startOidcProvider(t, { kind: kind.kind });
  const { url: issuer, authorizationUrl, tokenUrl, client } = provider;
  const server = { issuer, authorizationUrl, tokenUrl, clientAuthentication };
  const request = await authorizationRequest(server, client, redirectUri, scope, randomBytes);
  return { provider, server, client, request };
}

async function decide({ request, server, client }: SignIn, decision: Decision) {
  const { searchParams } = new URL(await callbackAddress(request.url, decision));
  return validateAuthorizationResponse(searchParams, request, server, client);
}

async function grant(signIn: SignIn): Promise<ValidatedResponse> {
  const verdict = await decide(signIn, 'grant');
  assert.ok(verdict.kind === 'validated');
  return verdict.response;
}

async function apiStatus({ url }: OidcProvider, { kind }: Kind, token: string): Promise<number> {
  const path = kind === 'cloud' ? '/2.0/user' : '/rest/api/latest/application-properties';
  const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  await answer.text();
  if (answer.ok && kind === 'datacenter') assert.equal(answer.headers.get('x-ausername'), 'ada');
  return answer.status;
}
