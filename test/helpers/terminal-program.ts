// A program that uses the real terminal in the way that its argument names; run by the tests as a process of its own.
import { ClosedPipe } from '../../src/context.ts';
import { BitbranchError } from '../../src/errors.ts';
import { watchInterrupts } from '../../src/system/interrupt.ts';
import { createTerminal } from '../../src/system/terminal.ts';

const interrupted = watchInterrupts();
const terminal = createTerminal(interrupted);
const sayJson = (value: unknown) => terminal.stdout.write(`<<${JSON.stringify(value)}>>\n`);

const uses: Readonly<Record<string, () => Promise<void>>> = {
  async describe() {
    await sayJson({
      isInteractive: terminal.isInteractive,
      stdoutIsTerminal: terminal.stdout.isTerminal,
      columns: terminal.stdout.columns,
    });
  },
  async 'ask-key-and-secret'() {
    const key = await terminal.prompt('Key: ');
    const secret = await terminal.prompt('Secret: ', { hidden: true });
    await sayJson([key, [...secret].reverse().join('')]);
  },
  async 'ask-visibly'() {
    await terminal.prompt('Visible? ');
  },
  async 'ask-invisibly'() {
    await terminal.prompt('Invisible? ', { hidden: true });
  },
  async 'ask-until-aborted'() {
    const abort = new AbortController();
    const answer = terminal.prompt('Paste here: ', { signal: abort.signal });
    await new Promise((resolve) => process.stdin.once('data', resolve));
    abort.abort(new BitbranchError('timeout', 'No longer needed.'));
    await answer;
  },
  async 'echo-stdin'() {
    await terminal.stdout.write(await terminal.readStdin());
  },
  async 'wait-for-stdin'() {
    const reading = terminal.readStdin();
    await terminal.stderr.write('reading\n');
    await reading;
  },
  async 'write-much'() {
    await terminal.stdout.write('é'.repeat(2 ** 20));
    await terminal.stdout.write('end');
  },
  async 'write-much-without-blocking'() {
    // Node's stream for a pipe makes the descriptor non-blocking.
    process.stdout.listenerCount('error');
    const written = terminal.stdout.write('é'.repeat(2 ** 20));
    await terminal.stderr.write('waiting\n');
    await written;
    await terminal.stdout.write('end');
  },
  async 'write-for-ever'() {
    for (;;) await terminal.stdout.write('line\n'.repeat(1000));
  },
  async 'outlive-an-interrupt'() {
    const alive = setInterval(() => {}, 1000);
    interrupted.addEventListener('abort', () => sayJson(interrupted.reason.code));
    await sayJson('ready');
    await new Promise(() => alive);
  },
};

try {
  await uses[process.argv[2] ?? '']?.();
} catch (error) {
  if (error instanceof ClosedPipe) process.exitCode = 40;
  else if (error instanceof BitbranchError) await sayJson(error.code);
  else throw error;
}
