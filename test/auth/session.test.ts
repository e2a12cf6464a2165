import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSession } from '../../src/auth/session.ts';
import { hostAt } from '../../src/bitbucket/hosts.ts';
import { BitbranchError } from '../../src/errors.ts';
import { scriptedHttp, type TestWorld, testContext, testNowMs } from '../helpers/context.ts';
import { cloudUrl, credentialFor, signedIn } from '../helpers/signed-in.ts';

const host = hostAt(cloudUrl, 'cloud');
const url = `${host.apiUrl}/2.0/user`;
const untouched = { read: () => assert.fail('the keychain was touched') };

/** Opens a session and sends so many requests; gives their Authorization headers. */
async function authorizations(world: TestWorld, count = 1, account?: string) {
  const http = scriptedHttp(Array.from({ length: count }, () => [`GET ${url}`, {}] as const));
  const context = testContext({ ...world, http });
  const session = await openSession(
    host,
    account === undefined ? undefined : { name: account, rule: '--account' },
    context.currentSettings(),
    context,
  );
  assert.equal(session.host, host);
  for (let sent = 0; sent < count; sent += 1) {
    await session.send({ method: 'GET', url, headers: { accept: 'application/json' } });
  }
  http.assertSpent();
  return http.requests.map(({ headers }) => {
    assert.equal(headers?.['accept'], 'application/json');
    return headers['authorization'] ?? '';
  });
}

const tokens: readonly (readonly [token: string, authorization: string])[] = [
  ['abc', 'Bearer abc'],
  ['aZ09-._~+/==', 'Bearer aZ09-._~+/=='],
  ['ATCTT3xFfGN0=6F2A1B', 'Bearer ATCTT3xFfGN0=6F2A1B'],
  ['maria@example.com:ATATT3x', `Basic ${btoa('maria@example.com:ATATT3x')}`],
  ['maria@example.com:a:b', `Basic ${btoa('maria@example.com:a:b')}`],
];

for (const [token, authorization] of tokens) {
  test(`BITBRANCH_TOKEN=${token} is sent as ${authorization}, and no keychain is touched`, async () => {
    const world = { ...signedIn(credentialFor(cloudUrl)), credentials: untouched };
    const sent = await authorizations({ ...world, env: { BITBRANCH_TOKEN: token } });
    assert.deepEqual(sent, [authorization]);
  });
}

for (const token of [
  'hunter2 x',
  'hunter2\n',
  'hunter2\r\nX: y',
  'm@e:hunter2 x',

  'ключ-hunter2',
]) {
  test(`BITBRANCH_TOKEN=${JSON.stringify(token)} is refused and not repeated`, async () => {
    await assert.rejects(authorizations({ env: { BITBRANCH_TOKEN: token } }, 0), (error) => {
      assert.ok(error instanceof BitbranchError);
      assert.equal(error.code, 'usage');
      assert.doesNotMatch(`${error.message} ${error.hint}`, /hunter2/);
      return true;
    });
  });
}

test('an empty BITBRANCH_TOKEN is none', async () => {
  const [sent] = await authorizations({
    ...signedIn(credentialFor(cloudUrl)),
    env: { BITBRANCH_TOKEN: '' },
  });
  assert.match(sent ?? '', /^OAuth /);
});

test('a stored credential signs each request anew', async () => {
  const sent = await authorizations(signedIn(credentialFor(cloudUrl)), 2);
  for (const header of sent) {
    assert.match(header, /^OAuth /);
    assert.match(header, /oauth_consumer_key="the-key"/);
    assert.match(header, /oauth_token="token-of-maria"/);
    assert.match(header, new RegExp(`oauth_timestamp="${testNowMs / 1000}"`));
    assert.doesNotMatch(header, /secret/);
  }
  const nonces = sent.map((header) => /oauth_nonce="([^"]+)"/.exec(header)?.[1]);
  assert.equal(new Set(nonces).size, 2);
});

test('the account asked for is the one that signs', async () => {
  const world = signedIn(credentialFor(cloudUrl, 'maria'), credentialFor(cloudUrl, 'ada'));
  assert.match((await authorizations(world, 1, 'maria'))[0] ?? '', /token-of-maria/);
  assert.match((await authorizations(world, 1))[0] ?? '', /token-of-ada/);
});

const { settings, records } = signedIn(credentialFor(cloudUrl));

const refusals: readonly (readonly [what: string, TestWorld, code: string, hint: RegExp])[] = [
  ['nobody signed in', {}, 'sign_in_needed', /bitbranch login --host https:\/\/bitbucket\.org$/],
  ['nobody in the settings', { records }, 'sign_in_needed', /bitbranch login/],
  ['a keychain that shows nothing', { settings }, 'store_locked', /Unlock it.*bitbranch login/],
];

for (const [what, world, code, hint] of refusals) {
  test(`${what} is ${code}`, async () => {
    await assert.rejects(authorizations(world, 0), { name: 'BitbranchError', code, hint });
  });
}

test('what the keychain says when it fails is passed on', async () => {
  const failure = new BitbranchError('store_unavailable', 'No Secret Service.');
  const world = { settings, credentials: { read: () => Promise.reject(failure) } };
  await assert.rejects(authorizations(world, 0), failure);
});

test('a session asks the HTTP client to get ready', async () => {
  const context = testContext({ settings, records });
  await openSession(host, undefined, settings, context);
  assert.deepEqual(context.prepared, ['http']);
});
