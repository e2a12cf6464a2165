/** How many requests for single items are under way at a time; src/system/pool.ts has as many connections to a host. */
export const requestsInFlight = 8;

/**
 * The results of `work`, in the order of the items, as they become available. At most `concurrency` are worked on at a time,
 * and work never runs further ahead of the reader than twice that, so that memory does not grow with the number of items.
 * A failure is thrown when its turn comes; what was begun after it is then forgotten, and nothing more is begun.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  concurrency: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, void> {
  const waiting = items[Symbol.iterator]();
  const begun: Promise<Result>[] = [];
  let running = 0;
  let isOver = false;

  function begin(): void {
    while (!isOver && running < concurrency && begun.length < 2 * concurrency) {
      const next = waiting.next();
      if (next.done) return;
      running += 1;
      const result = work(next.value).finally(() => {
        running -= 1;
        begin();
      });
      // It is thrown when its turn comes; until then nobody waits for it.
      result.catch(() => {});
      begun.push(result);
    }
  }

  try {
    begin();
    for (let result = begun.shift(); result !== undefined; result = begun.shift()) {
      begin();
      yield await result;
    }
  } finally {
    isOver = true;
  }
}
