import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { acquireLock, createLocks } from '../../src/system/locks.ts';
import { bundledProgram } from '../helpers/bundled-program.ts';
import { runProcess } from '../helpers/keychain.ts';

const client = await bundledProgram(new URL('lock-client.ts', import.meta.url));

async function temporaryDirectory(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'bitbranch-locks-'));
  context.after(() => rm(directory, { recursive: true }));
  return directory;
}

/** A process that holds the lock "shared", or waits for it, until its stdin ends. */
function startHolder(context: TestContext, directory: string, name: string) {
  const [program = '', ...args] = client;
  const child = spawn(program, [...args, 'hold', directory, name]);
  context.after(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const says = async (line: string) => assert.equal((await lines.next()).value, line);
  return { child, says };
}

async function kill(child: ChildProcessWithoutNullStreams): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function countInProcesses(directory: string, processCount: number): Promise<void> {
  await writeFile(join(directory, 'counter'), '0');
  const endings = await Promise.all(
    Array.from({ length: processCount }, () => runProcess([...client, 'count', directory])),
  );
  for (const { code, stderr } of endings) assert.equal(code, 0, stderr);
  assert.equal(await readFile(join(directory, 'counter'), 'utf8'), String(processCount));
}

test('one process at a time, and nothing is left of the locks', async (context) => {
  const directory = await temporaryDirectory(context);
  await countInProcesses(directory, 16);
  assert.deepEqual(await readdir(directory), ['counter']);
});

describe('signs of life', { concurrency: true }, () => {
  test('a holder that was killed is replaced, by one of those who wait', async (context) => {
    const directory = await temporaryDirectory(context);
    const { child, says } = startHolder(context, directory, 'first');
    await says('waiting');
    await says('held');
    await kill(child);
    await countInProcesses(directory, 16);
  });

  test('a holder that is slow but lives is not', async (context) => {
    const path = join(await temporaryDirectory(context), 'file');
    const release = await acquireLock(path);
    await assert.rejects(acquireLock(path, { waitMs: 7_000 }), {
      code: 'timeout',
      message: `Another bitbranch has kept ${path} locked for 7 s.`,
    });
    await release();
    await (await acquireLock(path))();
  });

  test('a sleep of the machine is no sign of death', async (context) => {
    const directory = await temporaryDirectory(context);
    const holder = startHolder(context, directory, 'holder');
    await holder.says('waiting');
    await holder.says('held');
    const waiter = startHolder(context, directory, 'waiter');
    await waiter.says('waiting');
    for (const { child } of [waiter, holder]) child.kill('SIGSTOP');
    await sleep(6_000);
    for (const { child } of [waiter, holder]) child.kill('SIGCONT');
    await sleep(500); // in which the waiter looks at the lock several times
    holder.child.stdin.end();
    await waiter.says('held');
    waiter.child.stdin.end();
    await once(waiter.child, 'exit');
    assert.deepEqual((await readFile(join(directory, 'log'), 'utf8')).trim().split('\n'), [
      'holder took it',
      'holder gives it up',
      'waiter took it',
      'waiter gives it up',
    ]);
  });
});

test('within a process too, and only under the same name', async (context) => {
  const { withLock } = createLocks(join(await temporaryDirectory(context), 'made', 'when needed'));
  const events: string[] = [];
  const work = (name: string, other?: () => Promise<unknown>) => async () => {
    events.push(`${name} begins`);
    await other?.();
    events.push(`${name} ends`);
    return name;
  };
  let second: Promise<string> | undefined;
  const first = withLock(
    'https://h/ä',
    work('first', async () => {
      second = withLock('https://h/ä', work('second'));
      await withLock(`../${'x'.repeat(10_000)}`, work('other'));
    }),
  );
  assert.equal(await first, 'first');
  assert.equal(await second, 'second');
  assert.deepEqual(events, [
    'first begins',
    'other begins',
    'other ends',
    'first ends',
    'second begins',
    'second ends',
  ]);
});

test('work that fails frees the lock', async (context) => {
  const { withLock } = createLocks(await temporaryDirectory(context));
  const failure = new Error('no');
  await assert.rejects(
    withLock('n', () => Promise.reject(failure)),
    failure,
  );
  assert.equal(await withLock('n', async () => 'yes'), 'yes');
});

test('the signal ends the waiting with its reason', async (context) => {
  const { withLock } = createLocks(await temporaryDirectory(context));
  const stop = new AbortController();
  const reason = new Error('stopped');
  await withLock('n', async () => {
    const waiting = withLock('n', async () => assert.fail('ran'), stop.signal);
    setImmediate(() => stop.abort(reason));
    await assert.rejects(waiting, reason);
  });
  await assert.rejects(
    withLock('n', async () => assert.fail('ran'), stop.signal),
    reason,
  );
});

test('a directory that can not be made is named', async (context) => {
  const file = join(await temporaryDirectory(context), 'file');
  await writeFile(file, '');
  const directory = join(file, 'below');
  await assert.rejects(
    createLocks(directory).withLock('n', async () => assert.fail('ran')),
    {
      code: 'usage',
      message: `The configuration directory ${directory} can't be written: not a directory.`,
    },
  );
});
