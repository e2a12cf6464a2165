import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../helpers/terminal-program.ts', import.meta.url));
const command = [process.execPath, '--import', 'tsx', program];

/** Runs the terminal program with pipes. */
function startPiped(t: TestContext, use: string): ChildProcessWithoutNullStreams {
  const [node = '', ...args] = command;
  return endWithTest(t, spawn(node, [...args, use]));
}

/** A terminal of 80 columns in which the program runs; then `stty` tells the state that it left. */
class TerminalSession {
  readonly #child: ChildProcessWithoutNullStreams;
  output = '';

  constructor(t: TestContext, use: string) {
    const words = [...command, use].map((word) => `'${word}'`).join(' ');
    const shell = `stty cols 80 rows 24; ${words}; stty -a`;
    this.#child = endWithTest(t, spawn('script', ['-qefc', shell, '/dev/null']));
    this.#child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      this.output += chunk;
    });
  }

  async shows(expected: string): Promise<void> {
    while (!this.output.includes(expected)) await once(this.#child.stdout, 'data');
  }

  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /** What the program said in JSON, once it has ended and left the terminal as it should. */
  async result(): Promise<unknown> {
    await once(this.#child, 'close');
    assert.match(this.output, /(?<!-)\bicanon\b/);
    assert.match(this.output, /(?<!-)\becho\b/);
    return said(this.output);
  }
}

function endWithTest<T extends ChildProcessWithoutNullStreams>(t: TestContext, child: T): T {
  t.after(() => child.kill('SIGKILL'));
  return child;
}

function said(output: string): unknown {
  return JSON.parse(/<<(.*)>>/.exec(output)?.[1] ?? 'null');
}

const controlC = '\u0003';
const controlD = '\u0004';

test('a terminal is told from a pipe', async (t) => {
  const piped = startPiped(t, 'describe');
  assert.deepEqual(said(await text(piped.stdout)), {
    isInteractive: false,
    stdoutIsTerminal: false,
    columns: 80,
  });
  const session = new TerminalSession(t, 'describe');
  assert.deepEqual(await session.result(), {
    isInteractive: true,
    stdoutIsTerminal: true,
    columns: 80,
  });
});

test('shows what is typed for a key and hides a secret', async (t) => {
  const session = new TerminalSession(t, 'ask-key-and-secret');
  await session.shows('Key: ');
  session.type('my-keyx\u007f\r');
  await session.shows('Secret: ');
  session.type('s3crét!x\u007f\r');
  assert.deepEqual(await session.result(), ['my-key', '!térc3s']);
  assert.match(session.output, /my-key/);
  assert.doesNotMatch(session.output, /s3cr/);
});

test('keeps lines that were pasted ahead', async (t) => {
  const session = new TerminalSession(t, 'ask-key-and-secret');
  await session.shows('Key: ');
  session.type('my-key\rs3cret\r');
  assert.deepEqual(await session.result(), ['my-key', 'terc3s']);
});

for (const [use, question] of [
  ['ask-visibly', 'Visible? '],
  ['ask-invisibly', 'Invisible? '],
] as const) {
  test(`Ctrl-C ends a question as an interrupt: ${use}`, async (t) => {
    const session = new TerminalSession(t, use);
    await session.shows(question);
    session.type(`half${controlC}`);
    assert.equal(await session.result(), 'interrupted');
  });

  test(`Ctrl-D ends a question as missing input: ${use}`, async (t) => {
    const session = new TerminalSession(t, use);
    await session.shows(question);
    session.type(controlD);
    assert.equal(await session.result(), 'usage');
  });
}

test('a signal withdraws a question', async (t) => {
  const session = new TerminalSession(t, 'ask-until-aborted');
  await session.shows('Paste here: ');
  session.type('half');
  assert.equal(await session.result(), 'timeout');
});

test('reads stdin as UTF-8, also where a chunk ends inside a character', async (t) => {
  const child = startPiped(t, 'echo-stdin');
  const bytes = Buffer.from('grüße\n');
  child.stdin.write(bytes.subarray(0, 3));
  await once(child, 'spawn');
  child.stdin.end(bytes.subarray(3));
  assert.equal(await text(child.stdout), 'grüße\n');
});

test('SIGTERM ends the reading of stdin', async (t) => {
  const child = startPiped(t, 'wait-for-stdin');
  await once(child.stderr, 'data');
  child.kill('SIGTERM');
  assert.equal(said(await text(child.stdout)), 'terminated');
});

const muchOutput = `${'é'.repeat(2 ** 20)}end`;

test('writes all of a long text into a pipe', async (t) => {
  const child = startPiped(t, 'write-much');
  assert.equal(await text(child.stdout), muchOutput);
});

test('writes all of a long text into a pipe that takes it bit by bit', async (t) => {
  const child = startPiped(t, 'write-much-without-blocking');
  await once(child.stderr, 'data');
  assert.equal(await text(child.stdout), muchOutput);
});

test('tells a closed pipe', async (t) => {
  const child = startPiped(t, 'write-for-ever');
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [exitCode] = await once(child, 'exit');
  assert.equal(exitCode, 40);
});

test('tells a closed pipe that took what it got bit by bit', async (t) => {
  const child = startPiped(t, 'write-much-without-blocking');
  await once(child.stderr, 'data');
  child.stdout.destroy();
  const [exitCode] = await once(child, 'exit');
  assert.equal(exitCode, 40);
});

test('the first signal is told, the second ends the process', async (t) => {
  const child = startPiped(t, 'outlive-an-interrupt');
  child.stdout.setEncoding('utf8');
  const exit = once(child, 'exit');
  assert.equal(said(`${await once(child.stdout, 'data')}`), 'ready');
  child.kill('SIGINT');
  assert.equal(said(`${await once(child.stdout, 'data')}`), 'interrupted');
  child.kill('SIGINT');
  assert.deepEqual(await exit, [null, 'SIGINT']);
});
