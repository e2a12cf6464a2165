// Real deaths: SIGKILL of the built program at random moments, with a real keychain and real files. What is left must be the old
// state or the new one.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Credential } from '../../src/credentials/credential.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { asUnexpired, outdatedCredential, seedSignIn } from '../helpers/seeded-sign-in.ts';
import { createHome, type Home } from '../helpers/spawn-cli.ts';
import { keychainCredentials } from '../helpers/stored-state.ts';
import { callbackAddress, load } from '../helpers/user-agent.ts';
import { seededRandom } from './seeded-random.ts';

const seed = Number(process.env['KILL_SEED'] ?? randomInt(2 ** 31));
const killCount = Number(process.env['KILL_COUNT'] ?? 60);
const killsAtOnce = 6;

const commands = ['refresh', 'login', 'logout'] as const;
type Command = (typeof commands)[number];

/** Somebody who is signed in, to a sandbox of her own; for a refresh with an access token that has expired. */
async function signedIn(t: TestContext, command: Command) {
  const home = await createHome(t);
  const sandbox = await startSandbox({ generated: [{ fullName: 'acme/site', branches: 3 }] });
  t.after(() => sandbox.close());
  const outdated = await outdatedCredential(sandbox, 'cloud');
  const old = command === 'refresh' ? outdated : asUnexpired(outdated);
  await seedSignIn(home, old);
  return { home, sandbox, old };
}

/** Runs a command, which is killed after the delay, and resolves once it has ended. */
async function run(home: Home, sandbox: Sandbox, command: Command, delayMs: number): Promise<void> {
  const ended = new AbortController();
  const argv = {
    refresh: ['branches', 'acme/site'],
    login: ['login', '--kind', 'cloud', '--protocol', 'oauth1', '--no-browser'],
    logout: ['logout'],
  }[command];
  const victim = home.start([...argv, '--host', sandbox.url], {
    env: {
      BITBRANCH_CONSUMER_KEY: sandbox.consumer.key,
      BITBRANCH_CONSUMER_SECRET: sandbox.consumer.secret,
    },
  });
  if (command === 'login') {
    victim
      .printed(/^ {2}(http\S+)$/m)
      .then(async ([, consentUrl = '']) => load(await callbackAddress(consentUrl, 'grant')))
      .catch(() => {}); // it may be dead by then
  }
  const killing = sleep(delayMs, undefined, { signal: ended.signal }).then(
    () => victim.kill('SIGKILL'),
    () => {}, // it ended before
  );
  await victim.ended;
  ended.abort();
  await killing;
}

/** How long each takes when nobody kills it. */
async function durations(t: TestContext): Promise<Record<Command, number>> {
  const times: [Command, number][] = [];
  for (const command of commands) {
    const { home, sandbox } = await signedIn(t, command);
    const startMs = performance.now();
    await run(home, sandbox, command, 60_000);
    times.push([command, performance.now() - startMs]);
  }
  return Object.fromEntries(times) as Record<Command, number>;
}

type Left = 'old' | 'new' | 'lost';

async function killOnce(t: TestContext, command: Command, delayMs: number): Promise<Left> {
  const { home, sandbox, old } = await signedIn(t, command);
  await run(home, sandbox, command, delayMs);
  const isRotated = sandbox.tokenRequests.some(({ grantType }) => grantType === 'refresh_token');
  const left = await keychainCredentials(sandbox.url);
  const isOld = left.length === 1 && secretOf(left[0]) === secretOf(old);

  const status = await home.run(['status', '--host', sandbox.url]);
  const next = await home.run(['branches', 'acme/site', '--host', sandbox.url]);
  const said = status.stderr + next.stderr;
  assert.doesNotMatch(said, /damaged|can't be used|Unexpected/);
  if (command === 'logout') {
    const isGone = left.length === 0;
    const exitCode = isGone ? 4 : 0;
    assert.deepEqual([status.exitCode, next.exitCode], [exitCode, exitCode], said);
    return isGone ? 'new' : 'old';
  }
  assert.equal(status.exitCode, 0, said);
  const isLost = command === 'refresh' && isRotated && isOld;
  assert.equal(next.exitCode, isLost ? 4 : 0, said);
  return isLost ? 'lost' : isOld ? 'old' : 'new';
}

function secretOf(credential: Credential | undefined): string | undefined {
  if (credential === undefined) return undefined;
  return credential.protocol === 'oauth2' ? credential.accessToken : credential.token;
}

test(`${killCount} programs that are killed leave the old credential or the new one, whole`, {
  timeout: killCount * 10_000,
}, async (t) => {
  t.diagnostic(`KILL_SEED=${seed}`);
  const random = seededRandom(seed);
  const durationsMs = await durations(t);
  const plan = Array.from({ length: killCount }, (_, n) => {
    const command = commands[n % commands.length] ?? 'refresh';
    // Side by side they take longer.
    return { command, delayMs: random() * durationsMs[command] * 1.5 };
  });
  const counts: Record<string, number> = {};
  const worker = async () => {
    for (let next = plan.shift(); next !== undefined; next = plan.shift()) {
      const { command, delayMs } = next;
      await t.test(`${command} killed after ${delayMs.toFixed()} ms`, async (t) => {
        const left = await killOnce(t, command, delayMs);
        counts[`${command}: ${left}`] = (counts[`${command}: ${left}`] ?? 0) + 1;
      });
    }
  };
  await Promise.all(Array.from({ length: killsAtOnce }, worker));
  t.diagnostic(`left: ${JSON.stringify(counts)}`);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  assert.equal(total, killCount);
});
