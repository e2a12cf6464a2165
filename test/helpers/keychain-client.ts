// A program with the keychain, for tests that need whole processes: keychain-client.ts ACTION.
// It ends by itself, never by process.exit(), with the exit code of the error that it met.
import { createKeychainStore } from '../../src/credentials/keychain-store.ts';
import { exitCodeOf, toBitbranchError } from '../../src/errors.ts';
import { systemRandom } from '../../src/system/clock-and-random.ts';
import { createKeychain } from '../../src/system/keychain-process.ts';
import { leaveHang } from '../../src/system/leave.ts';
import { helperCommand } from './keychain.ts';

const reference = { type: 'consumer', host: 'https://git.example.com', name: 'key' } as const;
const action = process.argv[2] ?? '';
const servicePid = Number(process.env['SECRET_SERVICE_PID']);

const keychain = createKeychain({
  env: process.env,
  platform: process.platform,
  interactive: action === 'die',
  onWaiting: () => process.kill(process.pid, 'SIGKILL'),
  callsItself: process.env['CALLS_ITSELF'] === '1',
  helperCommand: JSON.parse(process.env['HELPER_COMMAND'] ?? JSON.stringify(helperCommand)),
});
const store = createKeychainStore({ keychain, platform: process.platform, random: systemRandom });

const actions: Readonly<Record<string, () => Promise<void>>> = {
  prepare: async () => store.prepare(),

  read: async () => {
    process.stdout.write(JSON.stringify(await store.read(reference)));
  },

  write: () => store.write(reference, { key: 'key', secret: 'secret' }),

  /** With a service that owns its name on the bus, but does nothing. */
  'read-stopped': async () => {
    process.kill(servicePid, 'SIGSTOP');
    await store.read(reference);
  },

  /** Killed while its helper waits for the keychain. */
  die: async () => {
    process.kill(servicePid, 'SIGSTOP');
    await store.read(reference);
  },

  /** With a bus on which no such service is left. */
  'read-ended': async () => {
    process.kill(servicePid, 'SIGKILL');
    await store.read(reference);
  },
};

try {
  await actions[action]?.();
} catch (thrown) {
  const error = toBitbranchError(thrown);
  process.stderr.write(`${error.code}: ${error.message}`);
  process.exitCode = exitCodeOf(error);
  if (keychain.isHanging) {
    process.stderr.write(' hanging');
    leaveHang(exitCodeOf(error));
    process.kill(process.pid, 'SIGKILL'); // on an older Node, which can't leave it
  }
}
