import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../../src/cli/run.ts';
import type { HttpClient } from '../../../src/context.ts';
import { BitbranchError } from '../../../src/errors.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import { createHttpClient } from '../../../src/system/http.ts';
import { scriptedHttp, type TestWorld, testContext } from '../../helpers/context.ts';
import { sandboxWorld } from '../../helpers/sandbox-world.ts';
import { cloudUrl, credentialFor, otherUrl, signedIn } from '../../helpers/signed-in.ts';

async function api(argv: readonly string[], world: TestWorld) {
  const context = testContext(world);
  const exitCode = await run(['api', ...argv], context);
  return { exitCode, ...context.printed };
}

const token = { BITBRANCH_TOKEN: 'abc' };

const requests: readonly (readonly [
  argv: readonly string[],
  world: TestWorld,
  url: string,
  authorization: RegExp,
])[] = [
  [['/2.0/user'], { env: token }, 'https://api.bitbucket.org/2.0/user', /^Bearer abc$/],
  [
    ['/2.0/user', '--host', otherUrl, '--kind=cloud'],
    { env: token },
    `${otherUrl}/2.0/user`,
    /^Bearer abc$/,
  ],
  [['/2.0/user'], signedIn(credentialFor(otherUrl)), `${otherUrl}/2.0/user`, /token-of-maria/],
  [
    ['/2.0/user', '--account', 'maria'],
    signedIn(credentialFor(cloudUrl), credentialFor(cloudUrl, 'ada')),
    'https://api.bitbucket.org/2.0/user',
    /token-of-maria/,
  ],
  [
    ['/2.0/x?q=name ~ "a"&s=a+b%2Bc'],
    { env: token },
    'https://api.bitbucket.org/2.0/x?q=name%20~%20%22a%22&s=a+b%2Bc',
    /^Bearer/,
  ],
];

for (const [argv, world, url, authorization] of requests) {
  test(`api ${argv.join(' ')} asks for ${url}`, async () => {
    const http = scriptedHttp([[`GET ${url}`, { body: '{"a":\n 1}' }]]);
    const { exitCode, stdout, stderr } = await api(argv, { ...world, http });
    assert.deepEqual([exitCode, stdout, stderr], [0, '{"a":\n 1}', '']);
    assert.match(http.requests[0]?.headers?.['authorization'] ?? '', authorization);
  });
}

test('on a terminal the body ends with a newline, elsewhere it is as it came', async () => {
  for (const [stdoutIsTerminal, body, printed] of [
    [true, '{}', '{}\n'],
    [true, '{}\n', '{}\n'],
    [true, '', ''],
    [false, '{}', '{}'],
  ] as const) {
    const http = scriptedHttp([['GET https://api.bitbucket.org/2.0/user', { body }]]);
    const { stdout } = await api(['/2.0/user'], { env: token, http, stdoutIsTerminal });
    assert.equal(stdout, printed);
  }
});

const refusals: readonly (readonly [
  argv: readonly string[],
  world: TestWorld,
  exitCode: number,
  stderr: RegExp,
])[] = [
  [[], { env: token }, 2, /api needs a PATH/],
  [['user'], { env: token }, 2, /begins with \/2\.0\//],
  [['/2.0/user', '--max-wait=soon'], { env: token }, 2, /--max-wait soon is not a duration/],
  [['/2.0/user'], {}, 4, /Nobody is signed in\.\nSign in with: bitbranch login/],
  [
    ['/2.0/user', '--host', 'h.example'],
    signedIn(credentialFor(cloudUrl)),
    4,
    /https:\/\/h\.example/,
  ],
  [['/2.0/user'], signedIn(credentialFor(cloudUrl), credentialFor(otherUrl)), 2, /--host/],
  [['/2.0/user'], { settings: signedIn(credentialFor(cloudUrl)).settings }, 8, /locked/],
];

for (const [argv, world, exitCode, stderr] of refusals) {
  test(`api ${argv.join(' ')} sends nothing and ends with ${exitCode}`, async () => {
    const result = await api(argv, world);
    assert.deepEqual([result.exitCode, result.stdout], [exitCode, '']);
    assert.match(result.stderr, stderr);
  });
}

for (const [status, exitCode] of [
  [401, 4],
  [403, 5],
  [404, 5],
  [429, 7],
  [500, 6],
] as const) {
  test(`an answer of ${status} ends with ${exitCode}, and its body is not printed`, async () => {
    const http = scriptedHttp([
      ['GET https://api.bitbucket.org/2.0/user', { status, body: 'oauth_signature=secret' }],
    ]);
    const result = await api(['/2.0/user', '--max-wait=0s'], { env: token, http });
    assert.deepEqual([result.exitCode, result.stdout], [exitCode, '']);
    assert.doesNotMatch(result.stderr, /secret/);
  });
}

test('a request has the method, headers and body that are asked for', async () => {
  const url = 'https://api.bitbucket.org/2.0/x';
  const json = { 'content-type': 'application/json' };
  const requests: readonly (readonly [
    argv: readonly string[],
    request: string,
    headers: Readonly<Record<string, string>>,
    body: string | undefined,
  ])[] = [
    [['--field', 'a=b c', '--field=d=&='], `GET ${url}?a=b%20c&d=%26%3D`, {}, undefined],
    [['--method', 'post', '--field', 'a=ü'], `POST ${url}`, json, '{"a":"ü"}'],
    [['--method=DELETE'], `DELETE ${url}`, {}, undefined],
    [['--method=PUT', '--body', 'f.json'], `PUT ${url}`, json, '[1]'],
    [
      ['--method=PATCH', '--body=-', '--header', 'Content-Type:text/plain'],
      `PATCH ${url}`,
      { 'content-type': 'text/plain' },
      'typed',
    ],
    [
      ['--header', 'X-A: 1 ', '--header=x-b:2'],
      `GET ${url}`,
      { 'x-a': '1', 'x-b': '2' },
      undefined,
    ],
  ];
  for (const [argv, request, headers, body] of requests) {
    const http = scriptedHttp([[request, { body: 'ok' }]]);
    const world = { env: token, http, stdin: 'typed', files: { 'f.json': '[1]' } };
    const result = await api(['/2.0/x', ...argv], world);
    assert.deepEqual([result.exitCode, result.stdout, result.stderr], [0, 'ok', '']);
    const { authorization: _, ...sent } = http.requests[0]?.headers ?? {};
    assert.deepEqual([sent, http.requests[0]?.body], [headers, body]);
  }
});

const contradictions: readonly (readonly string[])[] = [
  ['--method=BREW'],
  ['--method=POST', '--paginate'],
  ['--body=f.json'],
  ['--method=POST', '--body=f.json', '--field=a=b'],
  ['--json=name'],
  ['--field=ab'],
  ['--field==b'],
  ['--header=Accept'],
  ['--header=A b: c'],
  ['--header=A: b\r\nc: d'],
  ['--header=Authorization: Basic abc'],
  ['--header=HOST: evil.example'],
  ['--header=content-length: 1'],
  ['--header=Transfer-Encoding: chunked'],
];

for (const argv of contradictions) {
  test(`api ${JSON.stringify(argv.join(' '))} is a usage error and sends nothing`, async () => {
    const result = await api(['/2.0/x', ...argv], { env: token });
    assert.deepEqual([result.exitCode, result.stdout], [2, '']);
    assert.doesNotMatch(result.stderr, /abc/);
  });
}

test('the body of a refusal is printed, its meaning is said on stderr', async () => {
  const body = '{"error":{"message":"No such repository"}}';
  const http = scriptedHttp([['GET https://api.bitbucket.org/2.0/x', { status: 404, body }]]);
  const result = await api(['/2.0/x', '--paginate'], { env: token, http });
  assert.deepEqual([result.exitCode, result.stdout], [5, body]);
  assert.match(result.stderr, /No such repository/);
});

test('--include prints the status and headers first, cookies left out', async () => {
  const headers = { 'content-type': 'text/plain', 'set-cookie': 'session=secret', 'x-a': 'b' };
  const script = [200, 404].map(
    (status) => ['GET https://api.bitbucket.org/2.0/x', { status, headers, body: 'text' }] as const,
  );
  const http = scriptedHttp(script);
  const found = await api(['/2.0/x', '-i'], { env: token, http });
  assert.equal(found.stdout, 'HTTP/1.1 200 OK\ncontent-type: text/plain\nx-a: b\n\ntext');
  const missing = await api(['/2.0/x', '-i'], { env: token, http });
  assert.match(missing.stdout, /^HTTP\/1\.1 404 Not Found\n.*\n\ntext$/s);
  assert.equal(missing.exitCode, 5);
});

const cloud = 'https://api.bitbucket.org';
const first = `${cloud}/2.0/x?pagelen=2`;
const second = `${cloud}/2.0/x?pagelen=2&page=2`;
const firstPage = { pagelen: 2, size: 3, page: 1, values: [{ a: 1 }, { a: 2 }], next: second };
const answer = (document: unknown) => ({ body: JSON.stringify(document) });

test('--paginate gives one valid document of all pages', async () => {
  const http = scriptedHttp([
    [`GET ${first}`, answer(firstPage)],
    [`GET ${second}`, answer({ pagelen: 2, size: 3, page: 2, values: [{ a: '\u009b3' }] })],
  ]);
  const { exitCode, stdout, stderr } = await api(['/2.0/x?pagelen=2', '--paginate'], {
    env: token,
    http,
  });
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.deepEqual(JSON.parse(stdout), { values: [{ a: 1 }, { a: 2 }, { a: '\u009b3' }], size: 3 });
  assert.ok(!stdout.includes('\u009b'));
});

test('--paginate walks a Data Center by nextPageStart, the rest of the query kept', async () => {
  const pages = [
    {
      size: 1,
      limit: 1,
      isLastPage: false,
      values: ['a'],
      start: 0,
      nextPageStart: 4,
      filter: null,
    },
    { size: 1, limit: 1, isLastPage: true, values: ['b'], start: 4, nextPageStart: null },
  ];
  const url = `${otherUrl}/rest/api/latest/repos`;
  const http = scriptedHttp([
    [`GET ${url}?name=a%20b&start=0`, answer(pages[0])],
    [`GET ${url}?name=a%20b&start=4`, answer(pages[1])],
  ]);
  const argv = ['/rest/api/latest/repos?name=a b&start=0', '--paginate', '--host', otherUrl];
  const { exitCode, stdout } = await api(argv, { env: token, http });
  assert.equal(exitCode, 0);
  assert.deepEqual(JSON.parse(stdout), {
    values: ['a', 'b'],
    filter: null,
    size: 2,
    isLastPage: true,
  });
});

const noPages = ['{"a": 1}', '[1, 2]', 'null', '{"values": 3}'];

test('--paginate prints what is no page as it is, and an empty page as a document', async () => {
  for (const body of noPages) {
    const http = scriptedHttp([[`GET ${cloud}/2.0/x`, { body }]]);
    const { exitCode, stdout } = await api(['/2.0/x', '--paginate'], { env: token, http });
    assert.deepEqual([exitCode, stdout], [0, body]);
  }
  const http = scriptedHttp([[`GET ${cloud}/2.0/x`, answer({ values: [] })]]);
  const { stdout } = await api(['/2.0/x', '--paginate'], { env: token, http });
  assert.deepEqual(JSON.parse(stdout), { values: [], size: 0 });
});

for (const [body, what] of [
  ['<!doctype html><title>Log in</title>', 'a web page'],
  ['diff --git', 'something else'],
  ['', 'something else'],
] as const) {
  test(`--paginate takes "${body}" for no answer of a Bitbucket`, async () => {
    const http = scriptedHttp([[`GET ${cloud}/2.0/x`, { body }]]);
    const { exitCode, stdout, stderr } = await api(['/2.0/x', '--paginate'], { env: token, http });
    assert.deepEqual([exitCode, stdout], [6, '']);
    assert.match(
      stderr,
      new RegExp(`answered the request for /2.0/x with ${what} instead of JSON`),
    );
  });
}

test('--paginate prints nothing of what is unchanged', async () => {
  const http = scriptedHttp([[`GET ${cloud}/2.0/x`, { status: 304 }]]);
  const argv = ['/2.0/x', '--paginate', '--header', 'If-None-Match: "a"'];
  const { exitCode, stdout } = await api(argv, { env: token, http });
  assert.deepEqual([exitCode, stdout], [0, '']);
});

const breaks: readonly (readonly [
  what: string,
  second: Parameters<typeof scriptedHttp>[0][number][1],
  RegExp,
])[] = [
  ['fails', { status: 500 }, /after 2 values: .*status 500/],
  ['is no page', { body: '{}' }, /after 2 values: .*"values" is missing/],
  ['is a web page', { body: '<html>' }, /after 2 values: .*a web page instead of JSON/],
  ['leads back to itself', answer({ values: [], next: second }), /after 2 values: .*never end/],
  [
    'leads to another host',
    answer({ values: [], next: 'https://evil.example/2.0/x' }),
    /nothing was sent there/,
  ],
];

for (const [what, page, message] of breaks) {
  test(`a second page that ${what} leaves a valid document, and ends with 3`, async () => {
    const http = scriptedHttp([
      [`GET ${first}`, answer(firstPage)],
      [`GET ${second}`, page],
    ]);
    const result = await api(['/2.0/x?pagelen=2', '--paginate', '--max-wait=0s'], {
      env: token,
      http,
    });
    assert.equal(result.exitCode, 3);
    assert.match(result.stderr, message);
    assert.deepEqual(JSON.parse(result.stdout), { values: firstPage.values, size: 2 });
  });
}

const dataCenterBreaks: readonly (readonly [what: string, second: object, exitCode: number])[] = [
  ['the first page does not say where the next one starts', {}, 6],
  ['a later page does not', { values: ['c'], isLastPage: false }, 3],
  [
    'the next page does not start after it',
    { values: ['c'], isLastPage: false, nextPageStart: 2 },
    3,
  ],
];

for (const [what, page, exitCode] of dataCenterBreaks) {
  test(`where ${what}, --paginate ends with ${exitCode} and claims no last page`, async () => {
    const url = `${otherUrl}/rest/api/latest/repos`;
    const firstPage = { values: ['a', 'b'], isLastPage: false };
    const http = scriptedHttp(
      exitCode === 6
        ? [[`GET ${url}`, answer(firstPage)]]
        : [
            [`GET ${url}`, answer({ ...firstPage, nextPageStart: 2 })],
            [`GET ${url}?start=2`, answer(page)],
          ],
    );
    const argv = ['/rest/api/latest/repos', '--paginate', '--host', otherUrl];
    const result = await api(argv, { env: token, http });
    assert.equal(result.exitCode, exitCode);
    assert.match(result.stderr, /nextPageStart|starts at 2/);
    if (exitCode === 6) assert.equal(result.stdout, '');
    else
      assert.deepEqual(JSON.parse(result.stdout), {
        values: ['a', 'b'],
        size: 2,
        isLastPage: false,
      });
  });
}

test('a first page that fails before any value was printed ends with its own code', async () => {
  const http = scriptedHttp([
    [`GET ${first}`, answer({ values: [], next: second })],
    [`GET ${second}`, { status: 404 }],
  ]);
  const result = await api(['/2.0/x?pagelen=2', '--paginate'], { env: token, http });
  assert.deepEqual([result.exitCode, result.stdout], [5, '']);
});

const changed =
  'The values of /2.0/x changed while they were listed, so that some may be missing: run the command again to be sure.\n';
const changes: readonly (readonly [
  what: string,
  pages: readonly [object, object],
  count: number,
  said: string,
])[] = [
  ['fewer come than are counted', [{ values: [1], size: 5 }, { values: [2] }], 2, changed],
  [
    'one comes again',
    [{ values: [{ id: 1 }, { id: 2 }] }, { values: [{ id: 2 }, { id: 3 }] }],
    3,
    changed,
  ],
  ['the count stands on the first page only', [{ values: [1], size: 2 }, { values: [2] }], 2, ''],
  [
    'values look alike that nothing tells apart',
    [{ values: [{ state: 'OPEN' }] }, { values: [{ state: 'OPEN' }] }],
    2,
    '',
  ],
];

for (const [what, [one, other], count, said] of changes) {
  test(`where ${what}, --paginate prints ${count} values and says ${said === '' ? 'nothing' : 'so'}`, async () => {
    const http = scriptedHttp([
      [`GET ${cloud}/2.0/x`, answer({ ...one, next: second })],
      [`GET ${second}`, answer(other)],
    ]);
    const result = await api(['/2.0/x', '--paginate'], { env: token, http });
    assert.deepEqual([result.exitCode, result.stderr], [0, said]);
    assert.equal(JSON.parse(result.stdout).values.length, count);
  });
}

for (const [fields, isRefused] of [
  ['values.name', true],
  ['-next', true],
  ['next,values.name', false],
  ['*,values.target', false],
  ['+values.target', false],
  ['-values.links', false],
] as const) {
  test(`--paginate with fields=${fields} is ${isRefused ? 'refused, since it would be cut short' : 'fine'}`, async () => {
    const path = `/2.0/x?fields=${fields}`;
    const page = answer({ values: [] });
    const http = scriptedHttp(isRefused ? [] : [[`GET ${cloud}${path}`, page]]);
    const result = await api([path, '--paginate'], { env: token, http });
    assert.equal(result.exitCode, isRefused ? 2 : 0);
  });
}

test('--paginate from a page in the middle expects no more than what is left', async () => {
  const http = scriptedHttp([[`GET ${second}`, answer({ values: [3], size: 3, page: 2 })]]);
  const result = await api(['/2.0/x?pagelen=2&page=2', '--paginate'], { env: token, http });
  assert.deepEqual([result.exitCode, result.stderr], [0, '']);
});

/** Answers every request with a page that names another one. */
function endless(values: readonly unknown[]): HttpClient {
  let page = 1;
  return {
    prepare: () => {},
    async send({ url }) {
      page += 1;
      assert.ok(page < 1_000, 'the list is read for ever');
      const body = JSON.stringify({ values, next: `${cloud}/2.0/x?page=${page}` });
      return {
        status: 200,
        url,
        header: () => null,
        headers: () => [],
        text: async () => body,
        chunks: () => assert.fail(),
      };
    },
  };
}

test('--paginate reads neither the same page nor empty ones for ever', async () => {
  const same = await api(['/2.0/x', '--paginate'], { env: token, http: endless([{ id: 1 }]) });
  assert.equal(same.exitCode, 3);
  assert.match(same.stderr, /after 1 value: .*never end/);
  const empty = await api(['/2.0/x', '--paginate'], { env: token, http: endless([]) });
  assert.deepEqual([empty.exitCode, empty.stdout], [6, '']);
  assert.match(empty.stderr, /empty pages in a row, so the list would never end/);
});

for (const [code, exitCode] of [
  ['interrupted', 130],
  ['terminated', 143],
] as const) {
  test(`--paginate that is ${code} leaves a valid document, and ends with ${exitCode}`, async () => {
    const controller = new AbortController();
    const reason = new BitbranchError(code, 'Stopped.');
    const scripted = scriptedHttp([[`GET ${first}`, answer(firstPage)]]);
    const http: HttpClient = {
      ...scripted,
      async send(request) {
        if (request.url !== second) return scripted.send(request);
        controller.abort(reason);
        throw reason;
      },
    };
    const world = { env: token, http, interrupted: controller.signal };
    const result = await api(['/2.0/x?pagelen=2', '--paginate'], world);
    assert.equal(result.exitCode, exitCode);
    assert.deepEqual(JSON.parse(result.stdout), { values: firstPage.values, size: 2 });
  });
}

test('a byte order mark before a page is ignored', async () => {
  const http = scriptedHttp([[`GET ${cloud}/2.0/x`, { body: '\ufeff{"values": [1]}' }]]);
  const { stdout } = await api(['/2.0/x', '--paginate'], { env: token, http });
  assert.deepEqual(JSON.parse(stdout), { values: [1], size: 1 });
});

test('304 is a success for a request with a condition, and a failure for any other', async () => {
  for (const [argv, exitCode] of [
    [['--header=If-None-Match: "x"'], 0],
    [['--header=if-modified-since: Tue, 24 Nov 2026 12:00:00 GMT', '--include'], 0],
    [[], 6],
  ] as const) {
    const http = scriptedHttp([[`GET ${cloud}/2.0/x`, { status: 304 }]]);
    const result = await api(['/2.0/x', ...argv], { env: token, http });
    assert.equal(result.exitCode, exitCode);
  }
});

test('a sandbox accepts the signed request, escapes and plus signs included', async (t) => {
  const { world } = await sandboxWorld(t, { generated: [{ fullName: 'acme/site', branches: 3 }] });
  const path =
    '/2.0/repositories/acme/site/refs/branches?q=name ~ "1"&fields=size,values.name&x=a%2Bb+c';
  const { exitCode, stdout, stderr } = await api([path], world);
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.ok('values' in JSON.parse(stdout));
});

for (const [kind, path] of [
  ['cloud', '/2.0/repositories/acme/site/refs/branches?pagelen=100'],
  ['datacenter', '/rest/api/latest/projects/ACME/repos/site/branches?limit=100'],
] as const) {
  test(`${kind}: HEAD gives the headers of GET, the compression included, and nothing else`, async (t) => {
    const sandbox = await startSandbox({
      generated: [{ fullName: 'acme/site', branches: 100 }],
      tokens: [{ token: 'abc', kind: 'user' }],
    });
    t.after(() => sandbox.close());
    const interrupted = new AbortController().signal;
    const world = { env: token, http: createHttpClient({ userAgent: 'test', interrupted }) };
    const argv = ['--host', sandbox.url, '--kind', kind, '--method', 'HEAD'];
    assert.deepEqual(await api([path, ...argv], world), { exitCode: 0, stdout: '', stderr: '' });
    const { stdout } = await api([path, ...argv, '--include'], world);
    assert.match(stdout, /^HTTP\/1\.1 200 OK\n.*content-encoding: gzip\n.*\n\n$/s);
  });
}
