import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { type TestContext, test } from 'node:test';
import type { OAuth2Credential } from '../../src/credentials/credential.ts';
import { type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';
import { type HostKind, hostKinds } from '../helpers/oauth2-client.ts';
import { startOidcProvider } from '../helpers/oidc-provider.ts';
import { asUnexpired, outdatedCredential, seedSignIn } from '../helpers/seeded-sign-in.ts';
import { createHome } from '../helpers/spawn-cli.ts';
import { keychainCredentials } from '../helpers/stored-state.ts';
import { decideAt } from '../helpers/user-agent.ts';

const tokenPath = /\/access_token$|\/oauth2\/latest\/token$/;
const userPath = /^\/2\.0\/user$|^\/rest\/api\/latest\/application-properties$/;
const whoAmI = { cloud: '/2.0/user', datacenter: '/rest/api/latest/users/maria' } as const;

interface Story {
  readonly kind?: HostKind;
  readonly onRequest?: SandboxOptions['onRequest'];
  /** What the keychain holds instead of a credential that has expired. */
  readonly stored?: (credential: OAuth2Credential) => OAuth2Credential;
}

/** Somebody who signed in three hours ago to a host whose access tokens are good for two. */
async function signedInLongAgo(t: TestContext, { kind = 'cloud', onRequest, stored }: Story = {}) {
  const home = await createHome(t);
  let serverShiftMs = -3 * 60 * 60 * 1000;
  const sandbox = await startSandbox({
    generated: [{ fullName: 'acme/site', branches: 3 }],
    clock: { nowMs: () => Date.now() + serverShiftMs },
    tokenLifetimeSeconds: 7200,
    ...(onRequest && { onRequest }),
  });
  t.after(() => sandbox.close());
  const outdated = await outdatedCredential(sandbox, kind);
  const credential = stored?.(outdated) ?? outdated;
  await seedSignIn(home, credential);
  serverShiftMs = 0;
  return {
    home,
    sandbox,
    credential,
    ask: (env = {}) => home.start(['api', whoAmI[kind], '--host', sandbox.url], { env }),
    /** The only credential that the keychain holds. */
    async kept(): Promise<OAuth2Credential> {
      const [only, ...others] = await keychainCredentials(sandbox.url);
      assert.deepEqual(others, []);
      assert.ok(only?.protocol === 'oauth2');
      return only;
    },
    refreshes: () =>
      sandbox.tokenRequests
        .filter(({ grantType }) => grantType === 'refresh_token')
        .map(({ error }) => error),
  };
}

test('50 processes that start at once on an expired token renew it once, and all succeed', async (t) => {
  const { ask, refreshes, credential, kept } = await signedInLongAgo(t);
  const results = await Promise.all(Array.from({ length: 50 }, () => ask().ended));
  for (const { exitCode, stdout, stderr } of results) {
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /"maria"/);
  }
  assert.deepEqual(refreshes(), [null]);
  const renewed = await kept();
  assert.notEqual(renewed.accessToken, credential.accessToken);
  assert.notEqual(renewed.refreshToken, credential.refreshToken);
  assert.ok(Date.parse(renewed.expiresAt ?? '') > Date.now());
});

test('processes share one renewal at an independent server, too', async (t) => {
  const home = await createHome(t);
  const provider = await startOidcProvider(t, { kind: 'datacenter', accessTokenSeconds: 3600 });
  const command = ['login', '--host', provider.url, '--protocol', 'oauth2', '--no-browser'];
  const twoHoursBehind = {
    NODE_OPTIONS: `--require ${import.meta.dirname}/../helpers/shifted-clock.cjs`,
    CLOCK_SHIFT_MS: String(-2 * 60 * 60 * 1000),
  };
  const login = home.start([...command, '--consumer-key', provider.client.id], {
    env: { BITBRANCH_CONSUMER_SECRET: provider.client.secret, ...twoHoursBehind },
  });
  const [, consentUrl = ''] = await login.printed(/^ {2}(http\S+)$/m);
  await decideAt(consentUrl, 'grant');
  assert.equal((await login.ended).exitCode, 0);

  const results = await Promise.all(
    Array.from({ length: 8 }, () => home.run(['api', '/rest/api/latest/users/ada'])),
  );
  for (const { exitCode, stderr } of results) assert.equal(exitCode, 0, stderr);
  assert.deepEqual(provider.tokenRequests, [
    { grantType: 'authorization_code', error: null },
    { grantType: 'refresh_token', error: null },
  ]);
});

test('a process that is killed during a refresh leaves a whole credential behind', async (t) => {
  const endings = await Promise.all(Array.from({ length: 20 }, (_, index) => killed(t, index)));
  const count = (exitCode: number) => endings.filter((ending) => ending === exitCode).length;
  t.diagnostic(`${count(0)} went on signed in, ${count(4)} had to sign in again`);
  assert.equal(count(0) + count(4), endings.length);
  assert.ok(count(4) > 0, 'those killed before the answer came have to sign in again');
});

/** Kills a refresh at a random moment after it was asked for; resolves with the exit code of the next command. */
async function killed(t: TestContext, index: number): Promise<number | null> {
  // The first ones before the answer, the others while it comes, is written and confirmed, and a little later.
  const delayMs = index < 3 ? 0 : randomInt(150);
  let kill = () => {};
  const { ask, credential, kept, home, sandbox, refreshes } = await signedInLongAgo(t, {
    onRequest: ({ path }) => {
      if (!tokenPath.test(path)) return undefined;
      if (delayMs === 0) kill();
      else setTimeout(() => kill(), delayMs);
      return undefined;
    },
  });
  const victim = ask();
  kill = () => victim.kill('SIGKILL');
  await victim.ended;
  kill = () => {};

  const next = await ask().ended;
  const afterwards = await kept();
  assert.equal((await home.run(['status', '--host', sandbox.url])).exitCode, 0);
  if (next.exitCode === 0) {
    assert.match(next.stdout, /"maria"/);
    assert.notEqual(afterwards.accessToken, credential.accessToken);
    assert.deepEqual(refreshes(), [null]);
  } else {
    assert.match(next.stderr, /^bitbranch: The server has ended this sign-in\.\n.*bitbranch login/);
    assert.deepEqual(afterwards, credential, 'the pair that was rotated away, whole');
    assert.deepEqual(refreshes(), [null, 'unauthorized_client']);
  }
  return next.exitCode;
}

/** A command whose refresh the token endpoint keeps waiting until it is let go. */
async function stalledRefresh(t: TestContext) {
  const bell = new EventEmitter();
  const asked = once(bell, 'asked');
  const letGo = once(bell, 'go');
  let isStalling = false;
  const world = await signedInLongAgo(t, {
    onRequest: async ({ path }) => {
      if (!isStalling || !tokenPath.test(path)) return undefined;
      isStalling = false;
      bell.emit('asked');
      await letGo;
      return undefined;
    },
  });
  isStalling = true;
  const refresh = world.ask();
  await asked;
  return {
    ...world,
    async ending() {
      bell.emit('go');
      return refresh.ended;
    },
  };
}

test('a sign-out during a refresh does not wait for it, and has the last word', async (t) => {
  const { home, sandbox, ending, refreshes } = await stalledRefresh(t);
  const logout = await home.run(['logout', '--host', sandbox.url]);
  assert.equal(logout.exitCode, 0, logout.stderr);
  const { exitCode, stderr } = await ending();
  assert.equal(exitCode, 4);
  assert.match(stderr, /^bitbranch: maria has signed out from \S+\n.*bitbranch login/);
  assert.deepEqual(refreshes(), [null]);
  assert.deepEqual(await keychainCredentials(sandbox.url), []);
});

test('a new sign-in during a refresh has the last word', async (t) => {
  const { home, sandbox, ending, kept } = await stalledRefresh(t);
  const newer = asUnexpired(await outdatedCredential(sandbox, 'cloud'));
  await seedSignIn(home, newer);
  const { exitCode, stdout, stderr } = await ending();
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /"maria"/);
  assert.deepEqual(await kept(), newer);
});

test('a token that was stored during a refresh has the last word', async (t) => {
  const { home, sandbox, ending } = await stalledRefresh(t);
  const command = ['login', '--host', sandbox.url, '--kind', 'cloud', '--protocol', 'token'];
  const login = await home.run(command, { stdin: sandbox.token });
  assert.equal(login.exitCode, 0, login.stderr);
  const { exitCode, stderr } = await ending();
  assert.equal(exitCode, 4, stderr);
  assert.match(stderr, /was replaced by another one meanwhile\.\nRun the command again/);
  const [only, ...others] = await keychainCredentials(sandbox.url);
  assert.deepEqual(others, []);
  assert.ok(only?.protocol === 'token' && only.token === sandbox.token);
});

const refusals: readonly (readonly [error: string, Story])[] = [
  ['unauthorized_client', { kind: 'cloud', stored: withSpentRefreshToken }],
  ['invalid_grant', { kind: 'datacenter', stored: withSpentRefreshToken }],
  ['invalid_request', { onRequest: refusing('invalid_request') }],
];

for (const [error, story] of refusals) {
  test(`a refresh that is refused by ${error} ends with exit code 4 after one request`, async (t) => {
    const requests: string[] = [];
    const { ask, credential, kept } = await signedInLongAgo(t, {
      ...story,
      onRequest: (request) => {
        requests.push(request.path);
        return story.onRequest?.(request);
      },
    });
    requests.length = 0;
    const { exitCode, stdout, stderr } = await ask().ended;
    assert.equal(exitCode, 4, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^bitbranch: The server has ended this sign-in\.\n.*bitbranch login/);
    assert.equal(requests.length, 1);
    assert.match(requests[0] ?? '', tokenPath);
    assert.deepEqual(await kept(), credential);
  });
}

function withSpentRefreshToken(credential: OAuth2Credential): OAuth2Credential {
  return { ...credential, refreshToken: 'spent' };
}

/** Answers refreshes, but not the exchange of the code that comes before. */
function refusing(error: string): SandboxOptions['onRequest'] {
  let tokenRequests = 0;
  return ({ path }) => {
    if (!tokenPath.test(path)) return undefined;
    tokenRequests += 1;
    if (tokenRequests === 1) return undefined;
    const headers = { 'content-type': 'application/json' };
    return { status: 400, headers, body: JSON.stringify({ error, error_description: 'No.' }) };
  };
}

for (const kind of hostKinds) {
  test(`${kind}: a token that is refused before its time is renewed once`, async (t) => {
    const { ask, refreshes, kept } = await signedInLongAgo(t, { kind, stored: asUnexpired });
    const { exitCode, stderr } = await ask().ended;
    assert.equal(exitCode, 0, stderr);
    assert.deepEqual(refreshes(), [null]);
    assert.ok(Date.parse((await kept()).expiresAt ?? '') > Date.now());
  });
}

test('a host that refuses the renewed token, too, is asked twice and not more', async (t) => {
  const requests: string[] = [];
  const { ask, refreshes } = await signedInLongAgo(t, {
    stored: asUnexpired,
    onRequest: ({ path }) => {
      requests.push(path);
      return userPath.test(path) ? { status: 401 } : undefined;
    },
  });
  requests.length = 0;
  const { exitCode, stderr } = await ask().ended;
  assert.equal(exitCode, 4, stderr);
  assert.match(stderr, /does not accept the credential[\s\S]*bitbranch login/);
  assert.deepEqual(refreshes(), [null]);
  assert.equal(requests.filter((path) => userPath.test(path)).length, 2);
});

test('a token that is soon to expire is renewed by bitbranch token before it is printed', async (t) => {
  const { home, sandbox, kept, refreshes } = await signedInLongAgo(t);
  const tokens = await Promise.all(
    [1, 2, 3].map(async () => (await home.run(['token', '--host', sandbox.url])).stdout.trim()),
  );
  const { accessToken } = await kept();
  assert.deepEqual(tokens, [accessToken, accessToken, accessToken]);
  assert.deepEqual(refreshes(), [null]);
  const answer = await fetch(`${sandbox.url}/2.0/user`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  assert.equal(answer.status, 200);
});
