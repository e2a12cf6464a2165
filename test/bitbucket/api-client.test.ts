import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type ApiClient, createApiClient } from '../../src/bitbucket/api-client.ts';
import { hostAt } from '../../src/bitbucket/hosts.ts';
import { BitbranchError } from '../../src/errors.ts';
import { createHttpClient } from '../../src/system/http.ts';
import { type Answer, type Exchange, startHttpServer } from '../helpers/http-server.ts';

const uninterrupted = new AbortController().signal;
const http = createHttpClient({ userAgent: 'test', interrupted: uninterrupted });
const nowMs = Date.UTC(2026, 10, 24, 12);

/** An API client of a scripted server. Each request is "signed" by a number, so that a repeated signature shows. */
async function setUp(
  t: TestContext,
  script: readonly Exchange[],
  { maxWaitMs = 0, contextPath = '' } = {},
) {
  const server = await startHttpServer(t, script);
  const sleepsMs: number[] = [];
  let signatures = 0;
  const api: ApiClient = createApiClient({
    host: hostAt(server.url + contextPath, 'cloud'),
    refusal: {
      sentence: 'The host does not accept the credential.',
      hint: 'Sign in with a token.',
    },
    send: (request) => {
      signatures += 1;
      return http.send({
        ...request,
        headers: { ...request.headers, authorization: `${signatures}` },
      });
    },
    clock: {
      nowMs: () => nowMs,
      sleep: async (durationMs) => {
        sleepsMs.push(durationMs);
      },
    },
    random: { bytes: (length) => new Uint8Array(length) },
    trace: () => {},
    interrupted: uninterrupted,
    maxWaitMs,
  });
  return { api, server, sleepsMs };
}

async function failureOf(promise: Promise<unknown>): Promise<BitbranchError> {
  const failure = await promise.then(
    () => assert.fail('nothing failed'),
    (error: unknown) => error,
  );
  assert.ok(failure instanceof BitbranchError, String(failure));
  return failure;
}

function json(body: unknown, status = 200): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

test('reads a JSON document below the API URL', async (t) => {
  const { api, server } = await setUp(t, [{ request: 'GET /2.0/user', answer: json({ a: [1] }) }]);
  assert.deepEqual(await api.getJson('/2.0/user'), { a: [1] });
  assert.equal(server.requests[0]?.headers.accept, 'application/json');
});

test('hands on any 2xx answer as it is', async (t) => {
  const { api } = await setUp(t, [
    { request: 'GET /2.0/diff', answer: { status: 203, body: 'diff --git' } },
  ]);
  const response = await api.get('/2.0/diff');
  assert.equal(response.status, 203);
  assert.equal(await response.text(), 'diff --git');
});

test('keeps a context path', async (t) => {
  const { api } = await setUp(t, [{ request: 'GET /git/rest/api', answer: json(1) }], {
    contextPath: '/git',
  });
  assert.equal(await api.getJson('/rest/api'), 1);
});

test('follows a link of the server, plus signs and escapes kept', async (t) => {
  const { api, server } = await setUp(t, [
    { request: 'GET /2.0/x?q=a+b%2Bc&page=2', answer: json('second') },
  ]);
  assert.equal(await api.getJson(`${server.url}/2.0/x?q=a+b%2Bc&page=2`), 'second');
});

const foreignAddresses = [
  'http://127.0.0.2:9/2.0/user',
  'https://evil.example/2.0/user',
  'file:///etc/passwd',
  'no address',
];

for (const address of foreignAddresses) {
  test(`sends nothing to ${address}`, async (t) => {
    const { api } = await setUp(t, []);
    const failure = await failureOf(api.get(address));
    assert.equal(failure.code, 'server');
    assert.match(failure.message, /nothing was sent there/);
  });
}

test('sends nothing to its own origin with a password in the URL', async (t) => {
  const { api, server } = await setUp(t, []);
  const failure = await failureOf(api.get(server.url.replace('//', '//me:secret@')));
  assert.equal(failure.code, 'server');
  assert.ok(!failure.message.includes('secret'));
});

test('a path can not name another host', async (t) => {
  const { api } = await setUp(t, [{ request: 'GET //evil.example/x', answer: json('here') }]);
  assert.equal(await api.getJson('//evil.example/x'), 'here');
});

test('follows redirects on its own origin, signing each request anew', async (t) => {
  const { api, server } = await setUp(t, [
    { request: 'GET /a/old', answer: { status: 301, headers: { location: 'new?page=1' } } },
    { request: 'GET /a/new?page=1', answer: { status: 307, headers: { location: '/b' } } },
    { request: 'GET /b', answer: json('there') },
  ]);
  assert.equal(await api.getJson('/a/old'), 'there');
  assert.deepEqual(
    server.requests.map(({ headers }) => headers.authorization),
    ['1', '2', '3'],
  );
});

test('follows five redirects and no more', async (t) => {
  const loop: Exchange = {
    request: 'GET /loop',
    answer: { status: 302, headers: { location: '/loop' } },
  };
  const { api } = await setUp(
    t,
    Array.from({ length: 6 }, () => loop),
  );
  const failure = await failureOf(api.get('/loop'));
  assert.equal(failure.code, 'server');
  assert.match(failure.message, /again and again/);
});

for (const location of ['https://evil.example/login', '//evil.example/login', 'javascript:0']) {
  test(`does not follow a redirect to ${location}`, async (t) => {
    const { api } = await setUp(t, [
      { request: 'GET /2.0/user', answer: { status: 302, headers: { location } } },
    ]);
    const failure = await failureOf(api.get('/2.0/user'));
    assert.equal(failure.code, 'server');
    assert.match(failure.message, /nothing was sent there/);
  });
}

const refusals: readonly {
  name: string;
  answer: Answer;
  code: string;
  says: RegExp;
  hint: RegExp;
}[] = [
  {
    name: '401',
    answer: json({ type: 'error', error: { message: 'Token is invalid.' } }, 401),
    code: 'sign_in_needed',
    says: /does not accept the credential.*\(Token is invalid\)\.$/,
    hint: /^Sign in with a token\.$/,
  },
  {
    name: '401 with the problem in its challenge',
    answer: {
      status: 401,
      headers: { 'www-authenticate': 'OAuth realm="x", oauth_problem="token_expired"' },
      body: 'oauth_problem=token_expired',
    },
    code: 'sign_in_needed',
    says: /\(token_expired\)\.$/,
    hint: /^Sign in with a token\.$/,
  },
  {
    name: '403 that names scopes',
    answer: json(
      {
        type: 'error',
        error: {
          message: 'Your credentials lack one or more required privilege scopes.',
          detail: { required: ['account', 'repository'], granted: ['account'] },
        },
      },
      403,
    ),
    code: 'forbidden',
    says: /lacks a permission that \/page needs: repository\.$/,
    hint: /\(repository\), then sign in again/,
  },
  {
    name: '403 that names none',
    answer: json({ type: 'error', error: { message: 'Access denied' } }, 403),
    code: 'forbidden',
    says: /may not see \/page .*\(Access denied\)\.$/,
    hint: /administrator/,
  },
  {
    name: '404 of Cloud',
    answer: json({ type: 'error', error: { message: 'Repository a/b not found' } }, 404),
    code: 'not_found',
    says: /has nothing at \/page.*\(Repository a\/b not found\)\.$/,
    hint: /bitbranch status/,
  },
  {
    name: '404 of Data Center',
    answer: json({ errors: [{ context: null, message: 'Project X does not exist.' }] }, 404),
    code: 'not_found',
    says: /\(Project X does not exist\)\.$/,
    hint: /bitbranch status/,
  },
  {
    name: '410',
    answer: { status: 410, body: 'gone' },
    code: 'not_found',
    says: /may not see it\.$/,
    hint: /bitbranch status/,
  },
  {
    name: '429 with a wait',
    answer: { status: 429, headers: { 'retry-after': '90' }, body: 'Rate limit exceeded' },
    code: 'rate_limited',
    says: /no more requests/,
    hint: /90 seconds.*--max-wait 90s/,
  },
  {
    name: '429 without a wait',
    answer: { status: 429 },
    code: 'rate_limited',
    says: /no more requests/,
    hint: /by the hour/,
  },
  {
    name: '400',
    answer: json({ type: 'error', error: { message: 'Bad query' } }, 400),
    code: 'server',
    says: /status 400 \(Bad query\)/,
    hint: /--verbose/,
  },
  { name: '500', answer: { status: 500 }, code: 'server', says: /status 500/, hint: /later/ },
  { name: '503', answer: { status: 503 }, code: 'server', says: /status 503/, hint: /later/ },
  {
    name: '503 with a wait',
    answer: { status: 503, headers: { 'retry-after': '120' } },
    code: 'server',
    says: /status 503/,
    hint: /120 seconds.*--max-wait 120s/,
  },
  { name: '304', answer: { status: 304 }, code: 'server', says: /status 304/, hint: /--verbose/ },
];

for (const { name, answer, code, says, hint } of refusals) {
  test(`explains status ${name}`, async (t) => {
    const { api } = await setUp(t, [{ request: 'GET /page?q=1', answer }]);
    const failure = await failureOf(api.getJson('/page?q=1'));
    assert.equal(failure.code, code);
    assert.match(failure.message, says);
    assert.match(failure.hint ?? '', hint);
  });
}

test('quotes the server in one short line that can not steer a terminal', async (t) => {
  const message = `Bad\n\u001b[31mthing\u202e ${'x'.repeat(1000)}`;
  const { api } = await setUp(t, [{ request: 'GET /', answer: json({ error: { message } }, 500) }]);
  const failure = await failureOf(api.get('/'));
  assert.match(failure.message, /\(Bad \[31mthing x+…\)\.$/);
  assert.ok(failure.message.length < 300);
});

test('does not quote other bodies, which may repeat the signed request', async (t) => {
  const { api } = await setUp(t, [
    { request: 'GET /', answer: { status: 500, body: 'oauth_signature_base_string=GET&secret' } },
  ]);
  const failure = await failureOf(api.get('/'));
  assert.ok(!failure.message.includes('secret'));
});

test('explains a sign-in page in place of JSON', async (t) => {
  const { api } = await setUp(t, [
    { request: 'GET /', answer: { body: '<!doctype html><title>Sign in</title>' } },
    { request: 'GET /', answer: { body: '' } },
  ]);
  const page = await failureOf(api.getJson('/'));
  assert.equal(page.code, 'server');
  assert.match(page.message, /a web page instead of JSON/);
  assert.match(page.hint ?? '', /proxy/);
  const nothing = await failureOf(api.getJson('/'));
  assert.match(nothing.message, /something else instead of JSON/);
});

test('ignores a byte order mark before JSON', async (t) => {
  const { api } = await setUp(t, [{ request: 'GET /', answer: { body: '\ufeff{"a":1}' } }]);
  assert.deepEqual(await api.getJson('/'), { a: 1 });
});

const dropped: Exchange['answer'] = (response) => response.socket?.destroy();
const droppedInside: Exchange['answer'] = (response) => {
  response.writeHead(200, { 'content-length': '100' });
  response.write('{"a":', () => response.socket?.destroy());
};

test('tries again what may pass, signing each attempt anew', async (t) => {
  const answers = [
    { status: 429 },
    { status: 502 },
    { status: 503, headers: { 'retry-after': '3' } },
    { status: 504 },
    dropped,
    droppedInside,
    json('at last'),
  ];
  const { api, server, sleepsMs } = await setUp(
    t,
    answers.map((answer) => ({ request: 'GET /page', answer })),
    { maxWaitMs: 30_000 },
  );
  assert.equal(await api.getJson('/page'), 'at last');
  assert.deepEqual(sleepsMs, [250, 500, 3_000, 2_000, 4_000, 8_000]);
  assert.equal(new Set(server.requests.map(({ headers }) => headers.authorization)).size, 7);
});

test('obeys Retry-After as a date', async (t) => {
  const { api, sleepsMs } = await setUp(
    t,
    [
      {
        request: 'GET /page',
        answer: { status: 503, headers: { 'retry-after': 'Tue, 24 Nov 2026 12:00:20 GMT' } },
      },
      { request: 'GET /page', answer: json('back') },
    ],
    { maxWaitMs: 30_000 },
  );
  assert.equal(await api.getJson('/page'), 'back');
  assert.deepEqual(sleepsMs, [20_000]);
});

test('gives up at once when the wait asked for does not fit', async (t) => {
  const { api, sleepsMs } = await setUp(
    t,
    [{ request: 'GET /page', answer: { status: 429, headers: { 'retry-after': '3600' } } }],
    { maxWaitMs: 30_000 },
  );
  const failure = await failureOf(api.get('/page'));
  assert.equal(failure.code, 'rate_limited');
  assert.deepEqual(sleepsMs, []);
});

for (const status of [400, 401, 403, 404, 500, 501]) {
  test(`does not try again after status ${status}`, async (t) => {
    const { api } = await setUp(t, [{ request: 'GET /page', answer: { status } }], {
      maxWaitMs: 30_000,
    });
    await failureOf(api.get('/page'));
  });
}
