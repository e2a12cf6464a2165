import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { BitbranchError, type ErrorCode } from '../../src/errors.ts';
import {
  authorizationUrl,
  processTemporaryCredentialsResponse,
  processTokenCredentialsResponse,
  renewedTokenCredentialsRequest,
  signedHeaders,
  type TemporaryCredentials,
  temporaryCredentialsRequest,
  tokenCredentialsRequest,
  type ValidatedCallback,
  validateCallback,
} from '../../src/oauth1/client.ts';
import { denial } from '../../src/oauth1/problems.ts';

const client = {
  key: 'dpf43f3p2l4k3l03',
  signing: { method: 'HMAC-SHA1', secret: 'kd94hf93k423kf44' },
} as const;
const temporary = { token: 'hh5s93j4hdidpola', tokenSecret: 'hdhd0244k9j7ao03' };
const moment = { nonce: 'walatlh', timestampSeconds: 137131201 };
const endpoint = 'https://photos.example.net/token';

const hostileText = "+/=&%!*'() ~";

function validated(verifier: string, credentials: TemporaryCredentials): ValidatedCallback {
  const query = new URLSearchParams({ oauth_token: credentials.token, oauth_verifier: verifier });
  const verdict = validateCallback(query, credentials);
  assert.equal(verdict.kind, 'validated');
  return verdict.callback;
}

function expectError(code: ErrorCode, sentence: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof BitbranchError);
    assert.equal(error.code, code);
    assert.match(error.message, sentence);
    assert.match(error.message, /^[A-Z].*\.$/);
    assert.match(error.hint ?? '', /^[A-Z].*\.$/);
    assert.doesNotMatch(inspect(error), /SECRET/);
    return true;
  };
}

test('temporary credentials (2.1): a POST without a body, its parameters in the header, its URL normalised', () => {
  const request = temporaryCredentialsRequest(
    'HTTPS://Photos.example.net:443/initiate',
    client,
    'http://127.0.0.1:8080/callback',
    { nonce: 'wIjqoS', timestampSeconds: 137131200 },
  );
  assert.deepEqual(request, {
    method: 'POST',
    url: 'https://photos.example.net/initiate',
    headers: {
      authorization:
        'OAuth oauth_callback="http%3A%2F%2F127.0.0.1%3A8080%2Fcallback", oauth_consumer_key="dpf43f3p2l4k3l03", oauth_nonce="wIjqoS", oauth_signature="3qXHpfGEb9A9KZT0rqU31AK0NyE%3D", oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131200", oauth_version="1.0"',
    },
  });
});

const goodTemporary = 'oauth_token=t&oauth_token_secret=s&oauth_callback_confirmed=true';

for (const [name, body, token, tokenSecret] of [
  ['plain', goodTemporary, 't', 's'],
  ['trailing newline', `${goodTemporary}\r\n`, 't', 's'],
  ['unknown fields', `x=1&${goodTemporary}&oauth_expires_in=600`, 't', 's'],
  ['empty secret', 'oauth_token=t&oauth_token_secret=&oauth_callback_confirmed=true', 't', ''],
  [
    'hostile characters',
    `oauth_token=${encodeURIComponent(hostileText)}&oauth_token_secret=${encodeURIComponent(hostileText)}&oauth_callback_confirmed=true`,
    hostileText,
    hostileText,
  ],
] as const) {
  test(`temporary credentials response (2.1): ${name}`, () => {
    assert.deepEqual(processTemporaryCredentialsResponse({ status: 200, body }), {
      token,
      tokenSecret,
    });
  });
}

const confirmed = '&oauth_callback_confirmed=true';

for (const [name, status, body, code, sentence] of [
  [
    'callback not confirmed',
    200,
    'oauth_token=t&oauth_token_secret=SECRET',
    'sign_in_refused',
    /RFC 5849 section 2\.1/,
  ],
  [
    'callback confirmed otherwise',
    200,
    'oauth_token=t&oauth_token_secret=SECRET&oauth_callback_confirmed=false',
    'sign_in_refused',
    /RFC 5849 section 2\.1/,
  ],
  [
    'callback confirmed twice',
    200,
    `${goodTemporary}${confirmed}`,
    'sign_in_refused',
    /RFC 5849 section 2\.1/,
  ],
  ['no token', 200, `oauth_token_secret=SECRET${confirmed}`, 'server', /OAuth 1\.0a/],
  [
    'empty token',
    200,
    `oauth_token=&oauth_token_secret=SECRET${confirmed}`,
    'server',
    /OAuth 1\.0a/,
  ],
  [
    'repeated token',
    200,
    `oauth_token=t&oauth_token=u&oauth_token_secret=SECRET${confirmed}`,
    'server',
    /OAuth 1\.0a/,
  ],
  ['no secret', 200, `oauth_token=t${confirmed}`, 'server', /OAuth 1\.0a/],
  [
    'repeated secret',
    200,
    `oauth_token=t&oauth_token_secret=SECRET&oauth_token_secret=u${confirmed}`,
    'server',
    /OAuth 1\.0a/,
  ],
  ['empty body', 200, '', 'server', /OAuth 1\.0a/],
  ['HTML', 200, '<!doctype html><title>SECRET</title>', 'server', /OAuth 1\.0a/],
  ['JSON', 200, '{"oauth_token":"SECRET","oauth_token_secret":"SECRET"}', 'server', /OAuth 1\.0a/],
  ['redirect', 302, '', 'server', /HTTP 302/],
  ['server failure', 503, 'oauth_problem=token_rejected&SECRET', 'server', /HTTP 503/],
  ['rate limit', 429, 'SECRET', 'rate_limited', /no more requests/],
  [
    'plain text refusal',
    400,
    'Could not verify OAuth request. SECRET',
    'sign_in_refused',
    /refused to issue temporary credentials \(HTTP 400\)/,
  ],
  ['refusal without a body', 401, '', 'sign_in_refused', /HTTP 401/],
  ['no such address', 404, 'SECRET', 'sign_in_refused', /no OAuth 1\.0a sign-in at this address/],
  ['gone', 410, 'SECRET', 'sign_in_refused', /no OAuth 1\.0a sign-in at this address/],
  [
    'base string in the body',
    401,
    'oauth_problem=signature_invalid&oauth_signature_base_string=POST%26SECRET\n',
    'sign_in_refused',
    /could not confirm the signature/,
  ],
  [
    'advice in the body',
    400,
    'oauth_problem=parameter_rejected&oauth_problem_advice=SECRET',
    'sign_in_refused',
    /rejected a part/,
  ],
  [
    'unknown problem',
    401,
    'oauth_problem=additional_authorization_required',
    'sign_in_refused',
    /: additional_authorization_required\.$/,
  ],
  [
    'problem that is no name',
    401,
    'oauth_problem=a+SECRET',
    'sign_in_refused',
    /without a known name/,
  ],
  [
    'problem named like a property',
    401,
    'oauth_problem=constructor',
    'sign_in_refused',
    /without a known name/,
  ],
  [
    'repeated problem',
    401,
    'oauth_problem=nonce_used&oauth_problem=SECRET',
    'sign_in_refused',
    /HTTP 401/,
  ],
  [
    'permission denied before anybody was asked',
    401,
    'oauth_problem=permission_denied',
    'sign_in_refused',
    /does not permit access/,
  ],
] as const) {
  test(`temporary credentials response (2.1), failure: ${name}`, () => {
    assert.throws(
      () => processTemporaryCredentialsResponse({ status, body }),
      expectError(code, sentence),
    );
  });
}

for (const [problem, sentence] of [
  ['consumer_key_unknown', /does not know this consumer key/],
  ['signature_invalid', /could not confirm the signature/],
  ['timestamp_refused', /refused the time/],
  ['nonce_used', /seen this very request/],
  ['token_rejected', /does not accept the token/],
  ['token_expired', /took longer/],
  ['token_used', /used already/],
  ['token_revoked', /withdrawn/],
  ['permission_unknown', /no answer of the person/],
  ['permission_denied', /does not permit access/],
  ['permissions_denied', /does not permit access/],
  ['parameter_absent', /misses something/],
  ['parameter_rejected', /rejected a part/],
] as const) {
  for (const status of [400, 401]) {
    test(`refusal with ${status} and oauth_problem=${problem}`, () => {
      const response = { status, body: `oauth_problem=${problem}` };
      const check = expectError('sign_in_refused', sentence);
      assert.throws(() => processTemporaryCredentialsResponse(response), check);
    });
  }
}

for (const [wwwAuthenticate, body, sentence] of [
  ['OAuth realm="https%3A%2F%2Fgit.example.com", oauth_problem="token_used"', '', /used already/],
  ['OAuth oauth_problem=token_used', '', /used already/],
  ['oauth oauth_problem = "token_used" , oauth_problem_advice="x"', '', /used already/],
  ['Basic realm="SECRET", OAuth realm="x",oauth_problem="token_used"', '', /used already/],
  ['OAuth oauth_problem="token_used"', 'oauth_problem=', /used already/],
  ['OAuth oauth_problem="token_used"', 'SECRET', /used already/],
  ['OAuth oauth_problem="token_used"', 'oauth_problem=nonce_used', /seen this very request/],
  ['OAuth oauth_problem="a%20SECRET"', '', /without a known name/],
  ['OAuth oauth_problem_advice="SECRET"', '', /gave no reason/],
  ['OAuth realm="SECRET"', '', /gave no reason/],
  ['', '', /gave no reason/],
  [null, '', /gave no reason/],
] as const) {
  test(`refusal whose WWW-Authenticate is ${wwwAuthenticate} and whose body is "${body}"`, () => {
    const response = { status: 401, body, wwwAuthenticate };
    const check = expectError('sign_in_refused', sentence);
    assert.throws(() => processTemporaryCredentialsResponse(response), check);
  });
}

for (const [problem, clockSkewSeconds, sentence] of [
  [
    'timestamp_refused',
    600,
    /^The server refused the time of the request: this computer's clock is 10 minutes ahead of the server's\.$/,
  ],
  ['timestamp_refused', -600, /clock is 10 minutes behind the server's\.$/],
  ['timestamp_refused', null, /^The server refused the time of the request\.$/],
  ['nonce_used', 600, /^The server has seen this very request before\.$/],
] as const) {
  test(`refusal with ${problem} by a server whose clock differs by ${clockSkewSeconds}`, () => {
    const response = { status: 401, body: `oauth_problem=${problem}`, clockSkewSeconds };
    const check = expectError('sign_in_refused', sentence);
    assert.throws(() => processTokenCredentialsResponse(response), check);
  });
}

for (const [endpointUrl, token, url] of [
  ['https://h/authenticate', 't', 'https://h/authenticate?oauth_token=t'],
  ['https://h/a?', 't', 'https://h/a?oauth_token=t'],
  ['https://h/a?x=%20y+z&flag', 't', 'https://h/a?x=%20y+z&flag&oauth_token=t'],
  ['https://h/a', hostileText, 'https://h/a?oauth_token=%2B%2F%3D%26%25%21%2A%27%28%29%20~'],
] as const) {
  test(`authorisation URL (2.2): ${endpointUrl} with ${token}`, () => {
    assert.equal(authorizationUrl(endpointUrl, { token, tokenSecret: 's' }), url);
  });
}

const denied = { kind: 'denied', problem: null };
const ignored = { kind: 'ignored' };

for (const [query, verdict] of [
  ['', ignored],
  ['oauth_token=T', ignored],
  ['oauth_token=T&oauth_verifier=', ignored],
  ['oauth_verifier=v', ignored],
  ['oauth_token=&oauth_verifier=v', ignored],
  ['oauth_token=t&oauth_verifier=v', ignored],
  ['oauth_token=TT&oauth_verifier=v', ignored],
  ['oauth_token=T&oauth_token=T&oauth_verifier=v', ignored],
  ['oauth_token=T&oauth_token=x&oauth_verifier=v', ignored],
  ['oauth_token=T&oauth_verifier=v&oauth_verifier=w', ignored],
  ['oauth_token=T&oauth_problem=user_refused&oauth_problem=x', ignored],
  ['denied=T&denied=T', ignored],
  ['oauth_problem=user_refused', ignored],
  ['oauth_token=x&oauth_problem=user_refused', ignored],
  ['oauth_verifier=denied', ignored],
  ['oauth_token=x&oauth_verifier=denied', ignored],
  ['denied=x', ignored],
  ['denied=', ignored],
  ['oauth_token=x&denied=T', ignored],
  ['oauth_token=T&oauth_problem=user_refused', { kind: 'denied', problem: 'user_refused' }],
  [
    'oauth_token=T&oauth_problem=token_expired&oauth_verifier=v',
    { kind: 'denied', problem: 'token_expired' },
  ],
  ['oauth_token=T&oauth_problem=', denied],
  ['oauth_token=T&oauth_verifier=denied', denied],
  ['denied=T', denied],
  ['oauth_token=T&denied=T', denied],
] as const) {
  test(`callback (2.2): ${query} is ${verdict.kind}`, () => {
    const credentials = { token: 'T', tokenSecret: 's' };
    assert.deepEqual(validateCallback(new URLSearchParams(query), credentials), verdict);
  });
}

test('callback (2.2): the right token and a verifier are validated, and the verifier stays hidden', () => {
  const query = new URLSearchParams('oauth_token=T&oauth_verifier=SECRET&other=1&other=2');
  const verdict = validateCallback(query, { token: 'T', tokenSecret: 's' });
  assert.equal(verdict.kind, 'validated');
  assert.doesNotMatch(inspect(verdict, { depth: 9, showHidden: true }), /SECRET/);
  assert.doesNotMatch(JSON.stringify(verdict), /SECRET/);
});

test('token credentials (2.3): signed with the temporary credentials, the verifier in the header', () => {
  const callback = validated('hfdp7dh39dks9884', temporary);
  assert.deepEqual(tokenCredentialsRequest(endpoint, client, temporary, callback, moment), {
    method: 'POST',
    url: endpoint,
    headers: {
      authorization:
        'OAuth oauth_consumer_key="dpf43f3p2l4k3l03", oauth_nonce="walatlh", oauth_signature="TTfFVvlRAvmVe2B4CvOBMQlgJNw%3D", oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131201", oauth_token="hh5s93j4hdidpola", oauth_verifier="hfdp7dh39dks9884", oauth_version="1.0"',
    },
  });
});

test('token credentials (2.3): a hostile token and verifier reach the header encoded', () => {
  const hostile = { token: hostileText, tokenSecret: hostileText };
  const request = tokenCredentialsRequest(
    endpoint,
    client,
    hostile,
    validated(hostileText, hostile),
    moment,
  );
  const encoded = '%2B%2F%3D%26%25%21%2A%27%28%29%20~';
  const header = request.headers['authorization'] ?? '';
  assert.ok(header.includes(`oauth_token="${encoded}", oauth_verifier="${encoded}"`));
});

test('token credentials (2.3): a callback that was not validated neither compiles nor runs', () => {
  const forged = { verifier: 'v' };
  assert.throws(
    // @ts-expect-error only validateCallback makes a ValidatedCallback
    () => tokenCredentialsRequest(endpoint, client, temporary, forged, moment),
    /TypeError: The callback was not validated/,
  );
  const lookalike = Object.create(Object.getPrototypeOf(validated('v', temporary)));
  assert.throws(
    () => tokenCredentialsRequest(endpoint, client, temporary, lookalike, moment),
    /TypeError: The callback was not validated/,
  );
});

test('token credentials (2.3): a callback validated for another sign-in is refused', () => {
  const callback = validated('v', { token: 'other', tokenSecret: 's' });
  assert.throws(
    () => tokenCredentialsRequest(endpoint, client, temporary, callback, moment),
    /TypeError: The callback was not validated/,
  );
});

const untold = { expiresInSeconds: null, sessionHandle: null, authorizationExpiresInSeconds: null };

for (const [name, fields, told] of [
  ['no more than the RFC asks', '', {}],
  [
    'the Session extension, as Data Center has it',
    '&oauth_expires_in=157680000&oauth_session_handle=h%2B%2F&oauth_authorization_expires_in=160272000\n',
    {
      expiresInSeconds: 157_680_000,
      sessionHandle: 'h+/',
      authorizationExpiresInSeconds: 160_272_000,
    },
  ],
  ['a lifetime alone', '&oauth_expires_in=1', { expiresInSeconds: 1 }],
  ['lifetimes of nothing', '&oauth_expires_in=0&oauth_authorization_expires_in=', {}],
  ['lifetimes that are none', '&oauth_expires_in=-1&oauth_authorization_expires_in=1e9', {}],
  ['a lifetime beyond all dates', '&oauth_expires_in=99999999999', {}],
  ['an empty session handle', '&oauth_session_handle=', {}],
  ['a repeated session handle', '&oauth_session_handle=h&oauth_session_handle=i', {}],
  ['fields of no meaning', '&oauth_consumer_key=k&x=1', {}],
] as const) {
  test(`token credentials response (2.3): ${name}`, () => {
    const body = `oauth_token=t&oauth_token_secret=s${fields}`;
    assert.deepEqual(processTokenCredentialsResponse({ status: 200, body }), {
      token: 't',
      tokenSecret: 's',
      ...untold,
      ...told,
    });
  });
}

test('renewal (Session extension): signed with the old token, its session handle in the header', () => {
  const token = { token: 'old', tokenSecret: 'oldSecret' };
  const request = renewedTokenCredentialsRequest(
    'HTTPS://Photos.example.net:443/token',
    client,
    token,
    hostileText,
    moment,
  );
  const parameters = {
    oauth_consumer_key: client.key,
    oauth_nonce: moment.nonce,
    oauth_session_handle: hostileText,
    oauth_signature_method: 'HMAC-SHA1',
    oauth_timestamp: `${moment.timestampSeconds}`,
    oauth_token: 'old',
    oauth_version: '1.0',
  };
  const escaped = (text: string) =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const normalized = Object.entries(parameters)
    .map(([name, value]) => `${name}=${escaped(value)}`)
    .join('&');
  const baseString = ['POST', endpoint, normalized].map(escaped).join('&');
  const signature = createHmac('sha1', `${client.signing.secret}&oldSecret`)
    .update(baseString)
    .digest('base64');
  const header = Object.entries({ ...parameters, oauth_signature: signature })
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(', ');
  assert.deepEqual(request, {
    method: 'POST',
    url: endpoint,
    headers: { authorization: `OAuth ${header}` },
  });
});

for (const [name, status, body, code, sentence] of [
  [
    'denied',
    401,
    'oauth_problem=permission_denied',
    'sign_in_denied',
    /denied on the consent page/,
  ],
  ['denied, other spelling', 401, 'oauth_problem=permissions_denied\n', 'sign_in_denied', /denied/],
  ['not decided', 400, 'oauth_problem=permission_unknown', 'sign_in_denied', /denied/],
  ['refused by the user', 401, 'oauth_problem=user_refused', 'sign_in_denied', /denied/],
  ['denied, but the server failed', 500, 'oauth_problem=permission_denied', 'server', /HTTP 500/],
  ['token used', 401, 'oauth_problem=token_used', 'sign_in_refused', /used already/],
  [
    'no reason',
    401,
    'SECRET',
    'sign_in_refused',
    /refused to issue token credentials \(HTTP 401\)/,
  ],
  ['no token', 200, 'oauth_token_secret=SECRET', 'server', /OAuth 1\.0a/],
  ['denied with a success', 200, 'oauth_problem=permission_denied&SECRET', 'server', /OAuth 1\.0a/],
] as const) {
  test(`token credentials response (2.3), failure: ${name}`, () => {
    const process = () => processTokenCredentialsResponse({ status, body });
    assert.throws(process, expectError(code, sentence));
  });
}

for (const [problem, code, sentence] of [
  [null, 'sign_in_denied', /denied on the consent page/],
  ['user_refused', 'sign_in_denied', /denied on the consent page/],
  ['permission_denied', 'sign_in_denied', /denied on the consent page/],
  ['token_expired', 'sign_in_refused', /took longer/],
  ['<b>SECRET</b>', 'sign_in_refused', /without a known name/],
] as const) {
  test(`a callback that says no with ${problem}`, () => {
    expectError(code, sentence)(denial(problem));
  });
}

test('authenticated request (3): query and form body are signed', () => {
  const token = { token: 't', tokenSecret: 'ts' };
  const signature = (url: string, form: readonly (readonly [string, string])[]) =>
    signedHeaders({ method: 'POST', url, form }, client, token, moment).authorization;
  const header = signature('https://h/2.0/user?a=1', [['b', '2']]);
  assert.match(header, /oauth_token="t", oauth_version="1\.0"$/);
  assert.notEqual(signature('https://h/2.0/user?a=2', [['b', '2']]), header);
  assert.notEqual(signature('https://h/2.0/user?a=1', [['b', '3']]), header);
  assert.equal(
    signature('https://H:443/2.0/user', [
      ['a', '1'],
      ['b', '2'],
    ]),
    header,
  );
});
