// Real deaths: SIGKILL of the built program at random moments, with a real keychain and real files. What is left must be the old
// state or the new one.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

import { setTimeout as sleep } from 'node:timers/promises';
import { withSignIn } from '../../src/auth/accounts.ts';
import { credentialReference } from '../../src/auth/stored-credential.ts';
import type { Credential } from '../../src/credentials/credential.ts';
import type { StoreName } from '../../src/credentials/credential-store.ts';
import { createFileStore } from '../../src/credentials/file-store.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { systemRandom } from '../../src/system/clock-and-random.ts';
import { createSecretFile } from '../../src/system/secret-file.ts';
import { createSettingsFile } from '../../src/system/settings-file.ts';
import { asUnexpired, outdatedCredential, seedSignIn } from '../helpers/seeded-sign-in.ts';
import { createHome, type Home } from '../helpers/spawn-cli.ts';
import { keychainCredentials } from '../helpers/stored-state.ts';
import { callbackAddress, load } from '../helpers/user-agent.ts';
import { seededRandom } from './seeded-random.ts';

const seed = Number(process.env['KILL_SEED'] ?? randomInt(2 ** 31));
const killCount = Number(process.env['KILL_COUNT'] ?? 60);
const killsAtOnce = 10;

const commands = ['refresh', 'login', 'logout'] as const;
type Command = (typeof commands)[number];

/** What a kill is aimed at. */
interface Aim {
  readonly command: Command;
  readonly store: StoreName;
  /** From the start of the process, or from the moment at which the server is asked to rotate the refresh token. */
  readonly since: 'start' | 'rotation';
}

/** Of each 15 kills; the rotation gets its share, since few that are aimed at the whole of a refresh meet it. */
const aims: readonly Aim[] = [
  ...times(4, { command: 'refresh', store: 'keychain', since: 'start' }),
  ...times(3, { command: 'login', store: 'keychain', since: 'start' }),
  ...times(3, { command: 'logout', store: 'keychain', since: 'start' }),
  ...times(3, { command: 'refresh', store: 'keychain', since: 'rotation' }),
  ...times(1, { command: 'refresh', store: 'file', since: 'rotation' }),
  ...times(1, { command: 'logout', store: 'file', since: 'start' }),
];

function times(count: number, aim: Aim): readonly Aim[] {
  return Array<Aim>(count).fill(aim);
}

const nameOf = ({ command, store, since }: Aim) => `${command}, ${store}, since ${since}`;

/** The rotated token comes, is written and confirmed within it. */
const rotationMs = 150;

/** Somebody who is signed in, to a sandbox of her own; for a refresh with an access token that has expired. */
async function signedIn(t: TestContext, { command, store }: Aim) {
  const home = await createHome(t);
  let onRotation = () => {};
  const sandbox = await startSandbox({
    generated: [{ fullName: 'acme/site', branches: 3 }],
    onRequest: ({ path }) => {
      if (path.endsWith('/access_token')) onRotation();
      return undefined;
    },
  });
  t.after(() => sandbox.close());
  const outdated = await outdatedCredential(sandbox, 'cloud');
  const old = command === 'refresh' ? outdated : asUnexpired(outdated);
  const kept = store === 'file' ? await seedFile(home, old) : await seedKeychain(home, old);
  return {
    ...kept,
    home,
    sandbox,
    old,
    atRotation: (call: () => void) => {
      onRotation = call;
    },
  };
}

type SignedIn = Awaited<ReturnType<typeof signedIn>>;

/** Where the credential was put, for the programs that use it and for the test to look into. */
interface Kept {
  readonly env: Readonly<Record<string, string>>;
  left(): Promise<readonly Credential[]>;
}

async function seedKeychain(home: Home, credential: Credential): Promise<Kept> {
  await seedSignIn(home, credential);
  return { env: {}, left: () => keychainCredentials(credential.host) };
}

async function seedFile(home: Home, credential: Credential): Promise<Kept> {
  const { platform } = process;
  const env = { ...home.env, BITBRANCH_PASSPHRASE: 'of this test', BITBRANCH_STORE: 'file' };
  const path = join(home.env['BITBRANCH_CONFIG_DIR'] ?? '', 'credentials.encrypted');
  const open = () =>
    createFileStore({
      file: createSecretFile(path, platform),
      askPassphrase: async () => env.BITBRANCH_PASSPHRASE,
      random: systemRandom.bytes,
    });
  const reference = credentialReference(credential.host, credential.account.name);
  await open().write(reference, credential);
  const settings = createSettingsFile({ env, platform, homedir: home.directory });
  await settings.update((now) => withSignIn(now, credential, 'file', new Date()));
  return {
    env,
    async left() {
      const credential = await open().read(reference);
      return credential === null ? [] : [credential];
    },
  };
}

/** Runs a command, which is killed after the delay, and resolves once it has ended. */
async function run(
  { home, sandbox, env, atRotation }: SignedIn,
  { command, since }: Aim,
  delayMs: number,
): Promise<void> {
  const ended = new AbortController();
  const argv = {
    refresh: ['branches', 'acme/site'],
    login: ['login', '--kind', 'cloud', '--protocol', 'oauth1', '--no-browser'],
    logout: ['logout'],
  }[command];
  const victim = home.start([...argv, '--host', sandbox.url], {
    env: {
      ...env,
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
  const kill = async () => {
    if (delayMs > 0) await sleep(delayMs, undefined, { signal: ended.signal });
    victim.kill('SIGKILL');
  };
  const killIt = () => void kill().catch(() => {}); // it ended before
  if (since === 'start') killIt();
  else atRotation(killIt);
  await victim.ended;
  atRotation(() => {});
  ended.abort();
}

/** How long each takes when nobody kills it. */
async function durations(t: TestContext): Promise<Record<Command, number>> {
  const times: [Command, number][] = [];
  for (const command of commands) {
    const aim = { command, store: 'keychain', since: 'start' } as const;
    const world = await signedIn(t, aim);
    const startMs = performance.now();
    await run(world, aim, 60_000);
    times.push([command, performance.now() - startMs]);
  }
  return Object.fromEntries(times) as Record<Command, number>;
}

type Left = 'old' | 'new' | 'lost';

async function killOnce(t: TestContext, aim: Aim, delayMs: number): Promise<Left> {
  const { command } = aim;
  const world = await signedIn(t, aim);
  const { home, sandbox, old, env } = world;
  await run(world, aim, delayMs);
  const isRotated = sandbox.tokenRequests.some(({ grantType }) => grantType === 'refresh_token');
  const left = await world.left();
  const isOld = left.length === 1 && secretOf(left[0]) === secretOf(old);

  const status = await home.run(['status', '--host', sandbox.url], { env });
  const next = await home.run(['branches', 'acme/site', '--host', sandbox.url], { env });
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
    const aim = aims[n % aims.length];
    assert.ok(aim !== undefined);
    // Side by side they take longer. The first ones die as soon as the server is asked, which rotates all the same.
    const atMostMs = aim.since === 'start' ? durationsMs[aim.command] * 1.5 : rotationMs;
    const isAtOnce = aim.since === 'rotation' && n < aims.length;
    return { aim, delayMs: isAtOnce ? 0 : random() * atMostMs };
  });
  const atRotation = plan.filter(({ aim }) => aim.since === 'rotation').length;
  const withFile = plan.filter(({ aim }) => aim.store === 'file').length;
  t.diagnostic(`${killCount} kills: ${atRotation} from the rotation on, ${withFile} with the file`);
  const counts: Record<string, number> = {};
  const worker = async () => {
    for (let next = plan.shift(); next !== undefined; next = plan.shift()) {
      const { aim, delayMs } = next;
      await t.test(`${nameOf(aim)}: killed after ${delayMs.toFixed()} ms`, async (t) => {
        const what = `${nameOf(aim)}: ${await killOnce(t, aim, delayMs)}`;
        counts[what] = (counts[what] ?? 0) + 1;
      });
    }
  };
  await Promise.all(Array.from({ length: killsAtOnce }, worker));
  t.diagnostic(`left: ${JSON.stringify(counts)}`);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  assert.equal(total, killCount);
  for (const aim of aims.filter(({ since }) => since === 'rotation')) {
    assert.ok(
      counts[`${nameOf(aim)}: lost`] || killCount < aims.length,
      'some died between the rotation and the write',
    );
  }
});
