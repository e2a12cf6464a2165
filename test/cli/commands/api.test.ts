import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../../src/cli/run.ts';
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

test('a sandbox accepts the signed request, escapes and plus signs included', async (t) => {
  const { world } = await sandboxWorld(t, { generated: [{ fullName: 'acme/site', branches: 3 }] });
  const path =
    '/2.0/repositories/acme/site/refs/branches?q=name ~ "1"&fields=size,values.name&x=a%2Bb+c';
  const { exitCode, stdout, stderr } = await api([path], world);
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.ok('values' in JSON.parse(stdout));
});
