import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { test } from 'node:test';
import { oauth1Sender } from '../../src/auth/oauth1-session.ts';
import { credentialReference } from '../../src/auth/stored-credential.ts';
import { hostAt } from '../../src/bitbucket/hosts.ts';
import type { OAuth1Credential } from '../../src/credentials/credential.ts';
import { BitbranchError } from '../../src/errors.ts';
import { collectParameters, signatureBase } from '../acceptance/independent-signature.ts';
import { type ScriptedAnswer, scriptedHttp, testContext, testNowMs } from '../helpers/context.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const host = hostAt('https://git.example.com', 'datacenter');
const url = `${host.apiUrl}/rest/api/latest/projects`;
const ask = `GET ${url}`;
const renew = `POST ${host.oauth1.tokenCredentialsUrl}`;

const lasting: OAuth1Credential = {
  protocol: 'oauth1',
  host: host.url,
  kind: 'datacenter',
  account: { name: 'maria', displayName: null },
  consumer: {
    key: 'bitbranch',
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  },
  token: 'first-token',
  tokenSecret: 'first-secret',
  sessionHandle: 'first-handle',
  expiresAt: new Date(testNowMs + 1).toISOString(),
};
const expired = { ...lasting, expiresAt: new Date(testNowMs).toISOString() };

const renewed = {
  body: 'oauth_token=second-token&oauth_token_secret=second-secret&oauth_expires_in=3600&oauth_session_handle=second-handle',
};

function session(
  credential: OAuth1Credential,
  script: readonly (readonly [string, ScriptedAnswer | Error])[],
) {
  const http = scriptedHttp(script);
  const reference = credentialReference(host.url, 'maria');
  const context = testContext({ http, records: [{ reference, record: credential }] });
  const store = context.storeNamed('keychain');
  const send = oauth1Sender(host, credential, store, context);
  return {
    http,
    context,
    send: (count = 1) =>
      Promise.all(Array.from({ length: count }, () => send({ method: 'GET', url }))),
    kept: () => store.read(reference),
    /** Token and time of each signature, all of which have to be right. */
    signatures: () =>
      http.requests.map((request) => {
        const { method, headers = {} } = request;
        const target = new URL(request.url);
        const { parameters, protocol } = collectParameters({
          method,
          path: target.pathname,
          query: target.searchParams,
          form: new URLSearchParams(),
          authorization: headers['authorization'] ?? '',
        });
        const base = Buffer.from(signatureBase(method, request.url, parameters));
        const signature = Buffer.from(protocol.get('oauth_signature') ?? '', 'base64');
        assert.ok(verify('sha1', base, createPublicKey(privateKey), signature));
        assert.equal(protocol.get('oauth_signature_method'), 'RSA-SHA1');
        const skew = Number(protocol.get('oauth_timestamp')) - testNowMs / 1000;
        return [protocol.get('oauth_token'), skew];
      }),
  };
}

const refused: ScriptedAnswer = { status: 401 };

function refusedAt(offMinutes: number, problem = 'timestamp_refused'): ScriptedAnswer {
  return {
    status: 401,
    headers: {
      date: new Date(testNowMs - offMinutes * 60_000).toUTCString(),
      'www-authenticate': `OAuth realm="x", oauth_problem="${problem}"`,
    },
  };
}

test('each request is signed by the private key, with a nonce of its own', async () => {
  const { http, send, signatures } = session(lasting, [
    [ask, {}],
    [ask, {}],
  ]);
  await send(2);
  assert.deepEqual(signatures(), [
    ['first-token', 0],
    ['first-token', 0],
  ]);
  const nonces = http.requests.map(
    ({ headers }) => /oauth_nonce="(\w+)"/.exec(headers?.['authorization'] ?? '')?.[1],
  );
  assert.equal(new Set(nonces).size, 2);
});

for (const [offMinutes, words] of [
  [10, "this computer's clock is 10 minutes ahead of the server's"],
  [-10, "this computer's clock is 10 minutes behind the server's"],
] as const) {
  test(`a clock that is ${offMinutes} minutes off is corrected once and told once`, async () => {
    const { http, send, signatures, context } = session(lasting, [
      [ask, refusedAt(offMinutes)],
      [ask, {}],
      [ask, {}],
    ]);
    assert.equal((await send())[0]?.status, 200);
    assert.equal((await send())[0]?.status, 200);
    const corrected = ['first-token', -offMinutes * 60];
    assert.deepEqual(signatures(), [['first-token', 0], corrected, corrected]);
    assert.equal(
      context.printed.stderr,
      `Note: ${words}; signing by the server's. Set the clock right.\n`,
    );
    http.assertSpent();
  });
}

const notTheClock: readonly (readonly [what: string, answer: ScriptedAnswer])[] = [
  ['a refusal without a date', refused],
  ['a refusal by a server of the same time', refusedAt(0)],
  ['a token that was withdrawn, at a wrong time', refusedAt(10, 'token_revoked')],
  ['a page that is not there, at a wrong time', { ...refusedAt(10), status: 404 }],
];

for (const [what, answer] of notTheClock) {
  test(`${what} is passed on after one request`, async () => {
    const { http, send, context } = session(lasting, [[ask, answer]]);
    assert.equal((await send())[0]?.status, answer.status);
    assert.equal(context.printed.stderr, '');
    http.assertSpent();
  });
}

test('requests side by side are each corrected, and the clock is told of once', async () => {
  const { http, send, context } = session(lasting, [
    [ask, refusedAt(10)],
    [ask, refusedAt(10)],
    [ask, {}],
    [ask, {}],
  ]);
  assert.deepEqual(
    (await send(2)).map(({ status }) => status),
    [200, 200],
  );
  assert.equal(context.printed.stderr.match(/Note:/g)?.length, 1);
  http.assertSpent();
});

test('a form in the body is signed with it (RFC 5849 section 3.4.1.3.1), another body is not', async () => {
  const { http, context } = session(lasting, [
    [`POST ${url}`, {}],
    [`POST ${url}`, {}],
  ]);
  const send = oauth1Sender(host, lasting, context.storeNamed('keychain'), context);
  const body = 'c2&a3=2+q';
  for (const type of ['application/x-www-form-urlencoded; charset=utf-8', 'text/plain']) {
    await send({ method: 'POST', url, headers: { 'Content-Type': type }, body });
  }
  const verdicts = http.requests.map(({ headers = {} }) => {
    const { parameters, protocol } = collectParameters({
      method: 'POST',
      path: new URL(url).pathname,
      query: new URLSearchParams(),
      form: new URLSearchParams(body),
      authorization: headers['authorization'] ?? '',
    });
    const base = Buffer.from(signatureBase('POST', url, parameters));
    const signature = Buffer.from(protocol.get('oauth_signature') ?? '', 'base64');
    return verify('sha1', base, createPublicKey(privateKey), signature);
  });
  assert.deepEqual(verdicts, [true, false]);
});

test('a server that refuses the corrected time, too, is asked twice and not more', async () => {
  const { http, send } = session(lasting, [
    [ask, refusedAt(10)],
    [ask, refusedAt(10)],
  ]);
  assert.equal((await send())[0]?.status, 401);
  http.assertSpent();
});

test('a token that has expired is renewed once by its session handle, for all requests', async () => {
  const { http, send, signatures, kept } = session(expired, [
    [renew, renewed],
    [ask, {}],
    [ask, {}],
    [ask, {}],
  ]);
  await send(2);
  await send();
  assert.match(
    http.requests[0]?.headers?.['authorization'] ?? '',
    /oauth_session_handle="first-handle"/,
  );
  assert.deepEqual(signatures(), [['first-token', 0], ...Array(3).fill(['second-token', 0])]);
  assert.deepEqual(await kept(), {
    ...expired,
    token: 'second-token',
    tokenSecret: 'second-secret',
    sessionHandle: 'second-handle',
    expiresAt: new Date(testNowMs + 3_600_000).toISOString(),
  });
  http.assertSpent();
});

test('the old session handle is kept where none is returned', async () => {
  const { send, kept } = session(expired, [
    [renew, { body: 'oauth_token=second-token&oauth_token_secret=second-secret' }],
    [ask, {}],
  ]);
  await send();
  const credential = await kept();
  assert.ok(credential?.protocol === 'oauth1');
  assert.deepEqual([credential.sessionHandle, credential.expiresAt], ['first-handle', null]);
});

test('a token without a session handle is sent until the server refuses it', async () => {
  const { http, send } = session({ ...expired, sessionHandle: null }, [[ask, refused]]);
  assert.equal((await send())[0]?.status, 401);
  http.assertSpent();
});

test('a renewal that is refused needs a new sign-in, and is not asked for again', async () => {
  const { http, send, kept } = session(expired, [
    [renew, { status: 401, body: 'oauth_problem=token_expired' }],
  ]);
  await assert.rejects(send(2), { code: 'sign_in_needed' });
  await assert.rejects(send(), { code: 'sign_in_needed' });
  assert.deepEqual(await kept(), expired);
  http.assertSpent();
});

test('a renewal that failed on the way is tried again by the next request', async () => {
  const failure = new BitbranchError('network', 'The server could not be reached.');
  const { http, send, signatures } = session(expired, [
    [renew, failure],
    [renew, renewed],
    [ask, {}],
  ]);
  await assert.rejects(send(), failure);
  assert.equal((await send())[0]?.status, 200);
  assert.deepEqual(signatures().at(-1), ['second-token', 0]);
  http.assertSpent();
});
