import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createKeychain } from '../../src/system/keychain-process.ts';
import { canLeaveHang } from '../../src/system/leave.ts';
import {
  helperCommand,
  lifeLine,
  nodeCommand,
  realKeychainSession,
  runClient,
  runClientInOwnSession,
  withKeychain,
} from '../helpers/keychain.ts';

const session = realKeychainSession();

function keychainIn(context: TestContext, env: NodeJS.ProcessEnv, command = helperCommand) {
  const keychain = createKeychain({
    env,
    platform: 'linux',
    interactive: false,
    onWaiting: () => {},
    limits: { startMs: 60_000, answerMs: 60_000, noticeMs: 60_000 },
    helperCommand: command,
  });
  context.after(() => keychain.dispose());
  return keychain;
}

const own = {
  env: session,
  platform: process.platform,
  interactive: false,
  onWaiting: () => assert.fail('nobody is there to be told'),
  callsItself: true,
};

test('many processes at once write and read, each its own item and all one', async (context) => {
  const parallel = Array.from({ length: 20 }, (_, index) => String(index));
  const shared = ['bitbranch:https://parallel.example.com', 'shared'] as const;
  await Promise.all(
    parallel.map(async (name) => {
      const keychain = keychainIn(context, session);
      await keychain.set(shared[0], name, `secret ${name}`);
      await keychain.set(...shared, `secret ${name}`);
      assert.equal(await keychain.get(shared[0], name), `secret ${name}`);
      assert.match((await keychain.get(...shared)) ?? '', /^secret \d+$/);
      assert.equal(await keychain.delete(shared[0], name), true);
      keychain.dispose();
    }),
  );
  assert.equal(await keychainIn(context, session).delete(...shared), true);
});

test('finds the bus in XDG_RUNTIME_DIR, as libsecret does', async (context) => {
  const { DBUS_SESSION_BUS_ADDRESS: _, ...env } = session;
  assert.equal(await keychainIn(context, env).get('bitbranch:https://nowhere', 'nobody'), null);
});

test('a stopped service is an error within the deadline, and the process ends', async () => {
  const { code, stderr } = await runClientInOwnSession('read-stopped');
  assert.match(stderr, /^store_unavailable: The keychain did not answer within (5|15) s\.$/);
  assert.equal(code, 8);
});

test('in its own process it gives a stopped service up as well, and tells that something hangs', async () => {
  const env = { ...session, CALLS_ITSELF: '1' };
  const { code, stderr } = await runClientInOwnSession('read-stopped', { env });
  assert.match(
    stderr,
    /^store_unavailable: The keychain did not answer within (5|15) s\. hanging$/,
  );
  assert.equal(code, canLeaveHang(process.platform) ? 8 : 128 + 9);
});

test('what was written by a helper is read in the own process, which starts none', async () => {
  const [service, account] = ['bitbranch:https://own.example.com', 'own'];
  const helped = createKeychain({ ...own, callsItself: false, helperCommand });
  await helped.set(service, account, 'séc\nret');
  helped.dispose();
  const keychain = createKeychain({ ...own, helperCommand: ['/nowhere/helper'] });
  assert.equal(await keychain.get(service, account), 'séc\nret');
  assert.equal(await keychain.delete(service, account), true);
  assert.equal(await keychain.get(service, account), null);
  keychain.dispose();
  assert.equal(keychain.isHanging, false);
});

test('a session without a service is an error', async () => {
  const { code, stderr } = await runClientInOwnSession('read-ended');
  assert.equal(stderr, 'store_unavailable: No keychain service runs in this session.');
  assert.equal(code, 8);
});

test('a locked keychain refuses what is written', async () => {
  const { code, stderr } = await runClientInOwnSession('write', { sessionFlags: ['--locked'] });
  assert.equal(stderr, 'store_locked: The keychain is locked.');
  assert.equal(code, 8);
});

test('a locked keychain has nothing to read', async () => {
  const { code, stdout } = await runClientInOwnSession('read', { sessionFlags: ['--locked'] });
  assert.deepEqual([code, stdout], [0, 'null']);
});

test('a bus that is not there is an error', async () => {
  const env = { ...session, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere/bus' };
  const { code, stderr } = await runClient('read', env);
  assert.equal(
    stderr,
    'store_unavailable: There is no D-Bus session, so no keychain can be reached.',
  );
  assert.equal(code, 8);
});

test('a helper that was only prepared does not keep its process', async () => {
  assert.deepEqual(await runClient('prepare', session), {
    code: 0,
    signal: null,
    stdout: '',
    stderr: '',
  });
});

test('the helper survives Ctrl-C and ends with its parent', async (context) => {
  const { nodeFlag, started, ended } = await lifeLine(context);
  const [program = '', ...args] = helperCommand;
  const helper = spawn(program, [nodeFlag, ...args], {
    env: session,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  context.after(() => helper.kill('SIGKILL'));
  await started;
  const ask = () => helper.stdin.write('{"action":"get","service":"bitbranch:x","account":"x"}\n');
  ask();
  await once(helper.stdout, 'data');
  helper.kill('SIGINT');
  ask();
  await once(helper.stdout, 'data');
  helper.stdin.end();
  await ended;
});

test('the helper ends with its stdin even in a call that hangs', async (context) => {
  const stopped = [
    'sh',
    '-c',
    'kill -STOP "$SECRET_SERVICE_PID"; exec "$@"',
    'sh',
    ...helperCommand,
  ];
  const helper = spawn(withKeychain, stopped, { stdio: ['pipe', 'pipe', 'ignore'] });
  context.after(() => helper.kill());
  helper.stdin.write('{"action":"get","service":"bitbranch:x","account":"x"}\n');
  const [message] = await once(helper.stdout, 'data');
  assert.equal(String(message), '{"type":"calling"}\n');
  helper.stdin.end();
  assert.deepEqual(await once(helper, 'exit'), [128 + 9, null]);
});

test('the helper ends when its parent is killed', async (context) => {
  const { nodeFlag, ended } = await lifeLine(context);
  const [program = '', ...args] = helperCommand;
  const env = { ...session, HELPER_COMMAND: JSON.stringify([program, nodeFlag, ...args]) };
  assert.equal((await runClientInOwnSession('die', { env })).code, 128 + 9);
  await ended;
});

/** The helper with a keytar package of the test's making. */
async function helperWith(
  context: TestContext,
  makeKeytar: (packageDirectory: string) => Promise<void>,
) {
  const directory = await mkdtemp(join(tmpdir(), 'bitbranch-helper-'));
  context.after(() => rm(directory, { recursive: true }));
  const sources = dirname(helperCommand.at(-1) ?? '');
  for (const name of ['keychain-helper.ts', 'keytar.ts']) {
    await cp(join(sources, name), join(directory, name));
  }
  await writeFile(join(directory, 'package.json'), '{"type":"module"}');
  await makeKeytar(join(directory, 'node_modules', 'keytar'));
  return keychainIn(context, session, [...nodeCommand, join(directory, 'keychain-helper.ts')]);
}

test('without the package keytar the error says so', async (context) => {
  const keychain = await helperWith(context, async () => {});
  await assert.rejects(keychain.get('s', 'a'), {
    code: 'store_unavailable',
    message: /keytar.* is missing/,
  });
});

test('without libsecret the error says so', async (context) => {
  const installed = fileURLToPath(new URL('../../node_modules/keytar', import.meta.url));
  const keychain = await helperWith(context, async (packageDirectory) => {
    await cp(installed, packageDirectory, { recursive: true });
    const binaryPath = join(
      packageDirectory,
      'prebuilds',
      `${process.platform}-${process.arch}`,
      'keytar.node',
    );
    const binary = await readFile(binaryPath, 'latin1');
    await writeFile(
      binaryPath,
      binary.replaceAll('libsecret-1.so.0', 'libsecret-1.so.9'),
      'latin1',
    );
  });
  await assert.rejects(keychain.get('s', 'a'), {
    code: 'store_unavailable',
    message: /libsecret is not installed/,
  });
});
