// Whoever sees the address of the consent page, which stands in the arguments of the browser's process, can grant access
// there with an account of his own and bring the callback himself. No protocol can tell; these tests show what then happens.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { keychainItems } from '../helpers/keychain-items.ts';
import { signedFetch } from '../helpers/oauth1-signer.ts';
import { answerOf, jsonAnswer, startRawServer } from '../helpers/raw-server.ts';
import { type SandboxProcess, startSandboxProcess } from '../helpers/sandbox-process.ts';
import { createHome, type Home } from '../helpers/spawn-cli.ts';
import { callbackAddress, load, userAgentCommand } from '../helpers/user-agent.ts';

const consumer = { BITBRANCH_CONSUMER_KEY: 'the-key', BITBRANCH_CONSUMER_SECRET: 'the-secret' };

/** A Bitbucket at which the attacker's grant is the one that arrives: its tokens are mallory's. */
async function attackedHost(t: TestContext) {
  return startRawServer(t, ({ target, head }) => {
    switch (target) {
      case '/api/1.0/oauth/request_token':
        return answerOf(
          200,
          'oauth_token=temporary&oauth_token_secret=s1&oauth_callback_confirmed=true',
        );
      case '/api/1.0/oauth/access_token':
        return answerOf(200, 'oauth_token=mallorys&oauth_token_secret=s2');
      case '/site/oauth2/access_token':
        return jsonAnswer({ access_token: 'mallorys', token_type: 'bearer' });
      case '/2.0/user':
        return head.includes('Bearer of-maria')
          ? jsonAnswer({ username: 'maria', display_name: 'María' })
          : jsonAnswer({ username: 'mallory', display_name: 'Mallory' });
      default:
        return answerOf(404, '');
    }
  });
}

/** What the attacker sends, who knows no more than the consent page's address and the port. */
const attackerCallbacks: Readonly<Record<string, (consent: URL, redirectUri: URL) => URL>> = {
  oauth1: (consent, redirectUri) => {
    const query = new URLSearchParams({
      oauth_token: consent.searchParams.get('oauth_token') ?? '',
      oauth_verifier: 'of-mallory',
    });
    return new URL(`?${query}`, redirectUri);
  },
  oauth2: (consent, redirectUri) => {
    const query = new URLSearchParams({
      state: consent.searchParams.get('state') ?? '',
      code: 'of-mallory',
    });
    return new URL(`?${query}`, redirectUri);
  },
};

async function swappedLogin(
  home: Home,
  hostUrl: string,
  protocol: string,
  { account, env = {} }: { readonly account?: string; readonly env?: Record<string, string> } = {},
) {
  const login = home.start(
    [
      'login',
      '--host',
      hostUrl,
      '--kind',
      'cloud',
      '--protocol',
      protocol,
      '--no-browser',
      ...(account === undefined ? [] : ['--account', account]),
    ],
    { env: { ...consumer, SSH_CONNECTION: 'tells the port', ...env } },
  );
  const [consentUrl] = await login.printed(/http\S+(?:oauth_token|state)=\S+/);
  const [, port = ''] = await login.printed(/-L (\d+):127/);
  const redirectUri = new URL(`http://127.0.0.1:${port}/callback`);
  const attack = attackerCallbacks[protocol]?.(new URL(consentUrl), redirectUri);
  assert.ok(attack !== undefined);
  const page = await load(attack.href);
  return { page, result: await login.ended };
}

for (const protocol of Object.keys(attackerCallbacks)) {
  test(`${protocol}: a swapped sign-in says in the terminal, in the browser and later whose it is`, async (t) => {
    const home = await createHome(t);
    const host = await attackedHost(t);
    const { page, result } = await swappedLogin(home, host.url, protocol);
    assert.equal(result.exitCode, 0, result.stderr);
    assert.match(result.stderr, /Signed in to \S+ as Mallory \(mallory\)/);
    assert.match(page.body, /Mallory/);
    const status = await home.run(['status']);
    assert.match(status.stdout, /mallory/);
    await home.run(['logout']);
  });

  for (const [rule, demand] of Object.entries({
    '--account': { account: 'maria' },
    BITBRANCH_ACCOUNT: { env: { BITBRANCH_ACCOUNT: 'maria' } },
  })) {
    test(`${protocol}: ${rule} refuses a swapped sign-in and keeps nothing of it`, async (t) => {
      const home = await createHome(t);
      const host = await attackedHost(t);
      const { page, result } = await swappedLogin(home, host.url, protocol, demand);
      assert.equal(result.exitCode, 4, result.stderr);
      const refusal = `mallory signed in, and ${rule} asks for maria`;
      assert.ok(result.stderr.includes(refusal), result.stderr);
      assert.ok(page.body.includes(refusal), page.body);
      assert.equal(await keychainItems(host.url), '');
      assert.equal((await home.run(['status'])).exitCode, 4);
    });
  }
}

test('--account lets the right one sign in', async (t) => {
  const home = await createHome(t);
  const host = await attackedHost(t);
  const { result } = await swappedLogin(home, host.url, 'oauth1', { account: 'mallory' });
  assert.equal(result.exitCode, 0, result.stderr);
  await home.run(['logout']);
});

test('a sign-in as somebody else than before says who it was before', async (t) => {
  const home = await createHome(t);
  const host = await attackedHost(t);
  const maria = await home.run(
    ['login', '--host', host.url, '--kind', 'cloud', '--protocol', 'token'],
    { stdin: 'of-maria' },
  );
  assert.equal(maria.exitCode, 0, maria.stderr);
  const { result } = await swappedLogin(home, host.url, 'oauth1');
  assert.match(result.stderr, /Signed in to \S+ as Mallory .*\nBefore, it was maria/);
  for (const account of ['maria', 'mallory']) await home.run(['logout', '--account', account]);
});

/** All parameters that the address of the consent page has. */
const shownParameters = {
  oauth1: ['oauth_token'],
  oauth2: [
    'client_id',
    'code_challenge',
    'code_challenge_method',
    'redirect_uri',
    'response_type',
    'state',
  ],
};

/** The sandbox offers OAuth 1.0a first. */
function loginArgsFor(
  protocol: string,
  { loginArgs }: { readonly loginArgs: readonly string[] },
): readonly string[] {
  return loginArgs.map((word) => (word === 'oauth1' ? protocol : word));
}

for (const [protocol, parameters] of Object.entries(shownParameters)) {
  test(`${protocol}: the browser's process shows the address of the consent page, and it no secret that redeems a grant`, async (t) => {
    const home = await createHome(t);
    const sandbox = await startSandboxProcess(home);
    const record = join(home.directory, 'browser.json');
    const browser = ['--browser', userAgentCommand('--record', record)];
    const { exitCode, stderr } = await home.run([...loginArgsFor(protocol, sandbox), ...browser], {
      env: sandbox.loginEnv,
    });
    assert.equal(exitCode, 0, stderr);
    const { argv } = JSON.parse(await readFile(record, 'utf8'));
    const shown = new URL(argv.at(-1));
    assert.ok(stderr.includes(shown.href));
    assert.deepEqual([...shown.searchParams.keys()].sort(), parameters);
    await home.run(['logout']);
  });
}

/** What somebody asks for who has caught what the consent page gave, and may even know the consumer, which many share. */
const thefts: Readonly<
  Record<string, (caught: URL, sandbox: SandboxProcess) => readonly Promise<Response>[]>
> = {
  oauth1: ({ searchParams }, { url, consumerKey: key, consumerSecret }) =>
    ['', consumerSecret].map((secret) =>
      signedFetch({
        consumer: { key, secret },
        token: { token: searchParams.get('oauth_token') ?? '', secret: '' },
        method: 'POST',
        url: `${url}/api/1.0/oauth/access_token`,
        oauth: { oauth_verifier: searchParams.get('oauth_verifier') ?? '' },
      }),
    ),
  oauth2: (caught, { url, consumerKey, consumerSecret }) => {
    const redirect_uri = `${caught.origin}${caught.pathname}`;
    const code = caught.searchParams.get('code') ?? '';
    const form = { grant_type: 'authorization_code', code, redirect_uri, client_id: consumerKey };
    const forms: readonly Record<string, string>[] = [
      form,
      { ...form, client_secret: consumerSecret },
      { ...form, client_secret: consumerSecret, code_verifier: 'a'.repeat(43) },
    ];
    return forms.map((body) =>
      fetch(`${url}/site/oauth2/access_token`, {
        method: 'POST',
        body: new URLSearchParams(body),
      }),
    );
  },
};

for (const [protocol, steal] of Object.entries(thefts)) {
  test(`${protocol}: a verifier or code that is caught yields no token`, async (t) => {
    const home = await createHome(t);
    const sandbox = await startSandboxProcess(home);
    const login = home.start([...loginArgsFor(protocol, sandbox), '--no-browser'], {
      env: sandbox.loginEnv,
    });
    const [consentUrl] = await login.printed(/http\S+(?:oauth_token|state)=\S+/);
    const caught = new URL(await callbackAddress(consentUrl, 'grant'));
    const answers = await Promise.all(steal(caught, sandbox));
    for (const answer of answers) {
      assert.ok(answer.status === 400 || answer.status === 401, String(answer.status));
      assert.doesNotMatch(await answer.text(), /access_token|oauth_token=/);
    }
    await load(caught.href);
    const { exitCode, stderr } = await login.ended;
    assert.equal(exitCode, 0, stderr);
    await home.run(['logout']);
  });
}
