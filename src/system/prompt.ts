import { Writable } from 'node:stream';
import type { Output } from '../context.ts';
import { BitbranchError } from '../errors.ts';

export interface Question {
  readonly text: string;
  /** Whether what is typed stays invisible. */
  readonly hidden: boolean;
  /** Ends the question; its reason is what the promise rejects with. */
  readonly signal: AbortSignal;
}

/** Lines that were typed or pasted before the question that they answer. */
const linesAhead: string[] = [];

/**
 * Asks on the terminal and resolves with the line typed. The terminal is in its normal mode again when it settles.
 * @throws {BitbranchError} `usage` for the end of input (Ctrl-D)
 */
export async function ask({ text, hidden, signal }: Question, stderr: Output): Promise<string> {
  signal.throwIfAborted();
  const lineAhead = linesAhead.shift();
  if (lineAhead !== undefined) {
    await stderr.write(`${text}\n`);
    return lineAhead;
  }

  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({
    input: process.stdin,
    output: hidden ? nowhere() : process.stderr,
    terminal: true,
    historySize: 0,
  });
  // While keys are read one by one, the terminal makes no signal of Ctrl-C.
  lines.on('SIGINT', () => process.emit('SIGINT'));
  lines.on('line', (line) => linesAhead.push(line));
  let isEchoed = false;
  try {
    if (hidden) await stderr.write(text);
    const answer = await Promise.race([
      lines.question(hidden ? '' : text, { signal }),
      endOfInput(lines),
    ]);
    isEchoed = !hidden;
    return answer;
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    lines.close();
    if (!isEchoed) await stderr.write('\n');
  }
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

function endOfInput(lines: NodeJS.EventEmitter): Promise<never> {
  return new Promise((_resolve, reject) => {
    lines.once('close', () =>
      reject(
        new BitbranchError('usage', 'The input ended before the question was answered.', {
          hint: 'Run the command again and answer, or give the value by a flag or environment variable (see: bitbranch help environment).',
        }),
      ),
    );
  });
}
