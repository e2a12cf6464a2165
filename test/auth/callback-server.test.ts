import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { type Judgement, startCallbackServer } from '../../src/auth/callback-server.ts';
import { BitbranchError } from '../../src/errors.ts';
import { listenOnLoopback } from '../helpers/loopback.ts';
import { exchange, openSocket, readResponse } from '../helpers/raw-http.ts';

const signedIn = { kind: 'signed-in', accountName: 'ada', hostName: 'bitbucket.org' } as const;
const denial = new BitbranchError('sign_in_denied', 'You denied access.', { hint: 'Try again.' });
const never = new AbortController().signal;

/** Stands for whatever a stranger sends and must not get back. */
const marker = 'x7f3marker';

function judge(query: URLSearchParams): Judgement<string> {
  if (query.getAll('token').join() !== 'right') return { verdict: 'ignore' };
  if (query.has('denied')) return { verdict: 'deny', error: denial };
  return { verdict: 'accept', callback: query.get('verifier') ?? '' };
}

async function startServer(t: TestContext, options: { path?: string } = {}) {
  const server = await startCallbackServer({ port: 0, path: '/callback', ...options });
  t.after(() => server.close());
  const { host, port: portText } = new URL(server.redirectUri);
  const port = Number(portText);
  const get = (target: string) => exchange(port, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  return { server, host, port, get };
}

test('the redirect URI is the loopback literal with the port that was bound', async (t) => {
  const { server, port } = await startServer(t, { path: '/a/b~c_d.e-f' });
  assert.equal(server.redirectUri, `http://127.0.0.1:${port}/a/b~c_d.e-f`);
  assert.notEqual(port, 0);
});

test('the browser is held until the outcome is known and then told it', async (t) => {
  const { server, get } = await startServer(t);
  const waiting = server.receive(judge, never);
  const browser = get('/callback?token=right&verifier=a%2Bb+c');
  const { callback, answer } = await waiting;
  assert.equal(callback, 'a+b c');

  await answer(signedIn);
  await server.close();
  const response = await browser;
  assert.equal(response.status, 200);
  assert.match(response.text, /You are signed in/);
  assert.match(response.text, /<\/html>\n$/);
  assert.equal(response.header('connection'), 'close');
  assert.equal(response.header('cache-control'), 'no-store');
  assert.equal(response.header('referrer-policy'), 'no-referrer');
});

/** Requests that must change nothing; `{host}` is the advertised host and the right callback's query is `token=right`. */
const hostileRequests: ReadonlyArray<
  readonly [what: string, bytes: string, status: number | null]
> = [
  ['a favicon', 'GET /favicon.ico HTTP/1.1\r\nHost: {host}\r\n\r\n', 404],
  ['the root', 'GET / HTTP/1.1\r\nHost: {host}\r\n\r\n', 404],
  ['HEAD', 'HEAD /callback?token=right HTTP/1.1\r\nHost: {host}\r\n\r\n', 405],
  [
    'POST',
    'POST /callback?token=right HTTP/1.1\r\nHost: {host}\r\nContent-Length: 11\r\n\r\ntoken=right',
    405,
  ],
  [
    'a body that never comes',
    'POST /callback?token=right HTTP/1.1\r\nHost: {host}\r\nContent-Length: 99999999\r\n\r\n',
    405,
  ],
  ['OPTIONS', 'OPTIONS /callback?token=right HTTP/1.1\r\nHost: {host}\r\n\r\n', 405],
  ['TRACE', 'TRACE /callback?token=right HTTP/1.1\r\nHost: {host}\r\n\r\n', 405],
  ['a WebDAV method', 'PROPFIND /callback?token=right HTTP/1.1\r\nHost: {host}\r\n\r\n', 405],
  ['an unknown method', 'HELLO /callback?token=right HTTP/1.1\r\nHost: {host}\r\n\r\n', 400],
  ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nHost: {host}\r\n\r\n', null],
  ['OPTIONS *', 'OPTIONS * HTTP/1.1\r\nHost: {host}\r\n\r\n', 400],
  ['another path', `GET /${marker}?token=right HTTP/1.1\r\nHost: {host}\r\n\r\n`, 404],
  ['a longer path', 'GET /callback/x?token=right HTTP/1.1\r\nHost: {host}\r\n\r\n', 404],
  ['a trailing slash', 'GET /callback/?token=right HTTP/1.1\r\nHost: {host}\r\n\r\n', 404],
  ['two leading slashes', 'GET //callback?token=right HTTP/1.1\r\nHost: {host}\r\n\r\n', 404],
  ['dot segments', 'GET /x/../callback?token=right HTTP/1.1\r\nHost: {host}\r\n\r\n', 404],
  ['another case', 'GET /CALLBACK?token=right HTTP/1.1\r\nHost: {host}\r\n\r\n', 404],
  ['an escaped path', 'GET /%63allback?token=right HTTP/1.1\r\nHost: {host}\r\n\r\n', 404],
  ['an escaped question mark', 'GET /callback%3Ftoken=right HTTP/1.1\r\nHost: {host}\r\n\r\n', 404],
  ['a semicolon', 'GET /callback;token=right HTTP/1.1\r\nHost: {host}\r\n\r\n', 404],
  ['a broken escape in the path', `GET /%zz${marker} HTTP/1.1\r\nHost: {host}\r\n\r\n`, 400],
  [
    'a broken escape in the query',
    `GET /callback?token=right&x=%${marker} HTTP/1.1\r\nHost: {host}\r\n\r\n`,
    400,
  ],
  ['a fragment', 'GET /callback?token=right#x HTTP/1.1\r\nHost: {host}\r\n\r\n', 400],
  [
    'an absolute-form target',
    'GET http://{host}/callback?token=right HTTP/1.1\r\nHost: {host}\r\n\r\n',
    400,
  ],
  [
    'a rebound DNS name',
    `GET /callback?token=right HTTP/1.1\r\nHost: ${marker}.example\r\n\r\n`,
    421,
  ],
  ['localhost', 'GET /callback?token=right HTTP/1.1\r\nHost: localhost\r\n\r\n', 421],
  [
    'the host without its port',
    'GET /callback?token=right HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
    421,
  ],
  ['two hosts', 'GET /callback?token=right HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n\r\n', 421],
  ['no host', 'GET /callback?token=right HTTP/1.1\r\n\r\n', 400],
  ['no host in HTTP/1.0', 'GET /callback?token=right HTTP/1.0\r\n\r\n', 421],
  ['no query', 'GET /callback HTTP/1.1\r\nHost: {host}\r\n\r\n', 400],
  ['a forged token', `GET /callback?token=${marker} HTTP/1.1\r\nHost: {host}\r\n\r\n`, 400],
  [
    'a denial with a forged token',
    'GET /callback?token=wrong&denied=1 HTTP/1.1\r\nHost: {host}\r\n\r\n',
    400,
  ],
  [
    'a repeated token',
    'GET /callback?token=right&token=right HTTP/1.1\r\nHost: {host}\r\n\r\n',
    400,
  ],
  ['an array token', 'GET /callback?token[]=right HTTP/1.1\r\nHost: {host}\r\n\r\n', 400],
  [
    'markup',
    `GET /callback?token=<script>${marker}</script> HTTP/1.1\r\nHost: {host}\r\n\r\n`,
    400,
  ],
  [
    'a huge target',
    `GET /callback?token=${marker.repeat(10_000)} HTTP/1.1\r\nHost: {host}\r\n\r\n`,
    431,
  ],
  [
    'a huge header',
    `GET /callback?token=right HTTP/1.1\r\nHost: {host}\r\nX: ${marker.repeat(10_000)}\r\n\r\n`,
    431,
  ],
  [
    'a WebSocket',
    'GET /callback HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    400,
  ],
  ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ['garbage', `\x00\xff${marker}\r\n\r\n`, 400],
  [
    'two lengths',
    'GET /callback?token=right HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    400,
  ],
  [
    'the callback behind a stray request',
    'GET /callback HTTP/1.1\r\nHost: {host}\r\n\r\nGET /callback?token=right HTTP/1.1\r\nHost: {host}\r\n\r\n',
    400,
  ],
];

for (const [what, bytes, status] of hostileRequests) {
  test(`${what} changes nothing`, async (t) => {
    const { server, host, port, get } = await startServer(t);
    const waiting = server.receive(judge, never);

    const refusal = await exchange(port, bytes.replaceAll('{host}', host));
    assert.equal(refusal.status, status);
    assert.equal(refusal.text.includes(marker), false, 'the answer repeats what it was sent');
    assert.equal(refusal.header('allow'), status === 405 ? 'GET' : undefined);

    const browser = get('/callback?token=right&verifier=v');
    const { callback, answer } = await waiting;
    assert.equal(callback, 'v');
    await answer(signedIn);
    assert.equal((await browser).status, 200);
  });
}

test('clients that say nothing, or half a request, neither block the callback nor the end', async (t) => {
  const { server, port, get } = await startServer(t);
  const sockets = await Promise.all(Array.from({ length: 50 }, () => openSocket(port)));
  t.after(() => sockets.forEach((socket) => void socket.destroy()));
  for (const socket of sockets.slice(0, 10))
    socket.write('GET /callback?token=right HTTP/1.1\r\nHo');
  for (const socket of sockets.slice(10, 20)) socket.end();

  const waiting = server.receive(judge, never);
  const browser = get('/callback?token=right&verifier=v');
  await (await waiting).answer(signedIn);
  assert.equal((await browser).status, 200);

  const ended = sockets.map((socket) => socket.resume().closed || once(socket, 'close'));
  await server.close();
  await Promise.all(ended);
});

test('a callback before anybody waits is stray', async (t) => {
  const { server, get } = await startServer(t);
  assert.equal((await get('/callback?token=right&verifier=v')).status, 400);

  const waiting = server.receive(judge, never);
  const browser = get('/callback?token=right&verifier=v');
  await (await waiting).answer(signedIn);
  assert.equal((await browser).status, 200);
});

test('only the first callback counts, while it is held and after it was answered', async (t) => {
  const { server, get } = await startServer(t);
  const waiting = server.receive(judge, never);
  const first = get('/callback?token=right&verifier=1');
  const { callback, answer } = await waiting;

  const second = await get('/callback?token=right&verifier=2');
  assert.equal(second.status, 409);
  assert.match(second.text, /Already finished/);
  const denied = await get('/callback?token=right&denied=1');
  assert.equal(denied.status, 409);

  await answer(signedIn);
  await answer({ kind: 'failed', message: 'too late' });
  assert.match((await first).text, /You are signed in/);
  assert.equal(callback, '1');
  assert.equal((await get('/callback?token=right&verifier=3')).status, 409);
});

test('a denial ends the wait with its error, and the browser is told', async (t) => {
  const { server, get } = await startServer(t);
  const refused = assert.rejects(server.receive(judge, never), denial);
  const browser = get('/callback?token=right&denied=1');
  await refused;
  await server.close();
  const response = await browser;
  assert.equal(response.status, 200);
  assert.match(response.text, /Access was denied/);
  assert.match(response.text, /You denied access\./);
});

test('a failed sign-in is told to the browser', async (t) => {
  const { server, get } = await startServer(t);
  const waiting = server.receive(judge, never);
  const browser = get('/callback?token=right&verifier=v');
  await (await waiting).answer({ kind: 'failed', message: 'No <luck>.', hint: 'Run "it" again.' });
  const response = await browser;
  assert.equal(response.status, 500);
  assert.match(response.text, /No &lt;luck&gt;\./);
  assert.match(response.text, /Run &quot;it&quot; again\./);
});

test('the signal ends the wait with its reason', async (t) => {
  const { server, get } = await startServer(t);
  const stop = new AbortController();
  const waiting = server.receive(judge, stop.signal);
  const reason = new BitbranchError('timeout', 'Nobody came.');
  stop.abort(reason);
  await assert.rejects(waiting, reason);
  assert.equal((await get('/callback?token=right&verifier=v')).status, 409);
});

test('a signal that was aborted before ends the wait at once', async (t) => {
  const { server } = await startServer(t);
  const reason = new BitbranchError('interrupted', 'Stopped.');
  await assert.rejects(server.receive(judge, AbortSignal.abort(reason)), reason);
});

test('a browser that leaves does not hold up the sign-in', async (t) => {
  const { server, host, port, get } = await startServer(t);
  const waiting = server.receive(judge, never);
  const socket = await openSocket(port);
  socket.write(`GET /callback?token=right&verifier=v HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  const { answer } = await waiting;
  socket.destroy();
  await get('/favicon.ico'); // by its answer the server has seen the other connection end
  await answer(signedIn);
  await server.close();
});

test('closing answers the browser that is still held, and may be repeated', async (t) => {
  const { server, get } = await startServer(t);
  const waiting = server.receive(judge, never);
  const browser = get('/callback?token=right&verifier=v');
  const { answer } = await waiting;
  await Promise.all([server.close(), server.close()]);
  await answer(signedIn);
  const response = await browser;
  assert.equal(response.status, 500);
  assert.match(response.text, /stopped before the sign-in was complete/);
});

test('closing ends connections that browsers open ahead of need', async (t) => {
  const { server, port } = await startServer(t);
  const socket = await openSocket(port);
  const response = readResponse(socket);
  await server.close();
  assert.equal((await response).text, '');
  await assert.rejects(openSocket(port), { code: 'ECONNREFUSED' });
});

test('closing waits for no half request, and the other half gets no answer', async (t) => {
  const { server, host, port, get } = await startServer(t);
  const socket = await openSocket(port);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise((resolve) => socket.once('close', resolve));
  socket.write('GET /favicon.ico HTTP/1.1\r\n');
  await get('/favicon.ico'); // by its answer the server has read what came before
  const closing = server.close();
  await assert.rejects(connectForEver(port), /ECONN(?:REFUSED|RESET)/);
  socket.write(`Host: ${host}\r\n\r\n`);
  await ended;
  assert.deepEqual(chunks, []);
  await closing;
});

test('a fault of the judge is answered, told to nobody, and the wait goes on', async (t) => {
  const { server, get } = await startServer(t);
  const waiting = server.receive((query) => {
    if (query.has('fault')) throw new Error(marker);
    return judge(query);
  }, never);
  const fault = await get('/callback?fault=1');
  assert.equal(fault.status, 500);
  assert.equal(fault.text.includes(marker), false);

  const browser = get('/callback?token=right&verifier=v');
  await (await waiting).answer(signedIn);
  assert.equal((await browser).status, 200);
});

test('a port in use is a usage error with the next step', async (t) => {
  const other = createServer();
  t.after(() => other.close());
  const port = await listenOnLoopback(other);
  await assert.rejects(startCallbackServer({ port, path: '/callback' }), {
    code: 'usage',
    message: `Can't listen on port ${port} of 127.0.0.1: another program uses it.`,
    hint: 'Give another --callback-port, or 0 to let the system choose a free one.',
  });
});

/** Ends when nothing listens any longer. */
async function connectForEver(port: number): Promise<never> {
  for (;;) (await openSocket(port)).destroy();
}
