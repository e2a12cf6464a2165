import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listenFailure, misdirection, requirePlainPath } from '../../src/auth/callback-address.ts';
import { startCallbackServer } from '../../src/auth/callback-server.ts';

test('paths that browsers ask for letter by letter are taken', () => {
  for (const path of ['/', '/callback', '/callback/', '/a/b~c_d.e-f', '/a//b'])
    requirePlainPath(path);
});

for (const path of [
  '',
  'callback',
  '//evil',
  '/a/../b',
  '/a b',
  '/%63b',
  '/a?b',
  '/a#b',
  '/:a',
  '/*',
  '/é',
]) {
  test(`the callback path "${path}" is refused`, async () => {
    await assert.rejects(startCallbackServer({ port: 0, path }), { code: 'usage' });
  });
}

test('port 80 is advertised and asked for without its number', () => {
  const request = { url: '/callback?a=b', method: 'GET' };
  const redirectUri = new URL('http://127.0.0.1:80/callback');
  assert.equal(redirectUri.href, 'http://127.0.0.1/callback');
  assert.equal(
    misdirection({ ...request, headersDistinct: { host: ['127.0.0.1'] } }, redirectUri),
    null,
  );
  assert.equal(
    misdirection({ ...request, headersDistinct: { host: ['127.0.0.1:80'] } }, redirectUri),
    421,
  );
});

for (const [code, reason] of [
  ['EADDRINUSE', 'another program uses it'],
  ['EACCES', 'this system reserves it'],
  ['EPERM', 'the system refused'],
]) {
  test(`${code} is told in words, with the next step`, () => {
    const cause = Object.assign(new Error('listen'), { code });
    const failure = listenFailure(cause, 8080);
    assert.equal(failure.code, 'usage');
    assert.equal(failure.message, `Can't listen on port 8080 of 127.0.0.1: ${reason}.`);
    assert.match(failure.hint ?? '', /--callback-port/);
    assert.equal(failure.cause, cause);
  });
}
