// What a broken or hostile server can say on the wire, and what the built program makes of it: one row each.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import {
  answerOf,
  jsonAnswer,
  type RawAnswer,
  type RawRequest,
  startRawServer,
} from '../helpers/raw-server.ts';
import { createHome } from '../helpers/spawn-cli.ts';

const token = 'the-secret-token';
const mebibyte = 2 ** 20;
const values = [{ name: 'main' }];
const goodText = JSON.stringify({ values });

/** What is answered to the first page of branches; `other` is a second server, which must never be asked anything. */
type Row = readonly [
  what: string,
  answer: (request: RawRequest, other: string) => RawAnswer,
  exitCode: number,
  says: RegExp,
];

const redirect = (location: string) => answerOf(302, '', `Location: ${location}`);
/** An answer without a length, which the end of the connection ends. */
const unmeasured = (statusLine: string, ...fields: readonly string[]) =>
  `${[statusLine, 'Connection: close', ...fields, '', ''].join('\r\n')}${goodText}`;
const chunked = (body: string) =>
  `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${body}`;
const compressed = (encoding: string, body: Uint8Array, status = 200) =>
  answerOf(status, body, `Content-Encoding: ${encoding}`);

/** 1 GiB in a megabyte: a gzip file may consist of many. */
const gzipBomb = Buffer.concat(Array<Buffer>(64).fill(gzipSync(Buffer.alloc(16 * mebibyte, ' '))));

const manyFields = (count: number, field: string) => Array<string>(count).fill(field);

/** Says a piece every half second, for ever. */
const drip = (start: string, piece: string) => (socket: Socket) => {
  socket.write(start);
  const timer = setInterval(() => socket.write(piece), 500);
  socket.once('close', () => clearInterval(timer));
};

/** Says the same piece again and again, as fast as it is taken. */
const pour = (start: string, piece: Uint8Array) => (socket: Socket) => {
  const write = () => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', write).write(start);
  write();
};

const notJson = /instead of JSON/;

const rows: readonly Row[] = [
  // Who keeps us waiting. These come first, since each takes the half minute that is allowed, all at once.
  ['silence', () => () => {}, 6, /sent nothing for 30 seconds/],
  ['a header, bit by bit', () => drip('HTTP/1.1 200 OK\r\n', 'X: y\r\n'), 6, /30 seconds/],
  [
    'silence in the body',
    () => (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{'),
    6,
    /30 seconds/,
  ],
  [
    'interim answers without end',
    () => drip('', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(1_000)),
    6,
    /30 seconds/,
  ],

  // Where the credential goes.
  ['a redirect to another origin', (_, other) => redirect(`${other}/2.0/x`), 6, /must not go/],
  [
    'a redirect to another origin that leaves out its scheme',
    (_, other) => redirect(other.replace('http:', '')),
    6,
    /must not go/,
  ],
  ['a redirect to a file', () => redirect('file:///etc/passwd'), 6, /no web address/],
  ['a redirect to no address', () => redirect('http://[::1'), 6, /no web address/],
  ['a redirect to nowhere', () => answerOf(302, ''), 6, /status 302/],
  ['a redirect in a loop', ({ target }) => redirect(target), 6, /again and again/],
  [
    'a redirect with a password',
    ({ url }) => redirect(url.replace('//', '//a:b@')),
    6,
    /must not go/,
  ],
  [
    'a next page at another origin',
    (_, other) => jsonAnswer({ values, next: `${other}/2.0/more` }),
    3,
    /must not go/,
  ],
  ['the same page as the next', ({ url }) => jsonAnswer({ values, next: url }), 3, /never end/],

  // How much of it there is.
  [
    'a body without end',
    () => pour('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n', Buffer.alloc(mebibyte, ' ')),
    6,
    /more than 64 MiB/,
  ],
  ['a gzip bomb', () => compressed('gzip', gzipBomb), 6, /more than 64 MiB/],
  ['deflate, which is not offered', () => compressed('deflate', deflateSync(goodText)), 6, notJson],
  [
    'Brotli, which is not offered',
    () => compressed('br', brotliCompressSync(goodText)),
    6,
    notJson,
  ],
  ['a bomb in an error', () => compressed('gzip', gzipBomb, 500), 6, /more than 64 MiB/],
  ['a bomb in a refusal', () => compressed('gzip', gzipBomb, 401), 6, /more than 64 MiB/],
  [
    'a bomb in a redirect',
    ({ target }) => answerOf(302, gzipBomb, 'Content-Encoding: gzip', `Location: ${target}x`),
    6,
    /more than 64 MiB/,
  ],
  ['damaged compression', () => compressed('gzip', Buffer.from('no gzip')), 6, /damaged|JSON/],
  [
    'unknown compression',
    () => compressed('zstd', Buffer.from('(\xb5/\xfd')),
    6,
    /instead of JSON/,
  ],
  [
    'headers without end',
    () => pour('HTTP/1.1 200 OK\r\n', Buffer.from('X-Header: x\r\n'.repeat(100))),
    6,
    /header|HTTP/,
  ],
  ['a huge header', () => answerOf(200, goodText, `X: ${'x'.repeat(100_000)}`), 6, /HTTP/],
  [
    'three thousand headers',
    () => answerOf(200, goodText, ...manyFields(3_000, 'Set-Cookie: a=b')),
    6,
    /HTTP/,
  ],

  // What is no answer, or half of one.
  ['a truncated document', () => answerOf(200, goodText.slice(0, -3)), 6, /instead of JSON/],
  [
    'a length that is too long',
    () => `HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n${goodText}`,
    6,
    /before its answer was complete/,
  ],
  [
    'a length that is too short',
    () => `HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n${goodText}`,
    6,
    /JSON|HTTP/,
  ],
  [
    'a length that is none',
    () => `HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n${goodText}`,
    6,
    /HTTP/,
  ],
  [
    'two lengths',
    () => `HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n${goodText}`,
    6,
    /HTTP/,
  ],
  ['a chunk of no size', () => chunked(`what\r\n${goodText}`), 6, /complete/],
  ['a chunk of a negative size', () => chunked(`-5\r\n${goodText}`), 6, /complete/],
  ['a chunk larger than memory', () => chunked(`ffffffffffffff\r\n${goodText}`), 6, /complete/],
  [
    'chunks without an end',
    () => chunked(`${goodText.length.toString(16)}\r\n${goodText}`),
    6,
    /complete/,
  ],
  ['UTF-16', () => answerOf(200, Buffer.from(goodText, 'utf16le')), 6, /instead of JSON/],
  ['a web page with status 200', () => answerOf(200, '<html>Sign in'), 6, /a web page instead/],
  ['status 204', () => 'HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n', 6, /JSON/],
  ['status 205', () => answerOf(205, ''), 6, /JSON/],
  ['status 304', () => 'HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n', 6, /304/],
  ['status 101', () => 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n', 6, /./],
  ['status 999', () => answerOf(999, goodText), 6, /999/],
  ['status 0', () => 'HTTP/1.1 000 Zero\r\n\r\n', 6, /./],
  ['no HTTP at all', () => 'SSH-2.0-OpenSSH_9.9\r\n', 6, /not HTTP/],
  ['a line without end', () => pour('', Buffer.alloc(mebibyte, 'x')), 6, /not HTTP/],
  ['an end before the answer', () => '', 6, /before its answer was complete/],
  ['an end in the status line', () => 'HTTP/1.1 2', 6, /before its answer was complete|not HTTP/],
  ['an end in the header', () => 'HTTP/1.1 200 OK\r\nContent-', 6, /complete|not HTTP/],
  ['a connection that is reset', () => (socket) => socket.resetAndDestroy(), 6, /complete/],
  [
    'a wait without measure',
    () => answerOf(429, '', `Retry-After: ${'9'.repeat(400)}`),
    7,
    /no more requests/,
  ],
  ['a wait in the past', () => answerOf(503, '', 'Retry-After: -1'), 6, /503/],
  [
    'an endless reason',
    () => answerOf(400, JSON.stringify({ error: { message: 'a'.repeat(100_000) } })),
    6,
    /a…\)/,
  ],

  // What is odd, and good enough.
  ['HTTP/1.0', () => unmeasured('HTTP/1.0 200 OK'), 0, /^$/],
  ['no reason phrase', () => unmeasured('HTTP/1.1 200'), 0, /^$/],
  [
    'interim answers before the answer',
    () =>
      Buffer.concat([
        Buffer.from('HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n'.repeat(50)),
        jsonAnswer({ values }),
      ]),
    0,
    /^$/,
  ],
  [
    'odd cookies',
    () =>
      answerOf(
        200,
        goodText,
        'Set-Cookie: =;;=',
        'Set-Cookie: __proto__=1',
        'Set-Cookie:',
        `Set-Cookie: a=${'b'.repeat(8_000)}`,
      ),
    0,
    /^$/,
  ],
  ['a claim to be a picture', () => answerOf(200, goodText, 'Content-Type: image/png'), 0, /^$/],
];

const pagesOf = ['branches', 'acme/site', '--format', 'names', '--max-wait', '0s'];

describe('a hostile server', { concurrency: 6 }, () => {
  for (const [what, answer, exitCode, says] of rows) {
    test(what, async (t) => {
      const home = await createHome(t);
      const other = await startRawServer(t, () => answerOf(404, ''));
      const server = await startRawServer(t, (request) => answer(request, other.url));
      const args = [...pagesOf, '--host', server.url, '--kind', 'cloud'];
      const result = await home.run(args, { env: { BITBRANCH_TOKEN: token } });
      assert.equal(result.exitCode, exitCode, result.stderr);
      assert.match(result.stderr, says);
      if (exitCode === 0) assert.equal(result.stdout, 'main\n');
      assert.ok(result.stderr.length < 1_000, result.stderr);
      assert.doesNotMatch(result.stderr, /Infinity|NaN|undefined|e\+\d/);
      assert.ok(!result.stderr.includes(token));
      assert.deepEqual(other.requests, [], 'nothing is sent elsewhere');
      assert.ok(server.requests.every(({ head }) => head.includes(token)));
    });
  }
});

/** BITBRANCH_TOKEN does not tell which host it is for; somebody is signed in to `host`, and to no other one. */
const tokenJourneys: readonly (readonly [
  what: string,
  repository: (host: string, other: string) => string,
  env: (other: string) => Readonly<Record<string, string>>,
  exitCode: number,
  isSent: boolean,
])[] = [
  ['to a host signed in to that a clone URL names', (host) => `${host}/a/b`, () => ({}), 0, true],
  ['to the only host signed in to', () => 'a/b', () => ({}), 0, true],
  ['not to an unknown host of a clone URL', (_, other) => `${other}/a/b`, () => ({}), 4, false],
  [
    'not to another host than BITBRANCH_HOST',
    (host) => `${host}/a/b`,
    (other) => ({ BITBRANCH_HOST: other }),
    2,
    false,
  ],
];

describe('BITBRANCH_TOKEN goes', { concurrency: 4 }, () => {
  for (const [what, repository, env, exitCode, isSent] of tokenJourneys) {
    test(what, async (t) => {
      const home = await createHome(t);
      const other = await startRawServer(t, () => jsonAnswer({ values }));
      const host = await startRawServer(t, () => jsonAnswer({ username: 'maria', values }));
      const login = ['login', '--host', host.url, '--kind', 'cloud', '--protocol', 'token'];
      const { exitCode: signedIn } = await home.run(login, { stdin: 'the-stored-token' });
      assert.equal(signedIn, 0);
      const before = host.requests.length;
      const result = await home.run(['branches', repository(host.url, other.url)], {
        env: { BITBRANCH_TOKEN: token, ...env(other.url) },
      });
      assert.equal(result.exitCode, exitCode, result.stderr);
      const sent = host.requests.slice(before).map(({ head }) => head.includes(token));
      assert.deepEqual(sent, isSent ? [true] : []);
      assert.deepEqual(other.requests, []);
    });
  }
});
