import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AuthorizationServer,
  type AuthorizationVerdict,
  authorizationRequest,
  type OAuth2Client,
  validateAuthorizationResponse,
} from '../../src/oauth2/client.ts';

const server: AuthorizationServer = {
  issuer: 'https://bitbucket.org',
  authorizationUrl: 'https://bitbucket.org/site/oauth2/authorize',
  tokenUrl: 'https://bitbucket.org/site/oauth2/access_token',
  clientAuthentication: 'basic',
};
const client: OAuth2Client = { id: 'key', secret: 'secret of the consumer' };
const redirectUri = 'http://127.0.0.1:4000/callback';

/** RFC 7636 appendix B. */
const appendixB = {
  octets: [
    116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77,
    105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
  ],
  verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
};

const state = Buffer.alloc(32, 1).toString('base64url');
const request = await authorizationRequest(server, client, redirectUri, null, drawing());

test('the authorization request has state, and PKCE as in RFC 7636 appendix B', () => {
  assert.equal(request.codeVerifier, appendixB.verifier);
  assert.equal(request.state, state);
  assert.equal(request.redirectUri, redirectUri);
  const { origin, pathname, searchParams } = new URL(request.url);
  assert.equal(origin + pathname, server.authorizationUrl);
  assert.deepEqual(Object.fromEntries(searchParams), {
    response_type: 'code',
    client_id: 'key',
    redirect_uri: redirectUri,
    state,
    code_challenge: appendixB.challenge,
    code_challenge_method: 'S256',
  });
});

test('a scope is asked for where one is given, and the query of the endpoint is kept', async () => {
  const authorizationUrl = 'https://git.example.com/oauth?tenant=1';
  const other = { ...server, authorizationUrl };
  const { url } = await authorizationRequest(other, client, redirectUri, 'A B', drawing());
  const { searchParams } = new URL(url);
  assert.equal(searchParams.get('scope'), 'A B');
  assert.equal(searchParams.get('tenant'), '1');
});

test('an authorization page without TLS is refused beyond loopback', async () => {
  const at = (authorizationUrl: string) =>
    authorizationRequest({ ...server, authorizationUrl }, client, redirectUri, null, drawing());
  await assert.rejects(at('http://git.example.com/oauth'), /HTTPS/);
  for (const host of ['127.0.0.1:7990', '[::1]:7990', 'localhost:7990']) {
    assert.match((await at(`http://${host}/oauth`)).url, /^http:/);
  }
});

const responses: readonly (readonly [query: string, expected: string])[] = [
  // The state comes first: without the right one nothing counts.
  [`code=c&state=${state}`, 'validated'],
  [`code=c&state=${state}&iss=https%3A%2F%2Fbitbucket.org`, 'validated'],
  [`code=c&state=${state}&session_state=x&more=1&more=2`, 'validated'],
  ['', 'ignored'],
  ['code=c', 'ignored'],
  ['code=c&state=', 'ignored'],
  [`code=c&state=${state}x`, 'ignored'],
  [`code=c&state=${state.toLowerCase()}`, 'ignored'],
  [`code=c&state=${state}&state=${state}`, 'ignored'],
  [`code=c&state=x&state=${state}`, 'ignored'],
  ['error=access_denied', 'ignored'],
  ['error=access_denied&state=x', 'ignored'],
  ['oauth_token=t&oauth_verifier=v', 'ignored'],
  // Then what is repeated, or of another server or flow.
  [`code=c&code=d&state=${state}`, 'ignored'],
  [`error=access_denied&error=x&state=${state}`, 'ignored'],
  [`code=c&state=${state}&iss=https%3A%2F%2Fevil.example`, 'ignored'],
  [`error=access_denied&state=${state}&iss=https%3A%2F%2Fevil.example`, 'ignored'],
  [`code=c&state=${state}&iss=https%3A%2F%2Fbitbucket.org&iss=x`, 'ignored'],
  [`response=a.b.c&state=${state}`, 'ignored'],
  [`id_token=a.b.c&code=c&state=${state}`, 'ignored'],
  // Then the error, and only then the code.
  [`error=access_denied&state=${state}`, 'sign_in_denied'],
  [`error=access_denied&code=c&state=${state}`, 'sign_in_denied'],
  [`error=invalid_scope&state=${state}`, 'sign_in_refused'],
  [`error=unauthorized_client&state=${state}`, 'sign_in_refused'],
  [`error=invalid_request&state=${state}`, 'sign_in_refused'],
  [`error=unsupported_response_type&state=${state}`, 'sign_in_refused'],
  [`error=something_new&state=${state}`, 'sign_in_refused'],
  [`error=server_error&state=${state}`, 'server'],
  [`error=temporarily_unavailable&state=${state}`, 'server'],
  [`state=${state}`, 'ignored'],
  [`code=&state=${state}`, 'ignored'],
];

for (const [query, expected] of responses) {
  test(`the authorization response "${query.replaceAll(state, 'S')}" is ${expected}`, () => {
    const verdict = judge(query);
    assert.equal(verdict.kind === 'refused' ? verdict.error.code : verdict.kind, expected);
  });
}

test('of a refusal on the redirect only a registered name is shown, and no description', () => {
  const description = 'curl http://evil.example';
  const message = messageOf({ error: 'invalid_scope', error_description: description });
  assert.equal(message, 'The OAuth consumer may not ask for what bitbranch needs.');
  assert.match(messageOf({ error: 'unsupported_response_type' }), /: unsupported_response_type\.$/);
  for (const error of ['<b>', 'something_new', 'c0nsumerSecret']) {
    assert.match(messageOf({ error }), /: an error without a registered name\.$/);
  }
});

test('a consumer without a callback URL is told which one to register', () => {
  const verdict = judge(
    `${new URLSearchParams({ error: 'invalid_request', error_description: 'No callback uri defined for the OAuth client.', state })}`,
  );
  assert.ok(verdict.kind === 'refused');
  assert.match(verdict.error.message, /has no callback URL/);
  assert.match(verdict.error.hint ?? '', /http:\/\/127\.0\.0\.1\/callback/);
});

/** Draws the state first and then the octets of appendix B. */
function drawing(): (length: number) => Uint8Array {
  const draws = [Buffer.alloc(32, 1), Buffer.from(appendixB.octets)];
  return (length) => {
    const draw = draws.shift();
    assert.equal(draw?.byteLength, length);
    return draw;
  };
}

function judge(query: string): AuthorizationVerdict {
  return validateAuthorizationResponse(new URLSearchParams(query), request, server, client);
}

function messageOf(parameters: Readonly<Record<string, string>>): string {
  const verdict = judge(`${new URLSearchParams({ ...parameters, state })}`);
  assert.ok(verdict.kind === 'refused');
  return verdict.error.message;
}
