import assert from 'node:assert/strict';
import { test } from 'node:test';
import { discreet, redact } from '../../src/system/redaction.ts';
import { scriptedHttp } from '../helpers/context.ts';

const lines: readonly (readonly [told: string, shown: string])[] = [
  ['GET https://h/2.0/user?pagelen=100&q=name', 'GET https://h/2.0/user?pagelen=100&q=name'],
  ['https://h/a?oauth_token=abc%2B&x=1', 'https://h/a?oauth_token=…&x=1'],
  [
    'http://127.0.0.1:1/callback?x=1&oauth_verifier=abc',
    'http://127.0.0.1:1/callback?x=1&oauth_verifier=…',
  ],
  ['http://127.0.0.1:1/callback?code=abc&state=def', 'http://127.0.0.1:1/callback?code=…&state=…'],
  ['/x?access_token=abc&client_secret=def', '/x?access_token=…&client_secret=…'],
  ['/x?assertion=abc&client_assertion=def', '/x?assertion=…&client_assertion=…'],
  ['/x?OAUTH_TOKEN=abc', '/x?OAUTH_TOKEN=…'],
  ['authorization: OAuth oauth_token="abc", oauth_nonce="d"', 'authorization: OAuth …'],
  ['authorization: bearer abc.def', 'authorization: bearer …'],
  ['Basic bWFyaWE6eA==', 'Basic …'],
  ['https://maria:hunter2@h/x', 'https://…@h/x'],
  ['https://h/x?q=author@example.com', 'https://h/x?q=author@example.com'],
  ['first ?code=a\nsecond ?code=b', 'first ?code=…\nsecond ?code=…'],
];

for (const [told, shown] of lines) {
  test(`${JSON.stringify(told)} is shown without secrets`, () => assert.equal(redact(told), shown));
}

const signature = 'a+b/c0123456789=';
const echoes: readonly (readonly [authorization: string, echo: string, shown: string])[] = [
  ['Bearer the-token', 'No such token: the-token', 'No such token: …'],
  [`Basic ${btoa('maria@h:the-secret')}`, 'maria@h:the-secret', 'maria@h:…'],
  [`Basic ${btoa('maria@h:the-secret')}`, `Basic ${btoa('maria@h:the-secret')}`, 'Basic …'],
  [
    `OAuth oauth_token="the%2Btoken", oauth_signature="${encodeURIComponent(signature)}"`,
    `the%2Btoken the+token ${encodeURIComponent(signature)} ${signature}`,
    '… … … …',
  ],
  ['Bearer a', 'a short word is left alone', 'a short word is left alone'],
  [`Basic ${btoa('key:a%2Fsecret')}`, 'a/secret a%2Fsecret a\\/secret', '… … …'],
];

for (const [authorization, echo, shown] of echoes) {
  test(`a failure that says ${JSON.stringify(echo)} is read without the credential`, async () => {
    const script = [
      ['GET https://h/', { status: 401, body: echo }],
      ['GET https://h/', { status: 200, body: echo }],
    ] as const;
    const client = discreet(scriptedHttp(script));
    const send = () =>
      client.send({ method: 'GET', url: 'https://h/', headers: { authorization } });
    assert.equal(await (await send()).text(), shown);
    assert.equal(await (await send()).text(), echo, 'data stays what it is');
  });
}

test('a failure is read without what was sent in a form', async () => {
  const sent = {
    grant_type: 'authorization_code',
    client_secret: 'the "secret"/1',
    code: 'the-code',
    code_verifier: 'the-verifier',
    refresh_token: 'the-refresh-token',
  };
  const body = new URLSearchParams(sent).toString();
  const echo = `${body} ${JSON.stringify(sent)}`;
  const client = discreet(scriptedHttp([['POST https://h/', { status: 400, body: echo }]]));
  const headers = { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' };
  const response = await client.send({ method: 'POST', url: 'https://h/', headers, body });
  assert.equal(
    await response.text(),
    'grant_type=authorization_code&client_secret=…&code=…&code_verifier=…&refresh_token=… {"grant_type":"authorization_code","client_secret":"…","code":"…","code_verifier":"…","refresh_token":"…"}',
  );
});

test('no header of an answer repeats what was sent', async () => {
  const headers = { 'www-authenticate': 'Bearer error="the-token"', 'x-echo': 'Bearer the-token' };
  const client = discreet(scriptedHttp([['GET https://h/', { headers }]]));
  const authorization = 'Bearer the-token';
  const response = await client.send({
    method: 'GET',
    url: 'https://h/',
    headers: { authorization },
  });
  assert.equal(response.header('x-echo'), 'Bearer …');
  assert.equal(response.header('x-other'), null);
  assert.deepEqual(
    [...response.headers()],
    [
      ['www-authenticate', 'Bearer error="…"'],
      ['x-echo', 'Bearer …'],
    ],
  );
});
