// Many processes at once, with one keychain, one settings file and one host.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { type TestContext, test } from 'node:test';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { outdatedCredential, seedSignIn } from '../helpers/seeded-sign-in.ts';
import { builtProgram, createHome, type Home } from '../helpers/spawn-cli.ts';
import { storedState } from '../helpers/stored-state.ts';
import { startTokenHost } from '../helpers/token-host.ts';
import { callbackAddress, load } from '../helpers/user-agent.ts';

const listingCount = 200;
const loginCount = 20;

interface Ending {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Like {@link Home.run}, without its limit: on a small machine so many processes take their time. They come after everybody
 * else, since a real host does not share its processor with them.
 */
function run({ env }: Home, args: readonly string[]): Promise<Ending> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [builtProgram, ...args],
      { env, cwd: '/' },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
    );
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    child.stdin?.end();
  });
}

/** Exit codes, and how often each came. */
function counted(codes: readonly (number | null)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const code of codes) counts[`exit ${code}`] = (counts[`exit ${code}`] ?? 0) + 1;
  return counts;
}

async function startHost(t: TestContext): Promise<Sandbox> {
  const sandbox = await startSandbox({ generated: [{ fullName: 'acme/site', branches: 150 }] });
  t.after(() => sandbox.close());
  return sandbox;
}

test(`${listingCount} listings at once, with a token that has expired, all print the whole list`, async (t) => {
  const home = await createHome(t);
  const sandbox = await startHost(t);
  await seedSignIn(home, await outdatedCredential(sandbox, 'cloud'));
  const startMs = performance.now();
  const endings = await Promise.all(
    Array.from({ length: listingCount }, () =>
      run(home, ['branches', 'acme/site', '--host', sandbox.url, '--format', 'names']),
    ),
  );
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  const codes = counted(endings.map(({ code }) => code));
  t.diagnostic(`${listingCount} listings at once: ${JSON.stringify(codes)} in ${seconds} s`);
  const failures = new Set(endings.map(({ stderr }) => stderr));
  assert.deepEqual(codes, { 'exit 0': listingCount }, [...failures].join('\n'));
  const lists = new Set(endings.map(({ stdout }) => stdout));
  assert.equal(lists.size, 1);
  assert.equal([...lists].join().trimEnd().split('\n').length, 150);
  const refreshes = sandbox.tokenRequests.filter(({ grantType }) => grantType === 'refresh_token');
  assert.equal(refreshes.length, 1);
  const { settings } = await storedState(home, sandbox.url);
  assert.deepEqual(settings?.repositories, ['acme/site']);
});

test(`${loginCount} people sign in to one host at once, and all stay signed in`, async (t) => {
  const home = await createHome(t);
  const names = Array.from({ length: loginCount }, (_, n) => `user-${n}`);
  const hostUrl = await startTokenHost(
    t,
    'cloud',
    Object.fromEntries(names.map((name) => [`token-of-${name}`, name])),
  );
  const args = ['login', '--host', hostUrl, '--kind', 'cloud', '--protocol', 'token'];
  const endings = await Promise.all(
    names.map((name) => home.run(args, { stdin: `token-of-${name}\n` })),
  );
  const codes = counted(endings.map(({ exitCode }) => exitCode));
  t.diagnostic(`${loginCount} logins at once to one host: ${JSON.stringify(codes)}`);
  assert.deepEqual(codes, { 'exit 0': loginCount }, JSON.stringify(endings));
  const { keychain, settings } = await storedState(home, hostUrl);
  assert.equal(keychain.credential.length, loginCount);
  assert.deepEqual(Object.keys(settings?.accounts ?? {}).sort(), names.sort());
});

test(`${loginCount} sign-ins through the browser at once, each to its host, all succeed`, async (t) => {
  const home = await createHome(t);
  const sandboxes = await Promise.all(Array.from({ length: loginCount }, () => startHost(t)));
  const endings = await Promise.all(
    sandboxes.map(async ({ url, consumer }) => {
      const args = ['login', '--host', url, '--kind', 'cloud', '--protocol', 'oauth1'];
      const login = home.start([...args, '--no-browser'], {
        env: {
          BITBRANCH_CONSUMER_KEY: consumer.key,
          BITBRANCH_CONSUMER_SECRET: consumer.secret,
        },
      });
      const [, consentUrl = ''] = await login.printed(/^ {2}(http\S+)$/m);
      await load(await callbackAddress(consentUrl, 'grant'));
      return login.ended;
    }),
  );
  const codes = counted(endings.map(({ exitCode }) => exitCode));
  t.diagnostic(`${loginCount} logins at once through the browser: ${JSON.stringify(codes)}`);
  assert.deepEqual(codes, { 'exit 0': loginCount }, JSON.stringify(endings));
  for (const { url } of sandboxes) {
    const { keychain, settings } = await storedState(home, url);
    assert.equal(keychain.credential.length, 1);
    assert.deepEqual(Object.keys(settings?.accounts ?? {}), ['maria']);
  }
});
