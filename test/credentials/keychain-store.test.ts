import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createKeychainStore } from '../../src/credentials/keychain-store.ts';
import { systemRandom } from '../../src/system/clock-and-random.ts';
import { createKeychain } from '../../src/system/keychain-process.ts';
import {
  helperCommand,
  memoryKeychain,
  realKeychainSession,
  runProcess,
} from '../helpers/keychain.ts';
import { credentialFor, testCredentialStore } from './store-contract.ts';

const host = 'https://git.example.com/bitbucket';
const reference = { type: 'credential', host, name: 'alice/b' } as const;
const credential = credentialFor(host, 'alice/b');
const service = `bitbranch:${host}`;

const windowsLimitBytes = 2_560;
testCredentialStore('memory', () =>
  createKeychainStore({ keychain: memoryKeychain(), platform: 'linux', random: systemRandom }),
);
testCredentialStore('memory with the limits of Windows', () =>
  createKeychainStore({
    keychain: memoryKeychain(windowsLimitBytes),
    platform: 'win32',
    random: systemRandom,
  }),
);

const env = realKeychainSession();
const keychain = createKeychain({
  env,
  platform: 'linux',
  interactive: false,
  onWaiting: () => {},
  limits: { startMs: 60_000, answerMs: 30_000, noticeMs: 30_000 },
  helperCommand,
});
after(() => keychain.dispose());

testCredentialStore('Secret Service', () =>
  createKeychainStore({ keychain, platform: 'linux', random: systemRandom }),
);
testCredentialStore('Secret Service with the limits of Windows', () =>
  createKeychainStore({ keychain, platform: 'win32', random: systemRandom }),
);

test('other programs find the record under its service and account, and no file holds it', async () => {
  const token = randomUUID();
  const store = createKeychainStore({ keychain, platform: 'linux', random: systemRandom });
  await store.write(reference, { ...credential, token });

  const lookup = ['secret-tool', 'lookup', 'service', service, 'account', 'alice%2Fb'];
  const found = await runProcess(lookup, { env });
  assert.deepEqual(JSON.parse(found.stdout), { version: 1, record: { ...credential, token } });
  const home = env['HOME'] ?? '';
  const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  assert.ok(files.length > 0);
  for (const file of files) assert.ok(!readFileSync(join(file.path, file.name)).includes(token));

  await store.remove(reference);
  assert.equal((await runProcess(lookup, { env })).stdout, '');
});

test('says what it is on each system', () => {
  const describe = (platform: NodeJS.Platform) =>
    createKeychainStore({ keychain: memoryKeychain(), platform, random: systemRandom }).description;
  assert.equal(describe('linux'), 'the system keychain (Secret Service)');
  assert.equal(describe('darwin'), 'the system keychain (macOS Keychain)');
  assert.equal(describe('win32'), 'the system keychain (Windows Credential Manager)');
});

test('a record that the keychain does not give back was not written', async () => {
  const answers: Record<string, (written: string) => string | null> = {
    nothing: () => null,
    'less than was written': (written) => written.slice(0, -1),
  };
  for (const [what, answer] of Object.entries(answers)) {
    const forgetful = memoryKeychain();
    const set = forgetful.set;
    forgetful.set = async (...item) => {
      await set(...item);
      forgetful.get = async () => answer(item[2]);
    };
    const store = createKeychainStore({
      keychain: forgetful,
      platform: 'linux',
      random: systemRandom,
    });
    await assert.rejects(store.write(reference, credential), { code: 'store_unavailable' }, what);
  }
});

const secret = 'do-not-show';
const badTexts: Record<string, { text: string; message: RegExp }> = {
  'is no JSON': { text: `{"token":"${secret}`, message: /damaged/ },
  'is empty JSON': { text: '{}', message: /damaged/ },
  'has no version': { text: JSON.stringify({ record: credential }), message: /damaged/ },
  'lacks the token': {
    text: JSON.stringify({
      version: 1,
      record: { ...credential, token: undefined, tokenSecret: secret },
    }),
    message: /damaged/,
  },
  'was made for another host': {
    text: JSON.stringify({
      version: 1,
      record: { ...credential, host: 'https://evil.example', token: secret },
    }),
    message: /damaged/,
  },
  'comes from a newer version': {
    text: JSON.stringify({ version: 2, record: { token: secret } }),
    message: /newer version of bitbranch/,
  },
};
for (const [what, { text, message }] of Object.entries(badTexts)) {
  test(`refuses a record that ${what}, without showing it`, async () => {
    const damaged = memoryKeychain();
    await damaged.set(service, 'alice%2Fb', text);
    const store = createKeychainStore({
      keychain: damaged,
      platform: 'linux',
      random: systemRandom,
    });
    await assert.rejects(store.read(reference), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'store_unavailable');
      assert.match(error.message, message);
      assert.ok(!`${error.stack}${error.cause}`.includes(secret));
      return true;
    });
    assert.equal(await store.remove(reference), true, 'it can still be removed');
  });
}

const ways = {
  credential: `Sign in again with: bitbranch login --host ${host}`,
  consumer: `Forget it with: bitbranch consumer remove --host ${host} --consumer-key alice/b`,
  pending: `Sign in again with: bitbranch login --host ${host}`,
} as const;
for (const [type, hint] of Object.entries(ways) as [keyof typeof ways, string][]) {
  test(`of a ${type} that is damaged, or lacks a part, the next step names its host`, async () => {
    const items = memoryKeychain();
    const store = createKeychainStore({
      keychain: items,
      platform: 'win32',
      random: systemRandom,
    });
    const place = `bitbranch${type === 'credential' ? '' : `-${type}`}:${host}`;
    for (const text of ['{}', `split:0:1:${'0'.repeat(64)}`]) {
      await items.set(place, 'alice%2Fb', text);
      await assert.rejects(store.read({ type, host, name: 'alice/b' }), {
        code: 'store_unavailable',
        message: `The stored ${type} is damaged.`,
        hint,
      });
    }
  });
}
