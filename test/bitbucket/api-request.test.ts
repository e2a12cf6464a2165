import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createApiClient } from '../../src/bitbucket/api-client.ts';
import { hostAt } from '../../src/bitbucket/hosts.ts';
import { createHttpClient } from '../../src/system/http.ts';
import { type Exchange, startHttpServer } from '../helpers/http-server.ts';

const uninterrupted = new AbortController().signal;
const http = createHttpClient({ userAgent: 'test', interrupted: uninterrupted });

async function setUp(t: TestContext, script: readonly Exchange[]) {
  const server = await startHttpServer(t, script);
  const waits: string[] = [];
  const api = createApiClient({
    host: hostAt(server.url, 'datacenter'),
    send: (request) => http.send(request),
    clock: { nowMs: () => 0, sleep: async () => {} },
    random: { bytes: (length) => new Uint8Array(length) },
    trace: () => {},
    interrupted: uninterrupted,
    maxWaitMs: 30_000,
    onWait: async ({ code }, waitMs) => void waits.push(`${code} ${waitMs}`),
  });
  return { api, server, waits };
}

test('a request is sent with its method, headers and body, and the answer comes as it is', async (t) => {
  const { api, server } = await setUp(t, [
    { request: 'POST /rest/api/latest/x', answer: { status: 201, body: 'made' } },
  ]);
  const { response, failure } = await api.request({
    method: 'POST',
    pathOrUrl: '/rest/api/latest/x',
    headers: { 'content-type': 'application/json' },
    body: '{"a":"ü"}',
  });
  assert.equal(failure, null);
  assert.deepEqual([response.status, await response.text()], [201, 'made']);
  assert.equal(server.requests[0]?.body, '{"a":"ü"}');
  assert.equal(server.requests[0]?.headers['content-type'], 'application/json');
});

test('a refused request gives its answer, whole and as often as it is read, and what it means', async (t) => {
  const { api } = await setUp(t, [
    {
      request: 'GET /rest/x',
      answer: { status: 404, headers: { 'x-a': 'b' }, body: '{"errors":[{"message":"None"}]}' },
    },
  ]);
  const { response, failure } = await api.request({ method: 'GET', pathOrUrl: '/rest/x' });
  assert.equal(failure?.code, 'not_found');
  assert.equal(response.status, 404);
  assert.equal(new Map(response.headers()).get('x-a'), 'b');
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.chunks()) chunks.push(chunk);
  assert.equal(Buffer.concat(chunks).toString(), await response.text());
  assert.match(await response.text(), /None/);
});

const busy = { status: 503, headers: { 'retry-after': '2' }, body: 'busy' };

for (const method of ['GET', 'PUT', 'DELETE']) {
  test(`${method} is sent again after a passing failure, and the wait is told`, async (t) => {
    const request = `${method} /rest/x`;
    const { api, waits } = await setUp(t, [
      { request, answer: busy },
      { request, answer: { body: 'ok' } },
    ]);
    const { response } = await api.request({ method, pathOrUrl: '/rest/x' });
    assert.equal(await response.text(), 'ok');
    assert.deepEqual(waits, ['server 2000']);
  });
}

test('a body that is wanted whole is asked for again when the connection is lost inside it', async (t) => {
  const request = 'GET /rest/x';
  const { api, waits } = await setUp(t, [
    {
      request,
      answer: (response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"a":', () => response.socket?.destroy());
      },
    },
    { request, answer: { body: 'all of it' } },
  ]);
  const { response, failure } = await api.requestWhole({ method: 'GET', pathOrUrl: '/rest/x' });
  assert.deepEqual([failure, await response.text()], [null, 'all of it']);
  assert.equal(waits.length, 1);
});

for (const method of ['POST', 'PATCH']) {
  test(`${method} is never sent twice`, async (t) => {
    const { api, waits } = await setUp(t, [{ request: `${method} /rest/x`, answer: busy }]);
    const { response, failure } = await api.request({ method, pathOrUrl: '/rest/x', body: '{}' });
    assert.deepEqual([failure?.code, await response.text(), waits], ['server', 'busy', []]);
    assert.match(failure?.hint ?? '', new RegExp(`2 seconds; .*a ${method} is never sent twice`));
  });
}

test('a redirect is followed by what only reads, and is an answer to what does not', async (t) => {
  const moved = { status: 302, headers: { location: '/rest/y' } };
  const { api } = await setUp(t, [
    { request: 'GET /rest/x', answer: moved },
    { request: 'GET /rest/y', answer: { body: 'there' } },
    { request: 'POST /rest/x', answer: moved },
  ]);
  const read = await api.request({ method: 'GET', pathOrUrl: '/rest/x' });
  assert.equal(await read.response.text(), 'there');
  const written = await api.request({ method: 'POST', pathOrUrl: '/rest/x' });
  assert.deepEqual([written.response.status, written.failure?.code], [302, 'server']);
});

test('nothing is sent to another origin', async (t) => {
  const { api } = await setUp(t, []);
  const request = api.request({ method: 'POST', pathOrUrl: 'https://evil.example/rest/x' });
  await assert.rejects(request, { code: 'server', message: /nothing was sent there/ });
});
