import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkKeychain } from '../../../src/cli/doctor/keychain.ts';
import { createKeychainStore } from '../../../src/credentials/keychain-store.ts';
import { systemRandom } from '../../../src/system/clock-and-random.ts';
import {
  explainFailure,
  helperEnded,
  noAnswer,
  noBus,
  slowHelper,
} from '../../../src/system/keychain-failure.ts';
import { type TestWorld, testContext } from '../../helpers/context.ts';
import { memoryKeychain } from '../../helpers/keychain.ts';
import { told } from './told.ts';

function check(world: TestWorld = {}): Promise<string> {
  const context = testContext(world);
  return told(checkKeychain(context.storeNamed('keychain'), context));
}

test('a keychain that keeps a probe is in order, and the probe is gone afterwards', async () => {
  const keychain = memoryKeychain(); // which asserts that services begin with bitbranch
  const store = createKeychainStore({ keychain, platform: 'linux', random: systemRandom });
  assert.equal(
    await told(checkKeychain(store, testContext())),
    'ok: A probe was written to the system keychain (Secret Service), read back and removed.',
  );
  assert.equal(keychain.items.size, 0);
});

test('with BITBRANCH_TOKEN the keychain is not touched', async () => {
  const answer = await check({
    env: { BITBRANCH_TOKEN: 'abc' },
    credentials: { write: () => assert.fail('the keychain was touched') },
  });
  assert.match(answer, /^ok: .*BITBRANCH_TOKEN takes the place/);
});

test('a probe that is lost is a failure', async () => {
  const keychain = { ...memoryKeychain(), get: async () => null };
  const store = createKeychainStore({ keychain, platform: 'linux', random: systemRandom });
  assert.match(
    await told(checkKeychain(store, testContext())),
    /^store_unavailable: .*did not come back from it\. → ./,
  );
  assert.match(
    await check({ credentials: { remove: async () => false } }),
    /^store_unavailable: .*was gone when it was to be removed\. → ./,
  );
});

const failures = [
  noBus(),
  noAnswer(5_000),
  slowHelper(60_000),
  helperEnded('SIGKILL'),
  ...(
    [
      ['load', 'libsecret-1.so.0: cannot open shared object file'],
      ['load', "Cannot find module 'keytar'"],
      ['load', 'invalid ELF header'],
      ['call', 'The name org.freedesktop.secrets was not provided by any .service files'],
      ['call', 'Cannot create an item in a locked collection'],
      ['call', 'Timeout was reached'],
      ['call', 'something else'],
    ] as const
  ).map(([stage, message]) => explainFailure({ type: 'failure', stage, message })),
];

for (const failure of failures) {
  test(`tells: ${failure.message}`, async () => {
    const write = () => Promise.reject(failure);
    assert.equal(
      await check({ credentials: { write } }),
      `${failure.code}: ${failure.message} → ${failure.hint}`,
    );
  });
}

test('no two failures of the keychain are told alike', () => {
  assert.equal(new Set(failures.map(({ message }) => message)).size, failures.length);
});
