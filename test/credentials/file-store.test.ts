import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { SecretFile } from '../../src/credentials/file-keychain.ts';
import { createFileStore } from '../../src/credentials/file-store.ts';
import type { AskPassphrase } from '../../src/credentials/passphrase.ts';
import { systemRandom } from '../../src/system/clock-and-random.ts';
import { createSecretFile } from '../../src/system/secret-file.ts';
import { bundledProgram } from '../helpers/bundled-program.ts';
import { runProcess } from '../helpers/keychain.ts';
import { testCredentialStore } from './store-contract.ts';

const client = await bundledProgram(new URL('file-store-client.ts', import.meta.url));
const directory = await mkdtemp(join(tmpdir(), 'bitbranch-file-store-'));
after(() => rm(directory, { recursive: true }));

const host = 'https://bitbucket.org';
const consumerAt = (name: string) => ({ type: 'consumer', host, name }) as const;
const consumer = { key: 'key', secret: 'the very secret' };

function openStore(
  file: SecretFile,
  askPassphrase: AskPassphrase = async () => 'correct horse',
  cost = 2 ** 10,
) {
  return createFileStore({ file, askPassphrase, random: systemRandom.bytes, cost });
}

const newFile = () => createSecretFile(join(directory, randomUUID()), 'linux');
const neverAsked: AskPassphrase = () => assert.fail('asked for a passphrase');

testCredentialStore('file', () => openStore(newFile()));

test('says where it is', () => {
  const file = newFile();
  const { name, description } = openStore(file);
  assert.deepEqual([name, description], ['file', `the encrypted file ${file.path}`]);
});

test('at the recommended cost, a process asks once and others open the file by the passphrase alone', async () => {
  const file = newFile();
  const questions: unknown[] = [];
  const ask: AskPassphrase = async ({ path, isNew }) => {
    questions.push({ path, isNew });
    return 'correct horse';
  };
  const options = { file, askPassphrase: ask, random: systemRandom.bytes };
  const store = createFileStore(options);
  await store.write(consumerAt('a'), consumer);
  await store.write(consumerAt('b'), consumer);
  assert.deepEqual(await store.read(consumerAt('a')), consumer);
  assert.deepEqual(questions, [{ path: file.path, isNew: true }]);

  assert.deepEqual(await createFileStore(options).read(consumerAt('b')), consumer);
  assert.deepEqual(questions.slice(1), [{ path: file.path, isNew: false }]);
  const content = await readFile(file.path, 'latin1');
  assert.match(content, /"N":131072,/);
  assert.doesNotMatch(content, /secret|bitbucket/);
});

test('whoever is asked can tell a wrong passphrase from the right one', async () => {
  const file = newFile();
  await openStore(file).write(consumerAt('a'), consumer);
  const verdicts: boolean[] = [];
  const store = openStore(file, async ({ opens }) => {
    verdicts.push(await opens('wrong'), await opens('correct horse'));
    return 'correct horse';
  });
  assert.deepEqual(await store.read(consumerAt('a')), consumer);
  assert.deepEqual(verdicts, [false, true]);
});

test('each write has a nonce of its own', async () => {
  const file = newFile();
  const store = openStore(file);
  const headers = new Set<string | undefined>();
  for (const secret of ['a', 'b', 'b']) {
    await store.write(consumerAt('a'), { key: 'a', secret });
    headers.add((await readFile(file.path, 'latin1')).split('\n')[0]);
  }
  assert.equal(headers.size, 3);
});

test('nothing is asked, and no file made, where nothing is stored', async () => {
  const file = newFile();
  const store = openStore(file, neverAsked);
  store.prepare();
  await store.open();
  assert.equal(await store.read(consumerAt('a')), null);
  assert.equal(await store.remove(consumerAt('a')), false);
  assert.equal(await file.read(), null);
});

test('to open it is to be asked, once', async () => {
  const file = newFile();
  await openStore(file).write(consumerAt('a'), consumer);
  const questions: string[] = [];
  const store = openStore(file, async ({ path }) => {
    questions.push(path);
    return 'correct horse';
  });
  await store.open();
  assert.equal(questions.length, 1);
  assert.deepEqual(await store.read(consumerAt('a')), consumer);
  assert.equal(questions.length, 1);
});

test('who gives no passphrase stores nothing', async () => {
  const file = newFile();
  const refusal = new Error('no');
  await assert.rejects(
    openStore(file, () => Promise.reject(refusal)).write(consumerAt('a'), consumer),
    refusal,
  );
  assert.equal(await file.read(), null);
});

async function assertUntouched(
  file: SecretFile,
  askPassphrase: AskPassphrase,
  error: { code: string; message: string },
): Promise<void> {
  const before = await readFile(file.path);
  const store = openStore(file, askPassphrase);
  await assert.rejects(store.read(consumerAt('a')), error);
  await assert.rejects(store.write(consumerAt('a'), consumer), error);
  await assert.rejects(store.remove(consumerAt('a')), error);
  assert.deepEqual(await readFile(file.path), before);
}

test('a wrong passphrase opens nothing and changes nothing', async () => {
  const file = newFile();
  await openStore(file).write(consumerAt('a'), consumer);
  await assertUntouched(file, async () => 'wrong', {
    code: 'store_locked',
    message: `The passphrase does not open ${file.path}.`,
  });
  assert.deepEqual(await openStore(file).read(consumerAt('a')), consumer);
});

test('a damaged file is named and left alone', async () => {
  const file = newFile();
  await openStore(file).write(consumerAt('a'), consumer);
  const whole = await readFile(file.path);
  for (const content of ['', 'text', whole.subarray(0, -1), whole.subarray(0, 20)]) {
    await writeFile(file.path, content);
    await assertUntouched(file, neverAsked, {
      code: 'store_unavailable',
      message: `The credential file ${file.path} is damaged.`,
    });
  }
});

test('a file of a newer version is named and left alone', async () => {
  const file = newFile();
  const header = { format: 'bitbranch credentials', version: 2, kdf: 'of the future' };
  await writeFile(file.path, `${JSON.stringify(header)}\nwhatever`, { mode: 0o600 });
  await assertUntouched(file, neverAsked, {
    code: 'store_unavailable',
    message: `A newer version of bitbranch wrote ${file.path}.`,
  });
});

test('of two who make the file at once with passphrases of their own, the second is refused', async () => {
  const file = newFile();
  const late = openStore(file, async () => {
    await openStore(file).write(consumerAt('a'), consumer);
    return 'another';
  });
  await assert.rejects(late.write(consumerAt('b'), consumer), { code: 'store_locked' });
  const first = openStore(file);
  assert.deepEqual(await first.read(consumerAt('a')), consumer);
  assert.equal(await first.read(consumerAt('b')), null);
});

test('a second process may make the file while the first asks for the same passphrase', async () => {
  const file = newFile();
  const late = openStore(file, async () => {
    await openStore(file).write(consumerAt('a'), consumer);
    return 'correct horse';
  });
  await late.write(consumerAt('b'), consumer);
  for (const name of ['a', 'b']) assert.deepEqual(await late.read(consumerAt(name)), consumer);
});

test('of 20 processes that write at once none loses a record', async () => {
  const shared = join(directory, 'parallel');
  const file = createSecretFile(join(shared, 'credentials'), 'linux');
  const names = Array.from({ length: 20 }, (_, index) => `writer ${index}`);
  const endings = await Promise.all(
    names.map((name) => runProcess([...client, file.path, host, name])),
  );
  for (const { code, stderr } of endings) assert.equal(code, 0, stderr);
  const store = openStore(file);
  for (const name of names) {
    const record = { key: name, secret: `secret of ${name}` };
    assert.deepEqual(await store.read(consumerAt(name)), record);
  }
  assert.deepEqual(await readdir(shared), ['credentials']);
});
