import type { Output, Terminal } from '../context.ts';
import { BitbranchError } from '../errors.ts';

/** Where there is no terminal: nobody can be asked, and what would go to standard error is handed to `note`. */
export function noTerminal(note: (text: string) => void): Terminal {
  return {
    stdout: outputTo(() => {}),
    stderr: outputTo(note),
    isInteractive: false,
    prompt: async (question) => {
      throw new BitbranchError('usage', `Nobody can be asked: ${question.trim()}`, {
        hint: 'Give the value as an option, or run bitbranch in a terminal first.',
      });
    },
    readStdin: async () => '',
  };
}

function outputTo(take: (text: string) => void): Output {
  return {
    isTerminal: false,
    isPipe: false,
    columns: 80,
    write: async (data) => take(Buffer.from(data).toString('utf8').replace(/\n$/, '')),
  };
}
