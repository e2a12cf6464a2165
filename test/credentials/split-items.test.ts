import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IncompleteItemError, type Keychain } from '../../src/credentials/keychain.ts';
import { splitItems } from '../../src/credentials/split-items.ts';
import { systemRandom } from '../../src/system/clock-and-random.ts';
import { type MemoryKeychain, memoryKeychain } from '../helpers/keychain.ts';

const limitBytes = 120;
const short = 'short secret';
const long = `${'long '.repeat(60)}é👩‍👩‍👧`;
const longer = 'another long one '.repeat(40);
const item = ['bitbranch:https://h', 'alice'] as const;

class Crash extends Error {}

/** The keychain until `operations` operations went through; then every one fails, the next one after its effect or before it. */
function crashing(keychain: Keychain, operations: number, isDone: boolean): Keychain {
  let left = operations;
  async function step<T>(operation: () => Promise<T>): Promise<T> {
    left -= 1;
    if (left >= 0) return operation();
    if (left === -1 && isDone) await operation();
    throw new Crash();
  }
  return {
    prepare: () => {},
    get: (...item) => step(() => keychain.get(...item)),
    set: (...item) => step(() => keychain.set(...item)),
    delete: (...item) => step(() => keychain.delete(...item)),
  };
}

/** Crashes `work` at each of its steps in turn, each time from the same beginning, and then looks at what is left. */
async function atEveryCrash(
  begin: string | null,
  work: (keychain: Keychain) => Promise<unknown>,
  look: (keychain: MemoryKeychain) => Promise<void>,
): Promise<void> {
  for (const isDone of [false, true]) {
    for (let operations = 0; ; operations += 1) {
      const keychain = memoryKeychain(limitBytes);
      if (begin !== null) await splitItems(keychain, limitBytes, systemRandom).set(...item, begin);
      try {
        await work(splitItems(crashing(keychain, operations, isDone), limitBytes, systemRandom));
        assert.ok(operations > 0);
        break;
      } catch (error) {
        assert.ok(error instanceof Crash, String(error));
        await look(keychain);
      }
    }
  }
}

test('a secret that fits is one item as it stands', async () => {
  const keychain = memoryKeychain(limitBytes);
  for (const secret of [short, 'é'.repeat(limitBytes / 2)]) {
    await splitItems(keychain, limitBytes, systemRandom).set(...item, secret);
    assert.deepEqual([...keychain.items.values()], [secret]);
  }
});

test('a longer secret comes back whole, and leaves nothing when replaced or deleted', async () => {
  const keychain = memoryKeychain(limitBytes);
  const split = splitItems(keychain, limitBytes, systemRandom);
  for (const secret of [long, longer, 'é'.repeat(limitBytes / 2 + 1), short, long]) {
    await split.set(...item, secret);
    assert.equal(await split.get(...item), secret);
  }
  await split.set(...item, short);
  assert.equal(keychain.items.size, 1);
  await split.set(...item, long);
  assert.equal(await split.delete(...item), true);
  assert.equal(keychain.items.size, 0);
  assert.equal(await split.delete(...item), false);
});

for (const state of ['split', 'gone']) {
  test(`a secret that looks like a list of parts that is ${state} comes back as it is`, async () => {
    const split = splitItems(memoryKeychain(limitBytes), limitBytes, systemRandom);
    const secret = `${state}:x:1:${'0'.repeat(64)}`;
    await split.set(...item, secret);
    assert.equal(await split.get(...item), secret);
  });
}

for (const [begin, end] of [
  [null, long],
  [short, long],
  [long, short],
  [long, longer],
  [short, 'other'],
] as const) {
  test(`writing ${end.length} over ${begin?.length ?? 0} characters, crashed at any step, leaves one or the other`, () =>
    atEveryCrash(
      begin,
      (keychain) => keychain.set(...item, end),
      async (keychain) => {
        const split = splitItems(keychain, limitBytes, systemRandom);
        const found = await split.get(...item);
        assert.ok(found === begin || found === end, String(found));
        await split.set(...item, longer);
        assert.equal(await split.get(...item), longer);
      },
    ));
}

test('a deletion that crashed at any step leaves the secret or none, and can be repeated', () =>
  atEveryCrash(
    long,
    (keychain) => keychain.delete(...item),
    async (keychain) => {
      const split = splitItems(keychain, limitBytes, systemRandom);
      const found = await split.get(...item);
      assert.ok(found === long || found === null, String(found));
      await split.delete(...item);
      assert.equal(keychain.items.size, 0);
      assert.equal(await split.get(...item), null);
    },
  ));

test('a reader that another process overtakes reads the new secret', async () => {
  const keychain = memoryKeychain(limitBytes);
  const writer = splitItems(keychain, limitBytes, systemRandom);
  await writer.set(...item, long);
  let overtakes = 2;
  const reader = splitItems(
    {
      ...keychain,
      get: async (...name) => {
        const found = await keychain.get(...name);
        if (name[1] === item[1] && overtakes-- > 0) await writer.set(...item, longer + overtakes);
        return found;
      },
    },
    limitBytes,
    systemRandom,
  );
  assert.equal(await reader.get(...item), `${longer}0`);
});

test('of two writers at once one wins whole', async () => {
  const keychain = memoryKeychain(limitBytes);
  const split = splitItems(keychain, limitBytes, systemRandom);
  await split.set(...item, short);
  await Promise.all([split.set(...item, long), split.set(...item, longer)]);
  assert.ok([long, longer].includes((await split.get(...item)) ?? ''));
});

test('a part that was lost or changed is an error, and shows nothing of the rest', async () => {
  for (const spoil of [
    (keychain: MemoryKeychain, part: string) => keychain.items.delete(part),
    (keychain: MemoryKeychain, part: string) => keychain.items.set(part, 'AAAA'),
  ]) {
    const keychain = memoryKeychain(limitBytes);
    const split = splitItems(keychain, limitBytes, systemRandom);
    await split.set(...item, long);
    spoil(keychain, [...keychain.items.keys()].find((name) => name.endsWith('.1')) ?? '');
    await assert.rejects(split.get(...item), IncompleteItemError);
  }
});

test('parts are named by the random source given', async () => {
  const keychain = memoryKeychain(limitBytes);
  const asked: number[] = [];
  const random = {
    bytes: (length: number) => {
      asked.push(length);
      return new Uint8Array(length).fill(0xab);
    },
  };
  await splitItems(keychain, limitBytes, random).set(...item, long);
  assert.deepEqual(asked, [16]);
  const parts = [...keychain.items.keys()].filter((name) => name.includes('#'));
  assert.ok(parts.length > 1);
  for (const name of parts) assert.ok(name.includes(`#${'ab'.repeat(16)}.`), name);
});
