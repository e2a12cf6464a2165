import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { HttpClient } from '../../src/context.ts';
import { BitbranchError } from '../../src/errors.ts';
import { createHttpClient, type HttpClientOptions } from '../../src/system/http.ts';
import { makeCertificate } from '../helpers/certificates.ts';
import { type Exchange, startHttpServer } from '../helpers/http-server.ts';
import { listenOnLoopback, serveOnLoopback } from '../helpers/loopback.ts';

const uninterrupted = new AbortController().signal;

function client(options: Partial<HttpClientOptions> = {}): HttpClient {
  return createHttpClient({ userAgent: 'bitbranch/1.2.3', interrupted: uninterrupted, ...options });
}

async function getText(url: string, http = client()): Promise<string> {
  const response = await http.send({ method: 'GET', url });
  return response.text();
}

async function failureOf(promise: Promise<unknown>): Promise<BitbranchError> {
  const failure = await promise.then(
    () => assert.fail('nothing failed'),
    (error: unknown) => error,
  );
  assert.ok(failure instanceof BitbranchError, String(failure));
  return failure;
}

async function listen(t: TestContext, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('sends method, headers and body, and names the program', async (t) => {
  const server = await startHttpServer(t, [
    { request: 'POST /token', answer: { status: 201, headers: { 'X-Test': 'a' }, body: 'grüß' } },
  ]);
  const url = `${server.url}/token`;
  const response = await client().send({
    method: 'POST',
    url,
    headers: { authorization: 'OAuth x="y"' },
    body: 'a=ü',
  });
  assert.equal(response.status, 201);
  assert.equal(response.url, url);
  assert.equal(response.header('x-test'), 'a');
  assert.equal(response.header('x-other'), null);
  assert.equal(await response.text(), 'grüß');
  const [request] = server.requests;
  assert.equal(request?.body, 'a=ü');
  assert.equal(request?.headers['authorization'], 'OAuth x="y"');
  assert.equal(request?.headers['user-agent'], 'bitbranch/1.2.3');
  assert.match(request?.headers['accept-encoding'] ?? '', /gzip/);
});

test('leaves plus signs, escapes and sub-delimiters of a URL as they are', async (t) => {
  const target = "/a+b%2fc%20'(x)*!~/?q=name+%7E+%22x%22&after=%2B%27&empty=&empty";
  const server = await startHttpServer(t, [{ request: `GET ${target}`, answer: { body: 'ok' } }]);
  assert.equal(await getText(server.url + target), 'ok');
});

test('does not follow redirects', async (t) => {
  const server = await startHttpServer(t, [
    { request: 'GET /old', answer: { status: 302, headers: { location: '/new' } } },
  ]);
  const response = await client().send({ method: 'GET', url: `${server.url}/old` });
  assert.equal(response.status, 302);
  assert.equal(response.header('location'), '/new');
  assert.equal(await response.text(), '');
});

test('decompresses', async (t) => {
  const text = 'branch '.repeat(1000);
  const server = await startHttpServer(t, [
    {
      request: 'GET /',
      answer: { headers: { 'content-encoding': 'gzip' }, body: gzipSync(text) },
    },
  ]);
  assert.equal(await getText(`${server.url}/`), text);
});

for (const [method, status] of [
  ['HEAD', 200],
  ['GET', 204],
  ['GET', 304],
  ['GET', 200],
] as const) {
  test(`the ${status} to a ${method} may speak of a compressed body that does not come`, async (t) => {
    const exchange: Exchange = {
      request: `${method} /`,
      answer: { status, headers: { 'content-encoding': 'gzip' } },
    };
    const server = await startHttpServer(t, [exchange, exchange]);
    const request = { method, url: `${server.url}/` };
    const streamed = await client().send(request);
    for await (const chunk of streamed.chunks()) assert.equal(chunk.byteLength, 0);
    assert.equal(await (await client().send(request)).text(), '');
  });
}

test('uses one connection for requests that follow each other', async (t) => {
  const ports: (number | undefined)[] = [];
  const exchange: Exchange = {
    request: 'GET /',
    answer: (response, request) => {
      ports.push(request.socket.remotePort);
      response.end('ok');
    },
  };
  const server = await startHttpServer(t, [exchange, exchange]);
  const http = client();
  await getText(`${server.url}/`, http);
  await getText(`${server.url}/`, http);
  assert.equal(ports.length, 2);
  assert.equal(ports[0], ports[1]);
});

const failures: readonly {
  name: string;
  answer: Exchange['answer'];
  code: string;
  says: RegExp;
  isTransient: boolean;
}[] = [
  {
    name: 'a connection dropped before the answer',
    answer: (response) => response.socket?.destroy(),
    code: 'network',
    says: /closed the connection before/,
    isTransient: true,
  },
  {
    name: 'a connection dropped inside a body of known length',
    answer: (response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('12345', () => response.socket?.destroy());
    },
    code: 'network',
    says: /closed the connection before/,
    isTransient: true,
  },
  {
    name: 'a connection dropped inside a chunked body',
    answer: (response) => {
      response.write('12345', () => response.socket?.destroy());
    },
    code: 'network',
    says: /closed the connection before/,
    isTransient: true,
  },
  {
    name: 'a server that never answers',
    answer: () => {},
    code: 'timeout',
    says: /accepted the connection, but sent nothing for 0\.2 seconds/,
    isTransient: false,
  },
  {
    name: 'a server that falls silent inside the body',
    answer: (response) => {
      response.write('12345');
    },
    code: 'timeout',
    says: /stopped sending .*nothing came for 0\.2 seconds/,
    isTransient: false,
  },
  {
    name: 'a damaged compressed body',
    answer: { headers: { 'content-encoding': 'gzip' }, body: 'this is not gzip' },
    code: 'server',
    says: /compressed answer that is damaged/,
    isTransient: false,
  },
  {
    name: 'a body without end',
    answer: (response) => {
      const block = Buffer.alloc(1024 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(block));
      };
      response.on('drain', more);
      more();
    },
    code: 'server',
    says: /more than 64 MiB/,
    isTransient: false,
  },
];

for (const { name, answer, code, says, isTransient } of failures) {
  test(`explains ${name}`, async (t) => {
    const server = await startHttpServer(t, [{ request: 'GET /page', answer }]);
    const http = client({ timeouts: { connectMs: 5_000, firstByteMs: 200, idleMs: 200 } });
    const failure = await failureOf(getText(`${server.url}/page`, http));
    assert.equal(failure.code, code);
    assert.match(failure.message, says);
    assert.ok(failure.message.includes(new URL(server.url).host));
    assert.ok(failure.hint);
    assert.equal(failure.retryAfterMs, isTransient ? 0 : undefined);
  });
}

test('explains a port on which nothing listens', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const failure = await failureOf(getText(`http://127.0.0.1:${port}/`));
  assert.equal(failure.code, 'network');
  assert.match(failure.message, /refused the connection/);
  assert.equal(failure.retryAfterMs, undefined);
});

test('explains a server that speaks another protocol', async (t) => {
  const host = await listen(
    t,
    createServer((socket) => socket.end('220 mail.example.com ESMTP\r\n')),
  );
  const failure = await failureOf(getText(`http://${host}/`));
  assert.equal(failure.code, 'server');
  assert.match(failure.message, /not HTTP/);
});

test('explains https to a port that serves http', async (t) => {
  const host = await listen(
    t,
    createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  );
  const failure = await failureOf(getText(`https://${host}/`));
  assert.equal(failure.code, 'network');
  assert.match(failure.message, /No secure connection/);
});

test('trusts and refuses certificates, and says why', async (t) => {
  const authority = await makeCertificate({ authority: 'Known Authority' });
  const stranger = await makeCertificate({ authority: 'Unknown Authority' });
  const impostor = await makeCertificate({ authority: 'Known Authority' });
  const http = () => client({ authorities: () => [authority.cert] });

  await t.test('one of a known authority is accepted', async (t) => {
    const certificate = await makeCertificate({ issuer: authority });
    const server = await startHttpServer(
      t,
      [{ request: 'GET /', answer: { body: 'ok' } }],
      certificate,
    );
    assert.equal(await getText(`${server.url}/`, http()), 'ok');
  });

  const refused = [
    { wishes: { issuer: authority, endsInDays: -1 }, says: /has expired/, hint: /date/ },
    {
      wishes: { issuer: authority, address: '127.0.0.2' },
      says: /another host/,
      hint: /host name/,
    },
    { wishes: { issuer: stranger }, says: /does not know/, hint: /NODE_EXTRA_CA_CERTS/ },
    { wishes: { issuer: impostor }, says: /does not know/, hint: /NODE_EXTRA_CA_CERTS/ },
    { wishes: {}, says: /self-signed/, hint: /NODE_EXTRA_CA_CERTS/ },
  ];
  for (const { wishes, says, hint } of refused) {
    await t.test(`refused: ${says.source}`, async (t) => {
      const server = await startHttpServer(t, [], await makeCertificate(wishes));
      const failure = await failureOf(getText(`${server.url}/`, http()));
      assert.equal(failure.code, 'network');
      assert.match(failure.message, says);
      assert.match(failure.hint ?? '', hint);
      assert.equal(failure.retryAfterMs, undefined);
    });
  }
});

test('the authorities of the system are asked for when Node knows too few, and once', async (t) => {
  const authority = await makeCertificate({ authority: 'Company Authority' });
  const certificate = await makeCertificate({ issuer: authority });
  const exchange: Exchange = { request: 'POST /', answer: { body: 'ok' } };
  const server = await startHttpServer(t, [exchange, exchange, exchange], certificate);
  let askedCount = 0;
  const http = client({
    authorities: () => {
      askedCount += 1;
      return [authority.cert];
    },
  });
  const post = async () => {
    const response = await http.send({ method: 'POST', url: `${server.url}/`, body: 'once' });
    return response.text();
  };
  assert.deepEqual(await Promise.all([post(), post()]), ['ok', 'ok']);
  assert.equal(await post(), 'ok');
  assert.equal(askedCount, 1);
  assert.deepEqual(
    server.requests.map(({ body }) => body),
    ['once', 'once', 'once'],
  );
});

test('a Node that does not know the authorities of the system says what to set', async (t) => {
  const server = await startHttpServer(t, [], await makeCertificate());
  const failure = await failureOf(getText(`${server.url}/`, client({ authorities: () => null })));
  assert.match(failure.message, /self-signed/);
  assert.match(failure.hint ?? '', /NODE_EXTRA_CA_CERTS/);
});

test('explains a server that never completes the connection', async (t) => {
  const sockets: Socket[] = [];
  const host = await listen(
    t,
    createServer((socket) => sockets.push(socket)),
  );
  t.after(() => sockets.map((socket) => socket.destroy()));
  const http = client({ timeouts: { connectMs: 200, firstByteMs: 10_000, idleMs: 10_000 } });
  const failure = await failureOf(getText(`https://${host}/`, http));
  assert.equal(failure.code, 'timeout');
  assert.equal(failure.message, `${host} did not accept a connection in time.`);
  assert.ok(failure.hint);
});

test('a connection that was made in time is not ended by that limit', async (t) => {
  const server = await startHttpServer(t, [
    { request: 'GET /', answer: (response) => setTimeout(() => response.end('ok'), 400) },
  ]);
  const http = client({ timeouts: { connectMs: 200, firstByteMs: 10_000, idleMs: 10_000 } });
  assert.equal(await getText(`${server.url}/`, http), 'ok');
});

test('connects ahead of a request, which then uses that connection', async (t) => {
  const authority = await makeCertificate({ authority: 'Known Authority' });
  const certificate = await makeCertificate({ issuer: authority });
  for (const scheme of ['http', 'https'] as const) {
    await t.test(scheme, async (t) => {
      const ports: (number | undefined)[] = [];
      const answer: RequestListener = (request, response) => {
        ports.push(request.socket.remotePort);
        response.writeHead(200, { connection: 'close' }).end('ok');
      };
      const server =
        scheme === 'http' ? createHttpServer(answer) : createHttpsServer(certificate, answer);
      const url = `${scheme}://127.0.0.1:${await listenOnLoopback(server)}/`;
      t.after(() => server.close());
      const http = client({ authorities: () => [authority.cert] });
      await getText(url, http); // from here on the authority is known

      const connected = once(server, scheme === 'http' ? 'connection' : 'secureConnection');
      http.prepare(url);
      const [{ remotePort }] = await connected;
      assert.equal(await getText(url, http), 'ok');
      assert.equal(await getText(url, http), 'ok');
      assert.equal(ports[1], remotePort);
      assert.notEqual(ports[2], remotePort);
    });
  }
});

test('a connection made ahead that has ended does not fail the request', async (t) => {
  let connectionCount = 0;
  const server = createHttpServer((_, response) => response.end('ok'));
  server.on('connection', (socket) => {
    connectionCount += 1;
    if (connectionCount === 1) socket.end();
  });
  const url = await serveOnLoopback(t, server);
  const http = client();
  http.prepare(url);
  const [socket] = await once(server, 'connection');
  await once(socket, 'close');
  assert.equal(await getText(url, http), 'ok');
  assert.equal(connectionCount, 2);
});

test('getting ready by way of a proxy that is none leaves it to the request to say so', async () => {
  const http = client({ env: { http_proxy: 'ftp://nonsense' } });
  http.prepare('http://git.example/');
  await setImmediate(); // what is prepared begins, and an error that nobody takes would fail the test
  const { code, message } = await failureOf(getText('http://git.example/', http));
  assert.deepEqual([code, message], ['usage', 'http_proxy is not the URL of a proxy.']);
});

test('getting ready for a port on which nothing listens leaves it to the request to say so', async (t) => {
  const server = createServer();
  const address = await listen(t, server);
  server.close();
  await once(server, 'close');
  const http = client();
  http.prepare(`http://${address}/`);
  const { code } = await failureOf(getText(`http://${address}/`, http));
  assert.equal(code, 'network');
});

test('opens no more than 8 connections to a host', async (t) => {
  const ports = new Set<number | undefined>();
  const waiting: (() => void)[] = [];
  const exchange: Exchange = {
    request: 'GET /',
    answer: (response, request) => {
      ports.add(request.socket.remotePort);
      waiting.push(() => response.end('ok'));
      // The first 8 are held back until all of them are there, so that none makes room for another.
      if (ports.size >= 8) for (const answer of waiting.splice(0)) answer();
    },
  };
  const server = await startHttpServer(t, new Array<Exchange>(20).fill(exchange));
  const http = client();
  const texts = new Array(20).fill(0).map(() => getText(`${server.url}/`, http));
  assert.equal((await Promise.all(texts)).join(''), 'ok'.repeat(20));
  assert.equal(ports.size, 8);
});

test('a reader that takes its time is no silence of the server', async (t) => {
  const server = await startHttpServer(t, [
    {
      request: 'GET /',
      answer: (response) => {
        response.write('1');
        setTimeout(() => response.end('2'), 50);
      },
    },
  ]);
  const http = client({ timeouts: { connectMs: 5_000, firstByteMs: 5_000, idleMs: 400 } });
  const response = await http.send({ method: 'GET', url: `${server.url}/` });
  let text = '';
  for await (const chunk of response.chunks()) {
    text += Buffer.from(chunk).toString();
    await delay(500);
  }
  assert.equal(text, '12');
});

test('closes the connection of a reader that stops early', async (t) => {
  let closed: Promise<unknown> | undefined;
  const server = await startHttpServer(t, [
    {
      request: 'GET /',
      answer: (response, request) => {
        closed = once(request.socket, 'close');
        response.write('first');
      },
    },
  ]);
  const response = await client().send({ method: 'GET', url: `${server.url}/` });
  for await (const chunk of response.chunks()) {
    assert.equal(Buffer.from(chunk).toString(), 'first');
    break;
  }
  await closed;
});

test('an interrupt ends a request, before its answer and inside the body', async (t) => {
  const reason = new BitbranchError('interrupted', 'Stopped.');
  for (const isAnswered of [false, true]) {
    const interrupt = new AbortController();
    const server = await startHttpServer(t, [
      {
        request: 'GET /',
        answer: (response) => {
          if (isAnswered) response.write('first');
          else interrupt.abort(reason);
        },
      },
    ]);
    const http = client({ interrupted: interrupt.signal });
    const reading = async () => {
      const response = await http.send({ method: 'GET', url: `${server.url}/` });
      for await (const _chunk of response.chunks()) interrupt.abort(reason);
    };
    assert.equal(await failureOf(reading()), reason);
  }
});

test('a body that unpacks to more than anyone needs is refused', async (t) => {
  const server = await startHttpServer(t, [
    {
      request: 'GET /',
      answer: {
        headers: { 'content-encoding': 'gzip' },
        body: gzipSync(Buffer.alloc(65 * 1024 * 1024)),
      },
    },
  ]);
  const response = await client().send({ method: 'GET', url: `${server.url}/` });
  await assert.rejects(response.text(), { code: 'server', message: /more than 64 MiB/ });
});

for (const reader of ['text', 'chunks'] as const) {
  test(`a compressed body that breaks off is an error, read as ${reader}`, async (t) => {
    const body = gzipSync('all of it').subarray(0, -4);
    const server = await startHttpServer(t, [
      { request: 'GET /', answer: { headers: { 'content-encoding': 'gzip' }, body } },
    ]);
    const response = await client().send({ method: 'GET', url: `${server.url}/` });
    const reading = async () => {
      if (reader === 'text') return response.text();
      for await (const _chunk of response.chunks());
      return '';
    };
    await assert.rejects(reading(), { code: 'server', message: /damaged/ });
  });
}
