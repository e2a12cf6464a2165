import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { emptySettings, type Settings } from '../../src/credentials/settings.ts';
import { BitbranchError } from '../../src/errors.ts';
import { createSettingsFile } from '../../src/system/settings-file.ts';
import { nodeCommand, runProcess } from '../helpers/keychain.ts';

const account = {
  displayName: 'Alice',
  protocol: 'oauth1',
  store: 'keychain',
  signedInAt: '2026-01-02T03:04:05.000Z',
  expiresAt: null,
} as const;
const settings: Settings = {
  version: 1,
  hosts: {
    'https://bitbucket.org': {
      kind: 'cloud',
      consumerKey: 'key',
      callbackPort: 27_990,
      accounts: { alice: account },
      lastAccount: 'alice',
    },
    'https://git.example.com/x': { kind: 'datacenter', accounts: {} },
  },
};

async function settingsIn(context: TestContext) {
  const parent = await mkdtemp(join(tmpdir(), 'bitbranch-settings-'));
  context.after(() => rm(parent, { recursive: true }));
  const directory = join(parent, 'config');
  const file = createSettingsFile({
    env: { BITBRANCH_CONFIG_DIR: directory },
    platform: process.platform,
    homedir: '/nowhere',
  });
  return { directory, file };
}

/** Without the difference between an object and one that has no prototype. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

test('without a file the settings are empty, and reading makes none', async (context) => {
  const { directory, file } = await settingsIn(context);
  assert.deepEqual(await file.read(), emptySettings);
  assert.ok(!existsSync(directory));
  assert.equal(file.path, join(directory, 'settings.json'));
});

test('what was stored is read again, for the owner only, and nothing else is left', async (context) => {
  const { directory, file } = await settingsIn(context);
  await file.update((old) => {
    assert.deepEqual(old, emptySettings);
    return settings;
  });
  assert.deepEqual(plain(await file.read()), settings);
  await file.update((old) => ({ ...old, hosts: {} }));
  assert.deepEqual(plain(await file.read()), emptySettings);
  assert.equal((await stat(file.path)).mode & 0o777, 0o600);
  assert.equal((await stat(directory)).mode & 0o777, 0o700);
  assert.deepEqual(await readdir(directory), ['settings.json']);
});

test('a change that throws changes nothing and frees the lock', async (context) => {
  const { file } = await settingsIn(context);
  await file.update(() => settings);
  const failure = new BitbranchError('usage', 'No.');
  await assert.rejects(
    file.update(() => {
      throw failure;
    }),
    failure,
  );
  await file.update((old) => old);
  assert.deepEqual(plain(await file.read()), settings);
});

test('names that objects have by nature are accounts like others', async (context) => {
  const { file } = await settingsIn(context);
  const names = ['__proto__', 'constructor', 'hasOwnProperty'];
  const host = (accounts: object) =>
    ({ 'https://h': { kind: 'cloud', accounts } }) as Settings['hosts'];
  await file.update((old) => ({ ...old, hosts: host({}) }));
  assert.equal((await file.read()).hosts['https://h']?.accounts['constructor'], undefined);
  for (const name of names) {
    await file.update((old) => ({
      ...old,
      hosts: host({ ...old.hosts['https://h']?.accounts, [name]: account }),
    }));
  }
  const stored = (await file.read()).hosts['https://h']?.accounts ?? {};
  assert.deepEqual(Object.keys(stored), names);
  for (const name of names) assert.deepEqual(plain(stored[name]), account);
});

test('what a later version added without changing the rest is kept', async (context) => {
  const { directory, file } = await settingsIn(context);
  const later = {
    version: 1,
    colour: 'red',
    hosts: { 'https://h': { kind: 'cloud', accounts: { a: { ...account, note: 1 } }, team: 'x' } },
  };
  await mkdir(directory);
  await writeFile(file.path, JSON.stringify(later));
  await file.update((old) => old);
  assert.deepEqual(JSON.parse(await readFile(file.path, 'utf8')), later);
});

const withHost = (host: object) => JSON.stringify({ version: 1, hosts: { 'https://h': host } });
const badFiles: Record<string, [text: string, message: RegExp]> = {
  'is empty': ['', /it is not JSON/],
  'is cut off': ['{"version":1,"hosts":{', /it is not JSON/],
  'is a list': ['[]', /"version" is wrong/],
  'has no version': ['{"hosts":{}}', /"version" is wrong/],
  'has a version of its own': ['{"version":"1","hosts":{}}', /"version" is wrong/],
  'has no hosts': ['{"version":1}', /"hosts" is wrong/],
  'has a list of hosts': ['{"version":1,"hosts":[]}', /"hosts" is wrong/],
  'has a host of no kind': [withHost({ accounts: {} }), /"hosts.*\.kind" is wrong/],
  'has an account in an unknown store': [
    withHost({ kind: 'cloud', accounts: { a: { ...account, store: 'paper' } } }),
    /"hosts.*\.accounts.*\.store" is wrong.*paper/,
  ],
  'was written by a newer version': ['{"version":2,"places":[]}', /newer version/],
};
for (const [what, [text, message]] of Object.entries(badFiles)) {
  test(`a file that ${what} is named, explained and left alone`, async (context) => {
    const { directory, file } = await settingsIn(context);
    await mkdir(directory);
    await writeFile(file.path, text);
    for (const use of [file.read(), file.update(() => settings)]) {
      await assert.rejects(use, (error: unknown) => {
        assert.ok(error instanceof BitbranchError);
        assert.equal(error.code, 'usage');
        assert.match(error.message, message);
        assert.ok(error.message.includes(file.path));
        return true;
      });
    }
    assert.equal(await readFile(file.path, 'utf8'), text);
    assert.deepEqual(await readdir(directory), ['settings.json']);
  });
}

test('a file that can not be read is an error', async (context) => {
  const { file } = await settingsIn(context);
  await mkdir(file.path, { recursive: true });
  await assert.rejects(file.read(), {
    code: 'usage',
    message: `The settings file ${file.path} can't be read: illegal operation on a directory.`,
  });
});

test('a directory that can not be made is an error', async (context) => {
  const { directory, file } = await settingsIn(context);
  await writeFile(directory, 'a file is in the way');
  await assert.rejects(
    file.update(() => settings),
    {
      code: 'usage',
      message: /^The settings file .*settings\.json can't be written: file already exists\.$/,
    },
  );
});

test('a directory that can not be written is an error at once', async () => {
  const file = createSettingsFile({
    env: { BITBRANCH_CONFIG_DIR: '/proc/self' },
    platform: 'linux',
    homedir: '/nowhere',
  });
  await assert.rejects(
    file.update(() => settings),
    {
      code: 'usage',
      message: /^The settings file \/proc\/self\/settings\.json can't be written: /,
    },
  );
});

test('a link to the file stays a link', async (context) => {
  const { directory, file } = await settingsIn(context);
  await mkdir(directory);
  const target = join(directory, 'elsewhere.json');
  await writeFile(target, JSON.stringify(emptySettings));
  await chmod(target, 0o644);
  await symlink(target, file.path);
  await file.update(() => settings);
  assert.deepEqual(JSON.parse(await readFile(target, 'utf8')), settings);
  assert.equal((await stat(target)).mode & 0o777, 0o600);
});

test('processes that write at once lose nothing', async (context) => {
  const { directory, file } = await settingsIn(context);
  const client = fileURLToPath(new URL('settings-client.ts', import.meta.url));
  const names = Array.from({ length: 40 }, (_, index) => `account ${index}`);
  await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const own = names.slice(2 * index, 2 * index + 2);
      const { code, stderr } = await runProcess([...nodeCommand, client, directory, ...own]);
      assert.deepEqual([code, stderr], [0, '']);
    }),
  );
  const { accounts = {} } = (await file.read()).hosts['https://bitbucket.org'] ?? {};
  assert.deepEqual(Object.keys(accounts).sort(), names.sort());
  assert.deepEqual(await readdir(directory), ['settings.json']);
});

test('a probe writes, changes nothing and leaves nothing behind', async (context) => {
  const { directory, file } = await settingsIn(context);
  await file.probe();
  assert.deepEqual(await readdir(directory), []);
  await file.update(() => settings);
  await file.probe();
  assert.deepEqual(plain(await file.read()), settings);
  assert.deepEqual(await readdir(directory), ['settings.json']);
});

test('an interruption ends the wait of a probe for who writes', async (context) => {
  const { directory, file } = await settingsIn(context);
  await mkdir(join(directory, 'settings.json.lock'), { recursive: true });
  const reason = new BitbranchError('interrupted', 'Stopped by Ctrl-C.');
  await assert.rejects(file.probe(AbortSignal.abort(reason)), reason);
});

test('a probe tells what a change would have run into', async (context) => {
  const { directory, file } = await settingsIn(context);
  await writeFile(directory, '');
  await assert.rejects(file.probe(), { code: 'usage', message: /settings\.json can't be/ });
});
