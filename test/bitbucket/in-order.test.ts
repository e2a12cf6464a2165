import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inOrder } from '../../src/bitbucket/in-order.ts';

/** Work that ends when it is told to. */
function controlled() {
  const begun: number[] = [];
  const endings = new Map<number, PromiseWithResolversLike>();
  return {
    begun,
    end: (item: number) => endings.get(item)?.resolve(item),
    fail: (item: number) => endings.get(item)?.reject(new Error(`failure of ${item}`)),
    work(item: number): Promise<number> {
      begun.push(item);
      return new Promise((resolve, reject) => endings.set(item, { resolve, reject }));
    },
  };
}

interface PromiseWithResolversLike {
  resolve(value: number): void;
  reject(error: Error): void;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const items = [1, 2, 3, 4, 5, 6, 7, 8, 9];

test('results come in the order of the items, whenever they are ready', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 30 }),
      fc.integer({ min: 1, max: 5 }),
      async (turns, concurrency) => {
        const results: number[] = [];
        let running = 0;
        const work = async (index: number) => {
          running += 1;
          assert.ok(running <= concurrency, 'no more at a time than allowed');
          for (let count = turns[index] ?? 0; count > 0; count -= 1) await turn();
          running -= 1;
          return index;
        };
        for await (const result of inOrder(turns.keys(), concurrency, work)) results.push(result);
        assert.deepEqual(results, [...turns.keys()]);
      },
    ),
    { numRuns: 50 },
  );
});

test('a slow first item lets others begin, but no more than twice as many as run at a time', async () => {
  const { work, begun, end } = controlled();
  const results = inOrder(items, 2, work);
  const first = results.next();
  for (const item of [2, 3, 4, 5, 6]) {
    await turn();
    end(item);
  }
  await turn();
  assert.deepEqual(begun, [1, 2, 3, 4, 5]);
  end(1);
  assert.equal((await first).value, 1);
  await results.return();
});

test('a failure comes in its turn, and nothing more is begun', async () => {
  const { work, begun, end, fail } = controlled();
  const results = inOrder(items, 2, work);
  const first = results.next();
  fail(2);
  await turn();
  end(1);
  assert.equal((await first).value, 1);
  await assert.rejects(results.next(), /failure of 2/);
  const count = begun.length;
  for (const item of begun) end(item);
  await turn();
  assert.equal(begun.length, count);
});

test('a reader that stops begins nothing more', async () => {
  const { work, begun, end } = controlled();
  const results = inOrder(items, 2, work);
  const first = results.next();
  end(1);
  await first;
  await results.return();
  const count = begun.length;
  for (const item of begun) end(item);
  await turn();
  assert.equal(begun.length, count);
});
