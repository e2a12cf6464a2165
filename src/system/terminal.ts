import type { Terminal } from '../context.ts';
import { createOutput, isTerminalAt } from './output.ts';

/** The terminal that the process was started in. `interrupted` ends a prompt or a read that is under way. */
export function createTerminal(interrupted: AbortSignal): Terminal {
  const stderr = createOutput(2);
  return {
    stdout: createOutput(1),
    stderr,
    get isInteractive() {
      return stderr.isTerminal && isTerminalAt(0);
    },
    async prompt(text, { hidden = false, signal } = {}) {
      const { ask } = await import('./prompt.ts');
      const ended = signal === undefined ? interrupted : AbortSignal.any([interrupted, signal]);
      return ask({ text, hidden, signal: ended }, stderr);
    },
    readStdin: () => readStdin(interrupted),
  };
}

async function readStdin(interrupted: AbortSignal): Promise<string> {
  const stop = () => process.stdin.destroy(interrupted.reason);
  interrupted.throwIfAborted();
  interrupted.addEventListener('abort', stop, { once: true });
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    interrupted.removeEventListener('abort', stop);
  }
}
