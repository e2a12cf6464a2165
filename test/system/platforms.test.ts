import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createKeychainStore } from '../../src/credentials/keychain-store.ts';
import { createBrowser } from '../../src/system/browser.ts';
import { systemRandom } from '../../src/system/clock-and-random.ts';
import { createKeychain } from '../../src/system/keychain-process.ts';
import { createSystem } from '../../src/system/programs.ts';
import { createSecretFile } from '../../src/system/secret-file.ts';
import { fakeHelper, memoryKeychain } from '../helpers/keychain.ts';
import { credentialFor } from '../helpers/signed-in.ts';

const sources = join(import.meta.dirname, '../../src');

/** The program learns in one place what it runs on; keytar's binary is found by it. */
const asking = ['system/keytar.ts', 'system/outset.ts'];

test('everything else is told the platform', async () => {
  const files = await readdir(sources, { recursive: true });
  const found: string[] = [];
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    const text = await readFile(join(sources, file), 'utf8');
    if (/process\.platform|\bplatform\s*\}\s*=\s*process\b|from 'node:os'.*platform/.test(text)) {
      found.push(file);
    }
  }
  assert.deepEqual(found.sort(), asking);
});

const commands: readonly (readonly [NodeJS.Platform, command: string | undefined, string])[] = [
  ['darwin', undefined, 'open'],
  ['win32', undefined, 'powershell'],
  ['linux', undefined, 'xdg-open'],
  ['darwin', "'/Applications/My Browser' -g", '/Applications/My Browser'],
  ['darwin', '/Applications/My\\ Browser -g', '/Applications/My Browser'],
  [
    'win32',
    '"C:\\Program Files\\Firefox\\firefox.exe" -P x',
    'C:\\Program Files\\Firefox\\firefox.exe',
  ],
  ['win32', 'C:\\Windows\\browser.exe', 'C:\\Windows\\browser.exe'],
];

for (const [platform, command, program] of commands) {
  test(`on ${platform}, ${command ?? 'the desktop'} is opened by ${program}`, async () => {
    assert.equal(await createBrowser({}, platform).program(command), program);
  });
}

test('on Windows a program is found by the extensions and the Path that are set', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'bitbranch-platforms-'));
  t.after(() => rm(directory, { recursive: true }));
  const path = join(directory, 'tool.EXE');
  await writeFile(path, '', { mode: 0o755 });
  const env = { Path: `/nowhere;${directory}`, PATHEXT: '.COM;.EXE' };
  assert.equal(await createSystem(env, 'win32').findProgram('tool'), path);
  assert.equal(await createSystem(env, 'linux').findProgram('tool'), null);
  assert.equal(await createSystem({ Path: directory }, 'win32').findProgram('tool'), path);
});

test('modes count for the encrypted file where there are any', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'bitbranch-platforms-'));
  t.after(() => rm(directory, { recursive: true }));
  const path = join(directory, 'credentials');
  await writeFile(path, 'secret');
  await chmod(path, 0o666);
  for (const platform of ['linux', 'darwin'] as const) {
    await assert.rejects(createSecretFile(path, platform).read(), { code: 'store_unavailable' });
    assert.equal(await createSystem({}, platform).permissions(path), 0o666);
  }
  assert.equal(
    Buffer.from((await createSecretFile(path, 'win32').read()) ?? '').toString(),
    'secret',
  );
  assert.equal(await createSystem({}, 'win32').permissions(path), null);
  await mkdir(join(directory, 'folder'));
  await assert.rejects(createSecretFile(join(directory, 'folder'), 'win32').read());
});

const keychains: readonly (readonly [NodeJS.Platform, name: string])[] = [
  ['linux', 'the system keychain (Secret Service)'],
  ['freebsd', 'the system keychain (Secret Service)'],
  ['darwin', 'the system keychain (macOS Keychain)'],
  ['win32', 'the system keychain (Windows Credential Manager)'],
];

for (const [platform, name] of keychains) {
  test(`on ${platform}, ${name} keeps what is longer than an item of Windows`, async () => {
    const keychain = memoryKeychain(platform === 'win32' ? 2_560 : undefined);
    const store = createKeychainStore({ keychain, platform, random: systemRandom });
    assert.equal(store.description, name);
    const credential = { ...credentialFor('https://git.example.com'), token: 'x'.repeat(9_000) };
    const reference = { type: 'credential', host: credential.host, name: 'maria' } as const;
    await store.write(reference, credential);
    assert.deepEqual(await store.read(reference), credential);
    assert.equal(keychain.items.size > 1, platform === 'win32');
    await store.remove(reference);
    assert.equal(keychain.items.size, 0);
  });
}

const answering = `process.stdin.once('data', () => process.stdout.write('{"type":"result","result":null}\\n'));`;

for (const platform of ['darwin', 'win32'] as const) {
  test(`on ${platform} the keychain needs no D-Bus session`, async (t) => {
    const keychain = createKeychain({
      env: {},
      platform,
      interactive: false,
      onWaiting: () => {},
      helperCommand: fakeHelper(answering),
    });
    t.after(() => keychain.dispose());
    assert.equal(await keychain.get('bitbranch:x', 'y'), null);
  });
}

test('on Linux it does', async () => {
  const env = { XDG_RUNTIME_DIR: '/nonexistent' };
  const keychain = createKeychain({
    env,
    platform: 'linux',
    interactive: false,
    onWaiting: () => {},
    helperCommand: fakeHelper(answering),
  });
  await assert.rejects(keychain.get('bitbranch:x', 'y'), { code: 'store_unavailable' });
});
