import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { ClosedPipe, type Output } from '../context.ts';
import { BitbranchError } from '../errors.ts';

/**
 * Standard output (1) or standard error (2). Into a pipe or file it writes without Node's stream, which costs 3 ms to load;
 * the stream takes over for good where the descriptor can't take all at once, and on a terminal, whose character set it knows.
 */
export function createOutput(descriptor: 1 | 2): Output {
  let isTerminal: boolean | undefined;
  let streamTookOver = false;
  const knowsTerminal = () => {
    isTerminal ??= isTerminalAt(descriptor);
    return isTerminal;
  };
  const stream = () => (descriptor === 1 ? process.stdout : process.stderr);

  return {
    get isTerminal() {
      return knowsTerminal();
    },
    get isPipe() {
      const status = fstatSync(descriptor);
      return status.isFIFO() || status.isSocket();
    },
    get columns() {
      return (knowsTerminal() && stream().columns) || 80;
    },
    async write(data) {
      const bytes = typeof data === 'string' ? Buffer.from(data) : data;
      try {
        const rest = streamTookOver || knowsTerminal() ? bytes : writeAtOnce(descriptor, bytes);
        if (rest.byteLength === 0) return;
        streamTookOver = true;
        await writeToStream(stream(), rest);
      } catch (error) {
        throw outputError(error);
      }
    },
  };
}

/** Asks the cheap question first: node:tty takes a millisecond to load, and a pipe or a file is no terminal. */
export function isTerminalAt(descriptor: number): boolean {
  return fstatSync(descriptor).isCharacterDevice() && isatty(descriptor);
}

/** Writes what the descriptor takes without waiting, and returns the rest. */
function writeAtOnce(descriptor: number, bytes: Uint8Array): Uint8Array {
  let writtenBytes = 0;
  try {
    while (writtenBytes < bytes.byteLength) {
      writtenBytes += writeSync(descriptor, bytes, writtenBytes);
    }
  } catch (error) {
    if (!hasCode(error, 'EAGAIN')) throw error;
  }
  return bytes.subarray(writtenBytes);
}

async function writeToStream(stream: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> {
  // A failed write is told to its callback and to this event, which would end the process if nobody listened for long.
  if (!stream.listeners('error').includes(ignore)) stream.on('error', ignore);
  await new Promise<void>((resolve, reject) => {
    stream.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

function ignore(): void {}

/** A socket, which is what Node gives its children for a pipe, may be reset where its reader left something unread. */
const closedCodes = ['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED'];

function outputError(error: unknown): Error {
  if (closedCodes.some((code) => hasCode(error, code))) return new ClosedPipe();
  const reason = error instanceof Error ? error.message : String(error);
  return new BitbranchError('unexpected', `The output could not be written: ${reason}.`, {
    hint: 'Check that there is space where the output goes.',
    cause: error,
  });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
