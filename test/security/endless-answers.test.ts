import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { jsonAnswer, startRawServer } from '../helpers/raw-server.ts';
import { builtProgram, createHome } from '../helpers/spawn-cli.ts';

const mebibyte = 2 ** 20;

/** The built program, whose output goes nowhere. */
async function startUnread(t: TestContext, hostUrl: string, args: readonly string[]) {
  const { env } = await createHome(t);
  const child = spawn(
    process.execPath,
    [builtProgram, ...args, '--host', hostUrl, '--kind', 'cloud'],
    { env: { ...env, BITBRANCH_TOKEN: 'a-token' }, stdio: 'ignore' },
  );
  t.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  return { pid: child.pid ?? 0, ended, kill: (signal: NodeJS.Signals) => child.kill(signal) };
}

test('a gigabyte that is printed as it comes takes no more memory than a part of it', async (t) => {
  const piece = Buffer.alloc(mebibyte, 'x');
  const pieces = 1024;
  const samples: number[] = [];
  let pid = 0;
  const server = await startRawServer(t, () => async (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${pieces * mebibyte}\r\n\r\n`);
    for (let n = 0; n < pieces; n += 1) {
      if (!socket.write(piece)) await once(socket, 'drain');
      if (n % 32 === 0) samples.push(await residentKiB(pid));
    }
    socket.end();
  });
  const program = await startUnread(t, server.url, ['api', '/2.0/big']);
  pid = program.pid;
  assert.deepEqual(await program.ended, [0, null]);
  const early = Math.max(...samples.slice(0, 8));
  const late = Math.max(...samples.slice(8));
  t.diagnostic(`1 GiB: ${early} KiB resident at most in its first quarter, ${late} KiB later`);
  assert.ok(late < early * 1.3, `memory grew from ${early} to ${late} KiB`);
});

test('a list without end, each page another, takes no more memory and stops at Ctrl-C', async (t) => {
  const samples: number[] = [];
  const pages = 6_000;
  let served = 0;
  let pid = 0;
  let reachLastPage = () => {};
  const lastPage = new Promise<void>((resolve) => {
    reachLastPage = resolve;
  });
  const server = await startRawServer(t, ({ url }) => async (socket) => {
    const page = served++;
    if (page % 200 === 0) samples.push(await residentKiB(pid));
    if (page === pages) reachLastPage();
    const values = Array.from({ length: 10 }, (_, n) => ({
      name: `branch-${page}-${n}-${'x'.repeat(500)}`,
    }));
    socket.end(jsonAnswer({ values, next: `${new URL(url).origin}/2.0/x?after=${page}` }));
  });
  const program = await startUnread(t, server.url, ['branches', 'acme/site']);
  pid = program.pid;
  await Promise.race([
    lastPage,
    program.ended.then(() => assert.fail('the program ended by itself')),
  ]);
  program.kill('SIGINT');
  assert.deepEqual(await program.ended, [130, null]);
  const early = Math.max(...samples.slice(0, 10));
  const late = Math.max(...samples.slice(10));
  t.diagnostic(
    `${pages} pages: ${early} KiB resident at most in the first third, ${late} KiB later`,
  );
  assert.ok(late < early * 1.3, `memory grew from ${early} to ${late} KiB`);
});

async function residentKiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
}
