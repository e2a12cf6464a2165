import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoginRequest } from '../../../src/auth/login-flow.ts';
import type { SignInSteps } from '../../../src/auth/sign-in.ts';
import { hostAt } from '../../../src/bitbucket/hosts.ts';
import { completeLogin, requestLogin } from '../../../src/cli/sign-in/two-step-login.ts';
import { BitbranchError } from '../../../src/errors.ts';
import { scriptedHttp, type TestWorld, testContext } from '../../helpers/context.ts';
import { cloud, tokenAnswer, tokenRequest } from '../../helpers/oauth2-signed-in.ts';

const client = { protocol: 'oauth2', consumer: { key: 'the-key', secret: 'the-secret' } } as const;
const item = `pending ${cloud.url} sign-in`;
const anybody: SignInSteps = { identify: async () => null, keep: async () => {} };

/** A sign-in that was begun; `complete` gives the second command what the person copied. */
async function begun(world: TestWorld = {}, changes: Partial<LoginRequest> = {}) {
  const { host = cloud } = changes;
  const context = testContext(world);
  const store = context.storeNamed('keychain');
  await requestLogin(
    {
      host,
      client,
      callbackPort: 0,
      callbackPath: '/callback',
      browser: null,
      timeoutMs: 0,
      store,
      ...changes,
    },
    context,
  );
  const told = JSON.parse(context.printed.stdout);
  const query = (more: string) => `${told.redirectUri}?state=${stateOf(told.url)}&${more}`;
  const questions: (typeof context.questions)[] = [];
  const complete = (stdin: string, steps = anybody, more: TestWorld = {}) => {
    const second = testContext({ stdin, ...more });
    questions.push(second.questions);
    const { storeNamed, settings } = context;
    return completeLogin({ host, store }, steps, { ...second, storeNamed, settings });
  };
  return {
    context,
    told,
    query,
    complete,
    questions,
    settings: () => context.currentSettings().hosts,
  };
}

function stateOf(url: string): string {
  return new URL(url).searchParams.get('state') ?? '';
}

test('the first command prints what to open, and keeps what is secret', async () => {
  const { context, told, settings } = await begun();
  assert.deepEqual(Object.keys(told), ['url', 'redirectUri', 'complete']);
  assert.equal(context.printed.stderr, '');
  assert.deepEqual(told.complete, ['bitbranch', 'login', '--complete', '--host', cloud.url]);
  assert.deepEqual([...context.records.keys()], [item]);
  assert.deepEqual(settings()[cloud.url], { accounts: {}, kind: 'cloud', pendingIn: 'keychain' });
  const pending = JSON.stringify(context.records.get(item));
  const { codeVerifier } = JSON.parse(pending);
  assert.ok(codeVerifier !== '' && pending.includes('the-secret'));
  assert.ok(!context.printed.stdout.includes(codeVerifier));
  assert.ok(!context.printed.stdout.includes('the-secret'));
});

for (const [changes, redirectUri] of [
  [{}, 'http://127.0.0.1/callback'],
  [{ callbackPort: 4711 }, 'http://127.0.0.1:4711/callback'],
  [{ callbackPath: '/back/here' }, 'http://127.0.0.1/back/here'],
] as const) {
  test(`${JSON.stringify(changes)} comes back to ${redirectUri}`, async () => {
    const { told } = await begun({}, changes);
    assert.equal(told.redirectUri, redirectUri);
    assert.equal(new URL(told.url).searchParams.get('redirect_uri'), redirectUri);
  });
}

test('a store that fails prints no page that would lead nowhere', async () => {
  const failure = new BitbranchError('store_unavailable', 'The keychain is down.');
  const context = testContext({ credentials: { write: () => Promise.reject(failure) } });
  const request = {
    host: cloud,
    client,
    callbackPort: 0,
    callbackPath: '/callback',
    browser: null,
    timeoutMs: 0,
    store: context.storeNamed('keychain'),
  };
  await assert.rejects(requestLogin(request, context), failure);
  assert.equal(context.printed.stdout, '');
  assert.deepEqual(context.currentSettings().hosts, {});
});

test('the second command takes the address from standard input, or from a hidden prompt', async () => {
  for (const atTerminal of [false, true]) {
    const { context, query, complete, questions, settings } = await begun();
    const http = scriptedHttp([[tokenRequest, tokenAnswer()]]);
    const address = query('code=c');
    const credential = await complete(atTerminal ? '' : `${address}\n`, anybody, {
      http,
      ...(atTerminal && { answers: [address] }),
    });
    assert.equal(credential.protocol, 'oauth2');
    const text = 'Address at which the browser ended: ';
    assert.deepEqual(questions, [atTerminal ? [{ text, hidden: true }] : []]);
    assert.deepEqual([...context.records.keys()], []);
    assert.equal(settings()[cloud.url]?.pendingIn, undefined);
    http.assertSpent();
  }
});

for (const [kind, remembered] of [
  ['datacenter', 4711],
  ['cloud', undefined],
] as const) {
  test(`the port of the first command is ${remembered ? '' : 'not '}remembered on ${kind} once the second one has signed in`, async () => {
    const host = kind === 'cloud' ? cloud : hostAt('https://git.example.com', kind);
    const { query, complete, settings } = await begun({}, { host, callbackPort: 4711 });
    const http = scriptedHttp([[`POST ${host.oauth2.tokenUrl}`, tokenAnswer()]]);
    assert.equal(settings()[host.url]?.callbackPort, undefined);
    await complete(`${query('code=c')}\n`, anybody, { http });
    assert.equal(settings()[host.url]?.callbackPort, remembered);
  });
}

test('a wrong address can be put right, a denial can not', async () => {
  const { context, query, complete } = await begun();
  for (const wrong of [
    '',
    'nonsense',
    'http://127.0.0.1/callback?state=forged&code=c',
    query(''),
  ]) {
    await assert.rejects(complete(wrong), { code: 'usage' });
  }
  assert.deepEqual([...context.records.keys()], [item]);
  await assert.rejects(complete(query('error=access_denied')), { code: 'sign_in_denied' });
  assert.deepEqual([...context.records.keys()], []);
  await assert.rejects(complete(query('code=c')), { message: /No sign-in .* was begun\.$/ });
});

test('a code that is refused has been used up, and what was begun is over', async () => {
  const { context, query, complete } = await begun();
  const http = scriptedHttp([[tokenRequest, { status: 400, body: '{"error":"invalid_grant"}' }]]);
  await assert.rejects(complete(query('code=c'), anybody, { http }), { code: 'sign_in_refused' });
  assert.deepEqual([...context.records.keys()], []);
});
