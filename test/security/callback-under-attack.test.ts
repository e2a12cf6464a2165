import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { startCallbackServer } from '../../src/auth/callback-server.ts';
import { exchange, openSocket } from '../helpers/raw-http.ts';
import { startSandboxProcess } from '../helpers/sandbox-process.ts';
import { createHome } from '../helpers/spawn-cli.ts';
import { keychainCredentials } from '../helpers/stored-state.ts';
import { callbackAddress, load } from '../helpers/user-agent.ts';

const requestCount = 10_000;
/** Until the engine's own pools have their size. */
const warmUpCount = 4_000;
const requestsAtOnce = 32;
/** More than the callback server keeps open, so that without a rule the browser would find no place. */
const idleSocketCount = 600;

/** What every hostile request holds, and no answer may repeat. */
const marker = 'x7f3marker';

interface Target {
  readonly port: number;
  readonly host: string;
  /** The right query, which a stranger can't know. */
  readonly query: string;
}

const get = (target: string, { host }: Target, ...fields: readonly string[]) =>
  [`GET ${target} HTTP/1.1`, `Host: ${host}`, ...fields, '', ''].join('\r\n');

/** The right query but for its token. */
function nearly({ query }: Target, change: (token: string) => string): URLSearchParams {
  const parameters = new URLSearchParams(query);
  parameters.set('oauth_token', change(parameters.get('oauth_token') ?? ''));
  return parameters;
}

const otherEnd = (text: string) => `${text.slice(0, -1)}${text.endsWith('a') ? 'b' : 'a'}`;

/** One hostile request of each sort; `n` makes each different. */
const attacks: Readonly<Record<string, (target: Target, n: number) => string>> = {
  'a forged token': (to, n) => get(`/callback?oauth_token=${marker}${n}&oauth_verifier=${n}`, to),
  'a forged denial': (to, n) => get(`/callback?oauth_token=${marker}${n}&oauth_problem=x`, to),
  'a forged OAuth 2.0 code': (to, n) => get(`/callback?code=${marker}${n}&state=${n}`, to),
  'a token whose last letter is wrong': (to) => get(`/callback?${nearly(to, otherEnd)}`, to),
  'a token that lacks its last letter': (to) =>
    get(`/callback?${nearly(to, (token) => token.slice(0, -1))}`, to),
  'a token with one letter more': (to) =>
    get(`/callback?${nearly(to, (token) => `${token}a`)}`, to),
  'the right query under another host': ({ query, ...to }) =>
    get(`/callback?${query}`, { ...to, query, host: `${marker}.example` }),
  'the right query under localhost': (to) =>
    get(`/callback?${to.query}`, { ...to, host: `localhost:${to.port}` }),
  'the right query at another path': (to) => get(`/${marker}?${to.query}`, to),
  'the right query by POST': (to) => get(`/callback?${to.query}`, to).replace('GET', 'POST'),
  'the right query by HEAD': (to) => get(`/callback?${to.query}`, to).replace('GET', 'HEAD'),
  'the right query by an unknown method': (to) =>
    get(`/callback?${to.query}`, to).replace('GET', 'STEAL'),
  'the right query given twice': (to) => get(`/callback?${to.query}&${to.query}`, to),
  'an array parameter': (to) => get(`/callback?${to.query.replaceAll('=', '[]=')}`, to),
  'a nested parameter': (to) => get(`/callback?${to.query.replaceAll('=', '[__proto__]=')}`, to),
  'a prototype key': (to, n) => get(`/callback?__proto__=${marker}${n}&constructor=1`, to),
  'ten thousand parameters': (to) => get(`/callback?${'a&'.repeat(6_000)}${marker}`, to),
  'an oversized address': (to) => get(`/callback?${marker.repeat(2_000)}`, to),
  'an oversized header': (to) => get('/callback', to, `X-Big: ${marker.repeat(4_000)}`),
  'a thousand headers': (to) =>
    get('/callback', to, ...Array.from({ length: 1_000 }, (_, n) => `X-${n}: ${marker}`)),
  'an oversized body': (to) =>
    `${get('/callback', to, 'Content-Length: 100000').replace('GET', 'POST')}${marker.repeat(9_000)}`,
  'an upgrade to a WebSocket': (to) =>
    get(
      '/callback',
      to,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ),
  'the right query pipelined behind a wrong one': (to) =>
    get('/callback', to) + get(`/callback?${to.query}`, to),
  'a hundred requests pipelined': (to) => get(`/${marker}`, to).repeat(100),
  'raw bytes': (_to, n) => `\x00\x16\x03\x01${marker}${String.fromCharCode(n % 256)}\r\n\r\n`,
  'half a request': (to) => get(`/callback?${to.query}`, to).slice(0, 60),
  markup: (to) => get(`/callback?oauth_token=%3Cscript%3E${marker}`, to),
  'a smuggled request': (to) =>
    get('/callback', to, 'Content-Length: 4', 'Transfer-Encoding: chunked') + marker,
};

test('a sign-in survives 10,000 hostile requests and 600 idle connections', async (t) => {
  const home = await createHome(t);
  const sandbox = await startSandboxProcess(home);
  const login = home.start([...sandbox.loginArgs, '--no-browser', '--json', '--verbose'], {
    env: sandbox.loginEnv,
  });
  const [consentUrl] = await login.printed(/http\S+oauth_token=\S+/);
  const callback = new URL(await callbackAddress(consentUrl, 'grant'));
  const target = {
    port: Number(callback.port),
    host: callback.host,
    query: callback.search.slice(1),
  };

  const answers = new Set<string>();
  const memory: number[] = [];
  let openFiles = 0;
  async function attackWith(count: number): Promise<void> {
    const sorts = Object.values(attacks);
    let next = 0;
    const worker = async () => {
      for (let n = next++; n < count; n = next++) {
        const attack = sorts[n % sorts.length];
        assert.ok(attack !== undefined);
        answers.add(await attackOnce(target.port, attack(target, n)));
        if (n % 200 === 0) {
          memory.push(await residentKiB(login.pid));
          openFiles = Math.max(openFiles, (await readdir(`/proc/${login.pid}/fd`)).length);
        }
      }
    };
    await Promise.all(Array.from({ length: requestsAtOnce }, worker));
  }

  await attackWith(warmUpCount);
  const warmKiB = Math.max(...memory);
  memory.length = 0;
  await attackWith(requestCount - warmUpCount);
  const peakKiB = Math.max(...memory);
  await holdIdleSockets(t, target);
  openFiles = Math.max(openFiles, (await readdir(`/proc/${login.pid}/fd`)).length);

  const page = await load(callback.href);
  const { exitCode, stdout, stderr } = await login.ended;
  assert.equal(exitCode, 0, stderr);
  assert.equal(page.status, 200);
  assert.equal(JSON.parse(stdout).account, 'maria');
  t.diagnostic(
    `${requestCount} hostile requests: ${warmKiB} KiB resident at most during the first ${warmUpCount}, ${peakKiB} KiB later; at most ${openFiles} open files`,
  );
  assert.ok(peakKiB < warmKiB * 1.5, `memory grew from ${warmKiB} to ${peakKiB} KiB`);
  assert.ok(openFiles < 350, `${openFiles} open files`);

  const credentials = await keychainCredentials(sandbox.url);
  const [credential] = credentials;
  assert.ok(credentials.length === 1 && credential?.protocol === 'oauth1');
  const secrets = [
    sandbox.consumerSecret,
    credential.token,
    credential.tokenSecret,
    ...callback.searchParams.values(),
  ];
  assert.ok(answers.size > 3, 'the server answered');
  for (const told of [marker, ...secrets]) {
    assert.ok(![...answers].some((answer) => answer.includes(told)), `an answer holds ${told}`);
  }
  for (const secret of secrets.filter(
    (each) => each !== callback.searchParams.get('oauth_token'),
  )) {
    assert.ok(!stderr.includes(secret) && !page.body.includes(secret));
  }
});

test('the browser that brought the callback keeps its place while others push in', async (t) => {
  const server = await startCallbackServer({ port: 0, path: '/callback' });
  t.after(() => server.close());
  const { port, host } = new URL(server.redirectUri);
  const target = { port: Number(port), host, query: 'a=b' };
  const waiting = server.receive(
    () => ({ verdict: 'accept', callback: 'it' }),
    new AbortController().signal,
  );
  const browser = exchange(target.port, get('/callback?a=b', target));
  const { answer } = await waiting;
  await holdIdleSockets(t, target);
  await answer({ kind: 'signed-in', accountName: 'maria', hostName: 'bitbucket.org' });
  assert.equal((await browser).status, 200);
});

/** Resolves with what was answered, without its date; a connection that the server never ends is left. */
async function attackOnce(port: number, bytes: string): Promise<string> {
  if (!bytes.includes('\r\n\r\n')) {
    const socket = await openSocket(port);
    socket.end(bytes);
    socket.resume();
    return '';
  }
  const { text } = await exchange(port, bytes);
  return text.replace(/^Date: .*$/im, '');
}

/** Connections that say nothing, and connections that say a header as slowly as they can; they stay open where they may. */
async function holdIdleSockets(t: TestContext, { port, host }: Target): Promise<void> {
  for (let n = 0; n < idleSocketCount; n += 1) {
    const socket = await openSocket(port);
    t.after(() => socket.destroy());
    socket.resume();
    if (n % 2 === 0) socket.write(`GET /callback HTTP/1.1\r\nHost: ${host}\r\nX-Slow: `);
  }
}

async function residentKiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
}
