import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
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
import { setTimeout as sleep } from 'node:timers/promises';
import { BitbranchError } from '../../src/errors.ts';
import { acquireLock } from '../../src/system/locks.ts';
import { createSecretFile } from '../../src/system/secret-file.ts';
import { bundledProgram } from '../helpers/bundled-program.ts';
import { runProcess } from '../helpers/keychain.ts';

const client = await bundledProgram(new URL('secret-file-client.ts', import.meta.url));
const old = Buffer.from('old');

async function place(context: TestContext): Promise<{ directory: string; path: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'bitbranch-secret-'));
  context.after(() => rm(directory, { recursive: true }));
  return { directory, path: join(directory, 'credentials') };
}

test('is made where it is missing, for its owner only, and nothing else is left', async (context) => {
  const { directory } = await place(context);
  const home = join(directory, 'config', 'bitbranch');
  const file = createSecretFile(join(home, 'credentials'), 'linux');
  assert.equal(await file.read(), null);
  const written = await file.update(async (content) => {
    assert.equal(content, null);
    return old;
  });
  assert.equal(written, true);
  assert.deepEqual(await file.read(), old);
  assert.equal((await stat(file.path)).mode & 0o777, 0o600);
  assert.equal((await stat(home)).mode & 0o777, 0o700);
  assert.deepEqual(await readdir(home), ['credentials']);
});

test('a change to null and a change that fails leave it as it is', async (context) => {
  const file = createSecretFile((await place(context)).path, 'linux');
  await file.update(async () => old);
  const failure = new BitbranchError('store_locked', 'No.');
  await assert.rejects(
    file.update(() => Promise.reject(failure)),
    failure,
  );
  assert.equal(await file.update(async () => null), false);
  assert.deepEqual(await file.read(), old);
});

const unsafe: Record<string, { make: (path: string) => Promise<unknown>; reason: RegExp }> = {
  'the group can read': {
    make: (path) => writeFile(path, old).then(() => chmod(path, 0o640)),
    reason: /other users can open it \(mode 640\)/,
  },
  'all can read': {
    make: (path) => writeFile(path, old).then(() => chmod(path, 0o604)),
    reason: /other users can open it \(mode 604\)/,
  },
  'is a link': {
    make: async (path) => {
      await writeFile(`${path}.target`, old, { mode: 0o600 });
      await symlink(`${path}.target`, path);
    },
    reason: /it is a symbolic link/,
  },
  'is a link to nothing': {
    make: (path) => symlink(`${path}.nowhere`, path),
    reason: /it is a symbolic link/,
  },
  'is a directory': { make: (path) => mkdir(path), reason: /no ordinary file/ },
  'is a pipe': {
    make: async (path) => execFileSync('mkfifo', ['-m', '600', path]),
    reason: /no ordinary file/,
  },
  'lies in a directory that others can change': {
    make: async (path) => {
      await writeFile(path, old, { mode: 0o600 });
      await chmod(join(path, '..'), 0o770);
    },
    reason: /other users can change its directory/,
  },
};
for (const [what, { make, reason }] of Object.entries(unsafe)) {
  test(`a file that ${what} is neither read nor replaced`, async (context) => {
    const { path } = await place(context);
    await make(path);
    const file = createSecretFile(path, 'linux');
    const refusal = { code: 'store_unavailable', message: reason };
    await assert.rejects(file.read(), refusal);
    await assert.rejects(
      file.update(async () => assert.fail('was to be changed')),
      refusal,
    );
  });
}

test('a file that another user owns is not read', async (context) => {
  const { path } = await place(context);
  const isRoot = process.geteuid?.() === 0; // who can give a file away; everybody else finds those of root
  if (isRoot) {
    await writeFile(path, old, { mode: 0o600 });
    await chown(path, 12_345, 12_345);
  }
  await assert.rejects(createSecretFile(isRoot ? path : '/etc/passwd', 'linux').read(), {
    code: 'store_unavailable',
    message: /it belongs to another user/,
  });
});

test('a place where no file can be is explained', async (context) => {
  const { path } = await place(context);
  await writeFile(path, '');
  const file = createSecretFile(join(path, 'credentials'), 'linux');
  const failure = {
    code: 'store_unavailable',
    message: /can't be used: (not a directory|file already exists)\.$/,
  };
  await assert.rejects(file.read(), failure);
  await assert.rejects(
    file.update(async () => old),
    failure,
  );
});

test('waits for another process that writes, until it is interrupted', async (context) => {
  const { path } = await place(context);
  const interrupt = new AbortController();
  const reason = new Error('interrupted');
  const release = await acquireLock(path);
  const waiting = createSecretFile(path, 'linux', interrupt.signal).update(async () => old);
  setImmediate(() => interrupt.abort(reason));
  await assert.rejects(waiting, reason);
  await release();
});

test('on a full disk the old content stays', async (context) => {
  const { directory, path } = await place(context);
  await createSecretFile(path, 'linux').update(async () => old);
  // A limit on the length of files makes writes as short as a full disk does.
  const limited = 'ulimit -f 8; exec "$@"';
  const ending = await runProcess(['bash', '-c', limited, 'bash', ...client, path, '100000']);
  assert.notEqual(ending.code, 0);
  assert.match(ending.stderr, /can't be used: file too large/);
  assert.deepEqual(await readFile(path), old);
  assert.deepEqual(await readdir(directory), ['credentials']);
});

test('a process killed at any moment leaves old or new content, whole', async (context) => {
  const { directory, path } = await place(context);
  const length = 300_000;
  const file = createSecretFile(path, 'linux');
  await file.update(async () => Buffer.from('b'.repeat(length)));
  const [program = '', ...args] = client;
  for (let round = 0; round < 25; round += 1) {
    const child = spawn(program, [...args, path, String(length), 'Infinity']);
    context.after(() => child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    await sleep(Math.random() * 10); // the moment
    child.kill('SIGKILL');
    await once(child, 'exit');
    const content = (await file.read())?.toString() ?? '';
    assert.equal(content.length, length);
    assert.match(content, /^(a+|b+)$/);
    await rm(`${path}.lock`, { recursive: true, force: true }); // not to wait for its owner's death each time
  }
  await file.update(async () => old);
  assert.deepEqual(await readdir(directory), ['credentials'], 'what they left is gone');
});
