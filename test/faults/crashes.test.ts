// Deaths at every moment, simulated in this process so that there can be many: see kill-points.test.ts for real ones.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { withSignIn } from '../../src/auth/accounts.ts';
import { credentialReference } from '../../src/auth/stored-credential.ts';
import type { Credential } from '../../src/credentials/credential.ts';
import { emptySettings } from '../../src/credentials/settings.ts';
import { formatSettings } from '../../src/credentials/settings-format.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { asUnexpired, outdatedCredential } from '../helpers/seeded-sign-in.ts';
import { callbackAddress } from '../helpers/user-agent.ts';
import { copyOf, type Machine, newMachine, runMortal, storeOf } from './mortal-process.ts';
import { seededRandom } from './seeded-random.ts';

const seed = Number(process.env['CRASH_SEED'] ?? randomInt(2 ** 31));
/** With the 60 real ones of kill-points.test.ts: 1,000. */
const crashCount = Number(process.env['CRASH_COUNT'] ?? 940);

/** In all of the commands together, counted before any of them dies. */
const momentCount = 308;

/** Its secret makes each credential too long for one item. */
const consumer = { key: 'the-key', secret: 's'.repeat(3000) };
const loginEnv = {
  BITBRANCH_CONSUMER_KEY: consumer.key,
  BITBRANCH_CONSUMER_SECRET: consumer.secret,
};

function startHost(): Promise<Sandbox> {
  return startSandbox({ consumer, generated: [{ fullName: 'acme/site', branches: 3 }] });
}

async function signedIn(credential: Credential): Promise<Machine> {
  const machine = newMachine();
  await storeOf(machine).write(credentialReference(credential.host, 'maria'), credential);
  machine.settings = formatSettings(withSignIn(emptySettings, credential, 'keychain', new Date()));
  return machine;
}

const storedIn = (machine: Machine, host: string) =>
  storeOf(machine).read(credentialReference(host, 'maria'));

/** Asks as a person would: who is signed in, and for branches. Each must answer by 0, or by 4 in plain words. */
async function askAfterwards(machine: Machine, { url }: Sandbox) {
  const status = await runMortal(['status', '--host', url], machine);
  const branches = await runMortal(['branches', 'acme/site', '--host', url], machine);
  for (const { exitCode, stderr } of [status, branches]) {
    assert.ok(exitCode === 0 || exitCode === 4, stderr);
  }
  return { status: status.exitCode, branches: branches.exitCode };
}

/** One kind of death: prepares a machine, lets a command die on it, and looks at what is left. Resolves with what happened. */
type Death = (diesAt: number) => Promise<{ readonly what: string; readonly moments: number }>;

function deaths(sandbox: Sandbox, machines: { readonly old: Machine }): Record<string, Death> {
  const { url } = sandbox;

  return {
    async refresh(diesAt) {
      // A host of its own: a refresh token that comes twice locks everybody out for a while, as on Bitbucket.
      const host = await startHost();
      const outdated = await outdatedCredential(host, 'cloud');
      const machine = await signedIn(outdated);
      const before = host.tokenRequests.length;
      const argv = ['branches', 'acme/site', '--host', host.url];
      const { moments } = await runMortal(argv, machine, { diesAt });
      const isRotated = host.tokenRequests.length > before;
      const isOld = isDeepStrictEqual(await storedIn(machine, host.url), outdated);
      const { status, branches } = await askAfterwards(machine, host);
      await host.close();
      assert.equal(status, 0);
      assert.equal(branches, isRotated && isOld ? 4 : 0, 'lost only after the rotation');
      return { what: isOld ? (isRotated ? 'lost' : 'old') : 'new', moments };
    },

    async 'first login'(diesAt) {
      const machine = newMachine();
      const moments = await signIn(machine, diesAt);
      const { status, branches } = await askAfterwards(machine, sandbox);
      assert.equal(status, branches);
      await signIn(machine);
      assert.deepEqual(await askAfterwards(machine, sandbox), { status: 0, branches: 0 });
      return { what: status === 0 ? 'new' : 'old', moments };
    },

    async 'login anew'(diesAt) {
      const machine = copyOf(machines.old);
      const before = await storedIn(machine, url);
      const moments = await signIn(machine, diesAt);
      assert.deepEqual(await askAfterwards(machine, sandbox), { status: 0, branches: 0 });
      const left = await storedIn(machine, url);
      return { what: isDeepStrictEqual(left, before) ? 'old' : 'new', moments };
    },

    async logout(diesAt) {
      const machine = copyOf(machines.old);
      const { moments } = await runMortal(['logout', '--host', url], machine, { diesAt });
      const { status, branches } = await askAfterwards(machine, sandbox);
      assert.equal(status, branches);
      const again = await runMortal(['logout', '--host', url], machine);
      assert.equal(again.exitCode, 0, again.stderr);
      assert.deepEqual([...machine.keychain.items], [], 'nothing is left, no part either');
      return { what: status === 0 ? 'old' : 'new', moments };
    },
  };

  /** Both commands of a sign-in; resolves with the moments of the two together. */
  async function signIn(machine: Machine, diesAt = Number.POSITIVE_INFINITY): Promise<number> {
    const options = ['--host', url, '--kind', 'cloud', '--protocol', 'oauth2'];
    const first = await runMortal(['login', '--request', ...options], machine, {
      diesAt,
      env: loginEnv,
    });
    if (first.exitCode === null) return first.moments;
    const address = await callbackAddress(JSON.parse(first.stdout).url, 'grant');
    const second = await runMortal(['login', '--complete', ...options], machine, {
      diesAt: diesAt - first.moments,
      stdin: address,
    });
    assert.ok(second.exitCode === null || second.exitCode === 0, second.stderr);
    return first.moments + second.moments;
  }
}

test(`${crashCount} simulated deaths leave the old credential or the new one, whole`, async (t) => {
  t.diagnostic(`CRASH_SEED=${seed}`);
  const random = seededRandom(seed);
  const sandbox = await startHost();
  t.after(() => sandbox.close());
  const old = await signedIn(asUnexpired(await outdatedCredential(sandbox, 'cloud')));
  const kinds = Object.entries(deaths(sandbox, { old }));
  const counts: Record<string, Record<string, number>> = {};
  const moments = new Map<string, number>();
  for (const [name, die] of kinds) {
    moments.set(name, (await die(Number.POSITIVE_INFINITY)).moments);
    counts[name] = {};
  }
  assert.equal(
    [...moments.values()].reduce((sum, each) => sum + each, 0),
    momentCount,
  );
  for (let n = 0; n < crashCount; n += 1) {
    const [name = '', die] = kinds[Math.floor(random() * kinds.length)] ?? [];
    const diesAt = 1 + Math.floor(random() * (moments.get(name) ?? 0));
    try {
      const { what } = (await die?.(diesAt)) ?? {};
      const count = counts[name] ?? {};
      count[what ?? ''] = (count[what ?? ''] ?? 0) + 1;
    } catch (error) {
      t.diagnostic(`${name} died at moment ${diesAt} of ${moments.get(name)}`);
      throw error;
    }
  }
  t.diagnostic(`moments: ${JSON.stringify(Object.fromEntries(moments))}`);
  t.diagnostic(`left: ${JSON.stringify(counts)}`);
  for (const name of ['refresh', 'login anew', 'logout']) {
    assert.ok(counts[name]?.['old'] && counts[name]?.['new'], `${name} met both sides`);
  }
});
