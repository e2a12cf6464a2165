import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { createHome } from '../helpers/spawn-cli.ts';
import { keychainCredentials, storedState } from '../helpers/stored-state.ts';

const token = 'ATATT3x-token';
const passphrase = { BITBRANCH_PASSPHRASE: 'correct horse' };
const noKeychain = { DBUS_SESSION_BUS_ADDRESS: undefined, XDG_RUNTIME_DIR: undefined };

async function tokenHost(t: TestContext) {
  const home = await createHome(t);
  const sandbox = await startSandbox({
    generated: [{ fullName: 'acme/site', branches: 3 }],
    tokens: [{ token, kind: 'user' }],
  });
  t.after(() => sandbox.close());
  const host = ['--host', sandbox.url, '--kind', 'cloud'];
  return {
    home,
    hostUrl: sandbox.url,
    file: join(home.env['BITBRANCH_CONFIG_DIR'] ?? '', 'credentials.encrypted'),
    login: (args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}) =>
      home.run(['login', ...host, '--protocol', 'token', ...args], { env, stdin: `${token}\n` }),
    api: (env: Readonly<Record<string, string | undefined>> = {}) =>
      home.run(['api', '/2.0/user'], { env }),
    accounts: async () => (await storedState(home, sandbox.url)).settings?.accounts ?? {},
  };
}

test('--store file keeps the secret in one encrypted file, which only its owner can open', async (t) => {
  const { home, hostUrl, file, login, api, accounts } = await tokenHost(t);
  const env = { ...passphrase, ...noKeychain };
  const signedIn = await login(['--store', 'file'], env);
  assert.equal(signedIn.exitCode, 0, signedIn.stderr);
  assert.ok(signedIn.stderr.includes(`The credential is in the encrypted file ${file} and `));
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const entries = await readdir(home.directory, { recursive: true, withFileTypes: true });
  for (const { parentPath, name } of entries.filter((entry) => entry.isFile())) {
    const text = await readFile(join(parentPath, name), 'utf8');
    assert.ok(!text.includes(token) && !text.includes(passphrase.BITBRANCH_PASSPHRASE), name);
  }
  assert.deepEqual(await keychainCredentials(hostUrl), []);
  assert.equal((await accounts())['maria']?.store, 'file');

  await t.test(
    'later commands find it there by themselves, and the keychain need not be',
    async () => {
      const { exitCode, stdout, stderr } = await api(env);
      assert.equal(exitCode, 0, stderr);
      assert.match(stdout, /"maria"/);
      const status = await home.run(['status'], { env });
      assert.ok(status.stdout.includes(`  secret in  the encrypted file ${file}\n`), status.stdout);
    },
  );

  await t.test('a wrong passphrase and none are exit code 8', async () => {
    const content = await readFile(file);
    const wrong = await api({ BITBRANCH_PASSPHRASE: 'wrong' });
    assert.deepEqual([wrong.exitCode, wrong.stdout], [8, ''], wrong.stderr);
    assert.match(
      wrong.stderr,
      /^bitbranch: The passphrase does not open .*\n.*BITBRANCH_PASSPHRASE/,
    );
    const none = await api();
    assert.deepEqual([none.exitCode, none.stdout], [8, ''], none.stderr);
    assert.match(
      none.stderr,
      /^bitbranch: The passphrase for .* is needed\.\nSet BITBRANCH_PASSPHRASE/,
    );
    const again = await login(['--store', 'file'], { BITBRANCH_PASSPHRASE: 'wrong' });
    assert.equal(again.exitCode, 8, again.stderr);
    assert.deepEqual(await readFile(file), content);
  });

  await t.test('a file that others can read is refused', async () => {
    await chmod(file, 0o644);
    const { exitCode, stderr } = await api(env);
    assert.equal(exitCode, 8, stderr);
    assert.match(stderr, /^bitbranch: .*credentials\.encrypted.*\n.*chmod 600/);
    await chmod(file, 0o600);
  });

  await t.test('logout takes it out of the file', async () => {
    const { exitCode, stderr } = await home.run(['logout'], { env });
    assert.equal(exitCode, 0, stderr);
    assert.ok(stderr.includes(`removed from the encrypted file ${file}.`));
    assert.equal((await api(env)).exitCode, 4);
  });
});

test('a keychain that is down is never replaced by the file, nor the file by the keychain', async (t) => {
  const { hostUrl, file, login, api, accounts } = await tokenHost(t);
  const down = await login([], { ...noKeychain, ...passphrase });
  assert.equal(down.exitCode, 8, down.stderr);
  assert.match(
    down.stderr,
    /^bitbranch: There is no D-Bus session, so no keychain can be reached\.\n/,
  );
  assert.equal(existsSync(file), false);
  assert.deepEqual(await accounts(), {});

  assert.equal((await login([])).exitCode, 0);
  const later = await api({ ...noKeychain, ...passphrase });
  assert.deepEqual([later.exitCode, later.stdout], [8, ''], later.stderr);
  assert.equal(existsSync(file), false);

  const locked = await login(['--store', 'file']);
  assert.equal(locked.exitCode, 8, locked.stderr);
  assert.match(locked.stderr, /is needed\.\nSet BITBRANCH_PASSPHRASE/);
  assert.equal(existsSync(file), false);
  assert.equal((await keychainCredentials(hostUrl)).length, 1);
  assert.equal((await accounts())['maria']?.store, 'keychain');
  assert.equal((await api()).exitCode, 0, 'the sign-in to the keychain is as it was');
});

test('signing in to another store removes the old copy', async (t) => {
  const { home, hostUrl, file, login, api, accounts } = await tokenHost(t);
  assert.equal((await login([])).exitCode, 0);
  assert.equal((await keychainCredentials(hostUrl)).length, 1);

  const moved = await login(['--store', 'file'], passphrase);
  assert.equal(moved.exitCode, 0, moved.stderr);
  assert.deepEqual(await keychainCredentials(hostUrl), []);
  assert.equal((await accounts())['maria']?.store, 'file');
  assert.equal((await api(passphrase)).exitCode, 0);

  const back = await login([], passphrase);
  assert.equal(back.exitCode, 0, back.stderr);
  assert.equal((await keychainCredentials(hostUrl)).length, 1);
  assert.equal((await accounts())['maria']?.store, 'keychain');
  const left = await home.run(['logout', '--store', 'file'], { env: passphrase });
  assert.equal(left.exitCode, 0, left.stderr);
  assert.equal(
    left.stderr,
    `Nothing to forget: the encrypted file ${file} shows no credential of maria at ${new URL(hostUrl).host}.\n`,
  );
  assert.equal((await api()).exitCode, 0, 'who is signed in stays so');
});

test('who leaves a keychain that is down can sign in to the file, and remove later what stayed behind', async (t) => {
  const { home, hostUrl, login, api, accounts } = await tokenHost(t);
  assert.equal((await login([])).exitCode, 0);
  const env = { ...noKeychain, ...passphrase };
  const moved = await login(['--store', 'file'], env);
  assert.equal(moved.exitCode, 0, moved.stderr);
  assert.match(moved.stderr, /^Signed in to /m);
  assert.equal((await accounts())['maria']?.store, 'file');
  assert.equal((await api(env)).exitCode, 0);
  assert.equal((await keychainCredentials(hostUrl)).length, 1);

  const [, command = ''] =
    /^Note: the system keychain .* may still hold the old credential\. .*: bitbranch (.+)$/m.exec(
      moved.stderr,
    ) ?? [];
  const removed = await home.run(command.split(' '), { env: passphrase });
  assert.equal(removed.exitCode, 0, removed.stderr);
  assert.match(removed.stderr, /^Removed the old credential of maria .* stays\.\n$/);
  assert.deepEqual(await keychainCredentials(hostUrl), []);
  assert.equal((await api(env)).exitCode, 0);
});

test('who forgot the passphrase of the file can go back to the keychain', async (t) => {
  const { hostUrl, login, api, accounts } = await tokenHost(t);
  assert.equal((await login(['--store', 'file'], passphrase)).exitCode, 0);
  const back = await login([]);
  assert.equal(back.exitCode, 0, back.stderr);
  assert.match(back.stderr, /^Note: the encrypted file .* may still hold the old credential\. /m);
  assert.equal((await accounts())['maria']?.store, 'keychain');
  assert.equal((await keychainCredentials(hostUrl)).length, 1);
  assert.equal((await api()).exitCode, 0);
});

test('logout empties the store that holds the secret, whatever BITBRANCH_STORE says', async (t) => {
  const { home, hostUrl, login, accounts } = await tokenHost(t);
  assert.equal((await login([])).exitCode, 0);
  const { exitCode, stderr } = await home.run(['logout'], { env: { BITBRANCH_STORE: 'file' } });
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /the credential was removed from the system keychain/);
  assert.deepEqual(await keychainCredentials(hostUrl), []);
  assert.deepEqual(await accounts(), {});
});
