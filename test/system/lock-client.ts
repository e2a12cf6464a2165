import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLocks } from '../../src/system/locks.ts';

const [action, directory = '', name = ''] = process.argv.slice(2);
const { withLock } = createLocks(directory);
const log = (event: string) => appendFile(join(directory, 'log'), `${name} ${event}\n`);

/** Holds the lock until stdin ends. */
async function hold(): Promise<void> {
  process.stdout.write('waiting\n');
  await withLock('shared', async () => {
    await log('took it');
    process.stdout.write('held\n');
    await text(process.stdin);
    await log('gives it up');
  });
}

/** Adds one to a counter in a file, slowly: two at once would lose one. */
async function count(): Promise<void> {
  const counter = join(directory, 'counter');
  await withLock('shared', async () => {
    const value = Number(await readFile(counter, 'utf8'));
    await sleep(5);
    await writeFile(counter, String(value + 1));
  });
}

void (action === 'hold' ? hold() : count());
