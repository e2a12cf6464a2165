import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import type { Environment } from '../../src/context.ts';
import { BitbranchError } from '../../src/errors.ts';
import { createHttpClient } from '../../src/system/http.ts';
import { makeCertificate } from '../helpers/certificates.ts';
import { startHttpServer } from '../helpers/http-server.ts';
import { type ProxyConduct, startProxyServer } from '../helpers/proxy-server.ts';

const authority = await makeCertificate({ authority: 'Known Authority' });
const ours = await makeCertificate({ issuer: authority, name: 'git.example.com' });
const url = 'https://git.example.com/page';
const ok = { request: 'GET /page', answer: { body: 'ok' } };

function clientWith(env: Environment, connectMs = 5_000) {
  return createHttpClient({
    userAgent: 'test',
    interrupted: new AbortController().signal,
    env,
    timeouts: { connectMs, firstByteMs: 10_000, idleMs: 10_000 },
    authorities: () => [authority.cert],
  });
}

async function getText(http: ReturnType<typeof clientWith>, target = url): Promise<string> {
  const response = await http.send({ method: 'GET', url: target });
  return response.text();
}

async function failureBy(env: Environment, connectMs?: number): Promise<BitbranchError> {
  const failure = await getText(clientWith(env, connectMs)).catch((error: unknown) => error);
  assert.ok(failure instanceof BitbranchError, String(failure));
  assert.doesNotMatch(inspect(failure, { depth: 9 }), /s3cret|am86czNjcmV0/);
  return failure;
}

test('a host is asked through a tunnel, which serves the requests that follow', async (t) => {
  const server = await startHttpServer(t, [ok, ok], ours);
  const proxy = await startProxyServer(t, server.url);
  const http = clientWith({ HTTPS_PROXY: `http://${proxy.host}` });
  assert.equal(await getText(http), 'ok');
  assert.equal(await getText(http), 'ok');
  assert.deepEqual(proxy.asked.at(-1), {
    target: 'git.example.com:443',
    authorization: undefined,
  });
  // The first one ended at the certificate, which only the system's authorities vouch for.
  assert.equal(proxy.asked.length, 2);
});

const credentials: readonly (readonly [userInfo: string, userPass: string])[] = [
  ['jo:s3cret', 'jo:s3cret'],
  ['jo%40x:s3%3Acret%25', 'jo@x:s3:cret%'],
  ['jo', 'jo:'],
  ['jo:100%', 'jo:100%'],
  ['j%C3%B6:p', 'jö:p'],
];
for (const [userInfo, userPass] of credentials) {
  test(`the proxy, and it alone, gets the credentials ${userInfo}`, async (t) => {
    const server = await startHttpServer(t, [ok], ours);
    const proxy = await startProxyServer(t, server.url);
    assert.equal(
      await getText(clientWith({ ALL_PROXY: `http://${userInfo}@${proxy.host}` })),
      'ok',
    );
    const expected = `Basic ${Buffer.from(userPass).toString('base64')}`;
    assert.equal(proxy.asked[0]?.authorization, expected);
    assert.equal(server.requests[0]?.headers['proxy-authorization'], undefined);
  });
}

test('an IPv6 address is asked for in brackets', async (t) => {
  const proxy = await startProxyServer(t, 403);
  const http = clientWith({ HTTPS_PROXY: `http://${proxy.host}` });
  await assert.rejects(getText(http, 'https://[2001:db8::1]/'), /let requests through/);
  assert.equal(proxy.asked[0]?.target, '[2001:db8::1]:443');
});

test('a proxy is reached over TLS where its URL says https', async (t) => {
  const server = await startHttpServer(t, [ok], ours);
  const certificate = await makeCertificate({ issuer: authority });
  const proxy = await startProxyServer(t, server.url, certificate);
  assert.equal(await getText(clientWith({ HTTPS_PROXY: `https://${proxy.host}` })), 'ok');

  const stranger = await startProxyServer(t, 403, await makeCertificate());
  const failure = await failureBy({ HTTPS_PROXY: `https://${stranger.host}` });
  assert.match(
    failure.message,
    /^The certificate of 127\S+ \(the proxy that HTTPS_PROXY names\) is self-signed/,
  );
  assert.deepEqual(stranger.asked, []);
});

test('this computer and the hosts of NO_PROXY are asked directly', async (t) => {
  const server = await startHttpServer(t, [ok]);
  const proxy = await startProxyServer(t, 403);
  const env = { HTTP_PROXY: `http://${proxy.host}`, HTTPS_PROXY: `http://${proxy.host}` };
  assert.equal(await getText(clientWith(env), `${server.url}/page`), 'ok');
  const direct = clientWith({ ...env, NO_PROXY: '.invalid' });
  await assert.rejects(getText(direct, 'https://git.invalid/'), { code: 'network' });
  assert.deepEqual(proxy.asked, []);
});

const refusals: readonly {
  what: string;
  conduct: ProxyConduct;
  userInfo?: string;
  code?: string;
  says: RegExp;
  hint: RegExp;
  isTransient?: true;
}[] = [
  {
    what: 'it wants a password',
    conduct: 407,
    says: /^The proxy 127\S+ asks for a user name and password\.$/,
    hint: /^Set HTTPS_PROXY to http:\/\/USER:PASSWORD@127/,
  },
  {
    what: 'it does not take the password',
    conduct: 407,
    userInfo: 'jo:s3cret@',
    says: /^The proxy 127\S+ does not accept the user name and password that HTTPS_PROXY holds\.$/,
    hint: /percent-encoded/,
  },
  {
    what: 'it forbids the host',
    conduct: 403,
    says: /^The proxy 127\S+ does not let requests through to git\.example\.com\.$/,
    hint: /allow git\.example\.com, or name it in NO_PROXY/,
  },
  {
    what: 'it can not reach the host',
    conduct: 502,
    says: /^The proxy 127\S+ can't reach git\.example\.com \(status 502\)\.$/,
    hint: /Check the name of the host/,
    isTransient: true,
  },
  {
    what: 'it knows no CONNECT',
    conduct: 405,
    says: /^The proxy 127\S+ opens no connection to git\.example\.com \(status 405\)\.$/,
    hint: /Check that HTTPS_PROXY names an HTTP proxy/,
  },
  {
    what: 'it hangs up',
    conduct: (socket) => socket.end(),
    userInfo: 'jo:s3cret@',
    says: /^127\S+ \(the proxy that HTTPS_PROXY names\) closed the connection before/,
    hint: /^Check HTTPS_PROXY, or name git\.example\.com in NO_PROXY/,
    isTransient: true,
  },
  {
    what: 'it keeps silent',
    conduct: () => {},
    userInfo: 'jo:s3cret@',
    code: 'timeout',
    says: /^127\S+ \(the proxy that HTTPS_PROXY names\) did not accept a connection in time\.$/,
    hint: /^Check HTTPS_PROXY/,
  },
  {
    what: 'the host behind it keeps silent',
    conduct: (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n'),
    code: 'timeout',
    says: /^git\.example\.com \(by way of the proxy 127\S+\) did not accept a connection in time/,
    hint: /./,
  },
  {
    what: 'the host behind it speaks no TLS',
    conduct: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    },
    says: /^No secure connection to git\.example\.com \(by way of the proxy 127\S+\) could be/,
    hint: /./,
  },
];
for (const {
  what,
  conduct,
  userInfo = '',
  code = 'network',
  says,
  hint,
  isTransient,
} of refusals) {
  test(`explains a proxy: ${what}`, async (t) => {
    const proxy = await startProxyServer(t, conduct);
    const failure = await failureBy({ HTTPS_PROXY: `http://${userInfo}${proxy.host}` }, 500);
    assert.equal(failure.code, code);
    assert.match(failure.message, says);
    assert.match(failure.hint ?? '', hint);
    assert.equal(failure.retryAfterMs, isTransient ? 0 : undefined);
  });
}

test('the connection to a proxy that keeps silent is closed', async (t) => {
  let closed: Promise<unknown> | undefined;
  const proxy = await startProxyServer(t, (socket) => {
    closed = once(socket.resume(), 'end');
  });
  await failureBy({ HTTPS_PROXY: `http://${proxy.host}` }, 500);
  await closed;
});

test('explains a proxy that is not there', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  server.close();
  await once(server, 'close');
  const failure = await failureBy({ https_proxy: `http://jo:s3cret@127.0.0.1:${address.port}` });
  assert.match(
    failure.message,
    /^127\.0\.0\.1:\d+ \(the proxy that https_proxy names\) refused the connection/,
  );
  assert.match(failure.hint ?? '', /^Check https_proxy, or name git\.example\.com in NO_PROXY/);
});

test('explains a certificate that comes by way of a proxy', async (t) => {
  for (const [wishes, says] of [
    [
      { name: 'git.example.com' },
      /^The certificate of git\.example\.com \(by way of the proxy 127/,
    ],
    [{ issuer: authority, name: 'x.example.com' }, /belongs to another host/],
  ] as const) {
    await certificateRefused(t, wishes, says);
  }
});

async function certificateRefused(
  t: TestContext,
  wishes: Parameters<typeof makeCertificate>[0],
  says: RegExp,
): Promise<void> {
  const server = await startHttpServer(t, [], await makeCertificate(wishes));
  const proxy = await startProxyServer(t, server.url);
  const failure = await failureBy({ HTTPS_PROXY: `http://${proxy.host}` });
  assert.equal(failure.code, 'network');
  assert.match(failure.message, says);
}
