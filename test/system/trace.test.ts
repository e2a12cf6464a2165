import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTrace, traced } from '../../src/system/trace.ts';
import { scriptedHttp, testContext } from '../helpers/context.ts';

test('a trace goes to stderr, marked and redacted, and only when it is asked for', () => {
  const { terminal, printed } = testContext();
  createTrace(terminal.stderr, false)('nothing');
  assert.equal(printed.stderr, '');
  createTrace(terminal.stderr, true)('one ?code=abc\ntwo');
  assert.deepEqual(printed, { stdout: '', stderr: '* one ?code=…\n* two\n' });
  createTrace(terminal.stderr, true)('a\u001b[2Jb\u202ec');
  assert.match(printed.stderr, /^\* a\ufffd\[2Jb\ufffdc$/m);
});

test('a trace that nobody reads stops nothing', async () => {
  const { terminal } = testContext({ closed: ['stderr'] });
  createTrace(terminal.stderr, true)('lost');
  // A rejection that nobody handled would fail the test here.
  await new Promise(setImmediate);
});

test('a request and its answer are traced, headers and bodies are not', async () => {
  const told: string[] = [];
  const times = [1_000, 1_042];
  const clock = { nowMs: () => times.shift() ?? 0, sleep: () => assert.fail('no sleep') };
  const http = scriptedHttp([['POST https://h/x?a=1', { status: 401, body: 'oauth_token=abc' }]]);
  const client = traced(http, (message) => told.push(message), clock);
  const headers = { authorization: 'OAuth secret' };
  const response = await client.send({
    method: 'POST',
    url: 'https://h/x?a=1',
    headers,
    body: 'b',
  });
  assert.equal(response.status, 401);
  assert.equal(http.requests[0]?.headers, headers);
  assert.deepEqual(told, ['POST https://h/x?a=1', '401 after 42 ms']);
});
