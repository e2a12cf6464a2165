import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAboutToExpire, oauth2Sender } from '../../src/auth/oauth2-session.ts';
import type { OAuth2Credential } from '../../src/credentials/credential.ts';
import { BitbranchError } from '../../src/errors.ts';
import { type ScriptedAnswer, scriptedHttp, testContext, testNowMs } from '../helpers/context.ts';
import {
  cloud,
  expiredCredential,
  oauth2Credential,
  recordOf,
  tokenAnswer,
  tokenRequest,
  userUrl,
} from '../helpers/oauth2-signed-in.ts';

const rules: readonly (readonly [
  lifeSeconds: number | null,
  leftSeconds: number,
  isOld: boolean,
])[] = [
  [7200, 7200, false],
  [7200, 720, false],
  [7200, 60.001, false],
  [7200, 60, true],
  [7200, 0, true],
  [7200, -3600, true],
  [600, 60.001, false],
  [600, 60, true],
  [300, 30.001, false],
  [300, 30, true],
  [10, 1.001, false],
  [10, 1, true],
  [1, 0.101, false],
  [1, 0.1, true],
  [null, 0, false],
];

for (const [lifeSeconds, leftSeconds, isOld] of rules) {
  const life = lifeSeconds === null ? 'no known end' : `a life of ${lifeSeconds} s`;
  test(`of ${life}, ${leftSeconds} s left are ${isOld ? 'too few' : 'enough'}`, () => {
    const endMs = testNowMs + leftSeconds * 1000;
    const credential = {
      issuedAt: new Date(endMs - (lifeSeconds ?? 0) * 1000).toISOString(),
      expiresAt: lifeSeconds === null ? null : new Date(endMs).toISOString(),
    };
    assert.equal(isAboutToExpire(credential, testNowMs), isOld);
  });
}

const askUser = `GET ${userUrl}`;
const refused: ScriptedAnswer = { status: 401 };

/** Sends requests side by side with a stored credential, to a server that answers by script. */
function session(
  credential: OAuth2Credential,
  script: readonly (readonly [string, ScriptedAnswer | Error])[],
) {
  const http = scriptedHttp(script);
  const context = testContext({ http, records: [recordOf(credential)] });
  const send = oauth2Sender(cloud, credential, context.storeNamed('keychain'), context);
  const { reference } = recordOf(credential);
  return {
    http,
    ask: (count = 1) =>
      Promise.all(
        Array.from({ length: count }, () =>
          send({ method: 'GET', url: userUrl, headers: { accept: 'x' } }),
        ),
      ),
    kept: () => context.storeNamed('keychain').read(reference),
    authorizations: () =>
      http.requests
        .filter(({ method }) => method === 'GET')
        .map(({ headers }) => headers?.['authorization']),
  };
}

test('a token that is good is sent, and only in the Authorization header', async () => {
  const { http, ask, authorizations } = session(oauth2Credential, [[askUser, {}]]);
  const [response] = await ask();
  assert.equal(response?.status, 200);
  assert.deepEqual(authorizations(), ['Bearer first-access-token']);
  assert.equal(http.requests[0]?.headers?.['accept'], 'x');
  http.assertSpent();
});

test('a token that has expired is renewed first, kept, and then sent', async () => {
  const { http, ask, authorizations, kept } = session(expiredCredential, [
    [tokenRequest, tokenAnswer()],
    [askUser, {}],
    [askUser, {}],
  ]);
  await ask();
  await ask();
  assert.deepEqual(authorizations(), ['Bearer second-access-token', 'Bearer second-access-token']);
  const [renewal] = http.requests;
  assert.equal(renewal?.headers?.['authorization'], `Basic ${btoa('the-key:the-consumer-secret')}`);
  assert.deepEqual(Object.fromEntries(new URLSearchParams(renewal?.body)), {
    grant_type: 'refresh_token',
    refresh_token: 'first-refresh-token',
  });
  assert.deepEqual(await kept(), {
    ...expiredCredential,
    accessToken: 'second-access-token',
    refreshToken: 'second-refresh-token',
    issuedAt: new Date(testNowMs).toISOString(),
    expiresAt: new Date(testNowMs + 7_200_000).toISOString(),
  });
  http.assertSpent();
});

test('the old refresh token is kept where none is returned', async () => {
  const { ask, kept } = session(expiredCredential, [
    [tokenRequest, tokenAnswer({ refresh_token: undefined })],
    [askUser, {}],
  ]);
  await ask();
  const credential = await kept();
  assert.ok(credential?.protocol === 'oauth2');
  assert.deepEqual(
    [credential.accessToken, credential.refreshToken],
    ['second-access-token', 'first-refresh-token'],
  );
});

test('a token of no told life is good until it is refused', async () => {
  const { ask, kept } = session(expiredCredential, [
    [tokenRequest, tokenAnswer({ expires_in: undefined })],
    [askUser, {}],
    [askUser, {}],
  ]);
  await ask();
  await ask();
  assert.equal((await kept())?.expiresAt, null);
});

test('requests side by side share one renewal', async () => {
  const { http, ask, authorizations } = session(expiredCredential, [
    [tokenRequest, tokenAnswer()],
    [askUser, {}],
    [askUser, {}],
    [askUser, {}],
  ]);
  await ask(3);
  assert.deepEqual(authorizations(), Array(3).fill('Bearer second-access-token'));
  http.assertSpent();
});

test('requests side by side that are refused share one renewal, too', async () => {
  const { http, ask, authorizations } = session(oauth2Credential, [
    [askUser, refused],
    [askUser, refused],
    [tokenRequest, tokenAnswer()],
    [askUser, {}],
    [askUser, {}],
  ]);
  const responses = await ask(2);
  assert.deepEqual(
    responses.map(({ status }) => status),
    [200, 200],
  );
  assert.deepEqual(authorizations(), [
    'Bearer first-access-token',
    'Bearer first-access-token',
    'Bearer second-access-token',
    'Bearer second-access-token',
  ]);
  http.assertSpent();
});

test('a renewed token that is refused, too, is not renewed again for the same request', async () => {
  const { http, ask } = session(oauth2Credential, [
    [askUser, refused],
    [tokenRequest, tokenAnswer()],
    [askUser, refused],
  ]);
  const [response] = await ask();
  assert.equal(response?.status, 401);
  http.assertSpent();
});

test('without a refresh token nothing is renewed', async () => {
  const credential = { ...expiredCredential, refreshToken: null };
  const { http, ask } = session(credential, [[askUser, refused]]);
  const [response] = await ask();
  assert.equal(response?.status, 401);
  http.assertSpent();
});

test('a renewal that is refused for a reason of no registered name names the command to sign in', async () => {
  const { ask } = session(expiredCredential, [
    [tokenRequest, { status: 400, body: JSON.stringify({ error: 'session_over' }) }],
  ]);
  await assert.rejects(ask(), {
    code: 'sign_in_needed',
    message:
      'The sign-in could not be renewed: the server answered with an error without a registered name.',
    hint: /^Sign in again with: bitbranch login --host \S+$/,
  });
});

for (const error of ['invalid_grant', 'invalid_request', 'unauthorized_client']) {
  test(`a renewal that is refused by ${error} is not tried again, and nothing stored changes`, async () => {
    const { http, ask, kept } = session(expiredCredential, [
      [tokenRequest, { status: 400, body: JSON.stringify({ error }) }],
    ]);
    for (let times = 0; times < 2; times += 1) {
      await assert.rejects(ask(2), { name: 'BitbranchError', code: 'sign_in_needed' });
    }
    assert.deepEqual(await kept(), expiredCredential);
    http.assertSpent();
  });
}

test('a renewal that failed on the way is tried again by the next request', async () => {
  const failure = new BitbranchError('network', 'The server could not be reached.');
  const { http, ask, kept } = session(expiredCredential, [
    [tokenRequest, failure],
    [tokenRequest, { status: 503 }],
    [tokenRequest, tokenAnswer()],
    [askUser, {}],
  ]);
  await assert.rejects(ask(), failure);
  await assert.rejects(ask(), { code: 'server' });
  assert.deepEqual(await kept(), expiredCredential);
  const [response] = await ask();
  assert.equal(response?.status, 200);
  http.assertSpent();
});
