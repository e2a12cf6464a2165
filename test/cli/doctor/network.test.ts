import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { hostAt } from '../../../src/bitbucket/hosts.ts';
import { checkCallback } from '../../../src/cli/doctor/callback.ts';
import { checkClock } from '../../../src/cli/doctor/clock.ts';
import { checkCredential } from '../../../src/cli/doctor/credential.ts';
import type { Check } from '../../../src/cli/doctor/finding.ts';
import { askHost, checkHost } from '../../../src/cli/doctor/host.ts';
import { emptySettings } from '../../../src/credentials/settings.ts';
import { BitbranchError } from '../../../src/errors.ts';
import { createHttpClient } from '../../../src/system/http.ts';
import {
  type ScriptedAnswer,
  scriptedHttp,
  type TestWorld,
  testContext,
  testNowMs,
} from '../../helpers/context.ts';
import { listenOnLoopback } from '../../helpers/loopback.ts';
import { failingAt, sandboxWorld } from '../../helpers/sandbox-world.ts';
import { doctorArguments, told } from './told.ts';

const realHttp = () =>
  createHttpClient({ userAgent: 'test', interrupted: new AbortController().signal });

test('callback: a port is bound and reached, and free afterwards', async () => {
  const context = testContext({ http: realHttp() });
  assert.match(await told(checkCallback(doctorArguments(), context)), /^ok: A free port of 127/);

  const server = createServer();
  const port = await listenOnLoopback(server);
  const argv = doctorArguments([`--callback-port=${port}`]);
  assert.match(
    await told(checkCallback(argv, context)),
    /^usage: .*another program uses it\. → Give another --callback-port/,
  );
  server.close();
  await once(server, 'close');
  for (const _ of [1, 2]) {
    assert.match(await told(checkCallback(argv, context)), /^ok: Port \d+ of 127\.0\.0\.1/);
  }
});

test('callback: a proxy variable that a browser may go by is a warning', async () => {
  const env = { HTTP_PROXY: 'http://proxy.example.com:3128' };
  assert.match(
    await told(checkCallback(doctorArguments(), testContext({ http: realHttp(), env }))),
    /^warning: .*HTTP_PROXY.* → Add 127\.0\.0\.1 and localhost to NO_PROXY\.$/,
  );
});

test('callback: an answer from somewhere else is a failure, as is none', async () => {
  const http = realHttp();
  const proxy = () =>
    scriptedHttp([['GET http://proxy/', { body: 'Sign in first.' }]]).send({
      method: 'GET',
      url: 'http://proxy/',
    });
  const answering = { ...http, send: proxy };
  assert.match(
    await told(checkCallback(doctorArguments(), testContext({ http: answering }))),
    /^network: Something else answers in the place of 127\.0\.0\.1:\d+\. → .*NO_PROXY/,
  );
  const refused = new BitbranchError('network', 'It refused.');
  const failing = { ...http, send: () => Promise.reject(refused) };
  assert.equal(
    await told(checkCallback(doctorArguments(), testContext({ http: failing }))),
    'network: It refused.',
  );
});

for (const argv of [['--callback-port=x'], ['--callback-path=x']]) {
  test(`callback: ${argv} is a failure`, async () => {
    assert.match(await told(checkCallback(doctorArguments(argv), testContext())), /^usage: /);
  });
}

const host = hostAt('https://git.example.com/bitbucket', 'datacenter');
const asked = `HEAD ${host.url}/rest/api/latest/application-properties`;
const at = (secondsAhead: number) => ({
  headers: { date: new Date(testNowMs - secondsAhead * 1000).toUTCString() },
});
const refused = new BitbranchError('network', 'It refused.', { hint: 'Start it.' });

const noBitbucket = /^warning: The clock was not compared: \S+ gave no answer of a Bitbucket\./;

const answers: readonly (readonly [
  what: string,
  answer: ScriptedAnswer | Error,
  host: RegExp,
  clock: RegExp,
])[] = [
  [
    'the same time',
    at(30),
    /^ok: git\.example\.com\/bitbucket is reached over TLS\.$/,
    /^ok: The clock agrees/,
  ],
  ['10 minutes', at(600), /^ok/, /^warning: .*is 10 minutes ahead of the server's\. → Set the/],
  ['2 days', { ...at(-172_800), status: 404 }, /^ok/, /^warning: .*2 days behind/],
  ['no time', {}, /^ok/, /^warning: .*does not tell the time\.$/],
  ['nonsense', { headers: { date: 'soon' } }, /^ok/, /^warning: .*does not tell the time/],
  ['503', { ...at(0), status: 503 }, /^server: .*answers with status 503\. → /, noBitbucket],
  [
    'a web page',
    { headers: { 'content-type': 'text/html; charset=utf-8' } },
    /^server: .*a web page where a Bitbucket has its REST API\. → Check that --host/,
    noBitbucket,
  ],
  [
    'a refusal that is a web page',
    { ...at(0), status: 401, headers: { 'content-type': 'text/html' } },
    /^ok/,
    /^warning: .*does not tell the time/,
  ],
  ['refused', refused, /^network: It refused\. → Start it\.$/, /^warning: .*did not answer/],
];
for (const [what, answer, hostOutcome, clockOutcome] of answers) {
  test(`host and clock: ${what}`, async () => {
    const http = scriptedHttp([[asked, answer]]);
    const reached = askHost(host, testContext({ http }));
    assert.match(await told(checkHost(host, reached)), hostOutcome);
    assert.match(await told(checkClock(host, reached)), clockOutcome);
    http.assertSpent();
  });
}

test('host: of bitbucket.org, both servers are asked', async () => {
  const cloud = hostAt('https://bitbucket.org', 'cloud');
  const http = scriptedHttp([
    ['HEAD https://api.bitbucket.org/2.0/user', at(0)],
    ['HEAD https://bitbucket.org', refused],
  ]);
  assert.match(
    await told(checkHost(cloud, askHost(cloud, testContext({ http })))),
    /^network: It refused/,
  );
  http.assertSpent();
});

const passed: Check = {
  name: 'host',
  outcome: Promise.resolve({ result: 'ok', detail: 'Fine.', hint: null }),
};
const failed: Check = {
  name: 'keychain',
  outcome: Promise.resolve({ result: 'failure', error: refused }),
};

async function credential(
  url: string,
  world: TestWorld,
  {
    argv = [],
    needs = [passed],
    isOneOfSeveral = false,
  }: {
    argv?: readonly string[];
    needs?: readonly Check[];
    isOneOfSeveral?: boolean;
  } = {},
): Promise<string> {
  const { settings = emptySettings } = world;
  const question = { host: hostAt(url, 'cloud'), isOneOfSeveral, settings, needs };
  return told(checkCredential(question, doctorArguments(argv), testContext(world)));
}

test('credential: accepted, revoked, locked away or nobody at all', async (t) => {
  const { sandbox, world } = await sandboxWorld(t);
  const { url } = sandbox;
  assert.match(
    await credential(url, world),
    /^ok: 127\.0\.0\.1:\d+ accepts the credential of .*maria/,
  );
  const revoked = { ...world, http: failingAt(world.http, () => true, 401) };
  assert.match(
    await credential(url, revoked),
    /^sign_in_needed: .*does not accept the credential of maria.* Sign in again with: bitbranch login --host http:\S+ --kind cloud$/,
  );
  assert.match(await credential(url, { ...world, records: [] }), /^store_locked: .*can't be read/);
  assert.match(
    await credential(url, {}),
    /^warning: Nobody is signed in to 127\S*\. → Sign in with: bitbranch login --host http:/,
  );
  assert.match(
    await credential(url, world, { argv: ['--account=jo'] }),
    /^sign_in_needed: jo, the account asked for by --account, is not signed in/,
  );
  assert.match(
    await credential(url, world, { needs: [passed, failed] }),
    /^warning: .*not tried: the check "keychain" failed\. → Put that right first\.$/,
  );
});

test('credential: a consumer that may not tell the account is accepted', async (t) => {
  const { sandbox, world } = await sandboxWorld(t, { permissions: ['repository'] });
  assert.match(await credential(sandbox.url, world), /^ok: .*does not tell whose it is\.$/);
});

test('credential: BITBRANCH_TOKEN goes to one host only', async () => {
  const url = 'https://git.example.com';
  const env = { BITBRANCH_TOKEN: 'abc' };
  const http = scriptedHttp([[`GET ${url}/2.0/user`, { body: '{"username":"maria"}' }]]);
  assert.match(await credential(url, { env, http }), /^ok: .*accepts the credential of maria\.$/);
  assert.match(
    await credential(url, { env }, { isOneOfSeveral: true }),
    /^warning: BITBRANCH_TOKEN was not sent to .* → If it is .*: bitbranch doctor --host https:\/\/git\.example\.com$/,
  );
});
