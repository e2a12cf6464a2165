import type { Environment, Terminal } from '../context.ts';
import { BitbranchError } from '../errors.ts';

export interface PassphraseQuestion {
  /** The file that the passphrase opens. */
  readonly path: string;
  /** Whether the file is yet to be made, and the passphrase to be chosen. */
  readonly isNew: boolean;
  /** Whether a passphrase is that of the file; any is that of a new one. */
  opens(passphrase: string): Promise<boolean>;
}

export type AskPassphrase = (question: PassphraseQuestion) => Promise<string>;

const attempts = 3;

/** The passphrase of BITBRANCH_PASSPHRASE, else the one that the person types, a new one twice. */
export function passphraseFrom(env: Environment, terminal: Terminal): AskPassphrase {
  return async (question) => {
    const given = env['BITBRANCH_PASSPHRASE'];
    if (given) return given;
    if (!terminal.isInteractive) throw nobodyToAsk(question.path);

    for (let attempt = 1; ; attempt += 1) {
      const { typed, mistake } = await ask(question, terminal);
      if (mistake === null) return typed;
      if (attempt === attempts) throw unusable(mistake);
      await terminal.stderr.write(`${mistake}\n`);
    }
  };
}

async function ask(
  { path, isNew, opens }: PassphraseQuestion,
  terminal: Terminal,
): Promise<{ readonly typed: string; readonly mistake: string | null }> {
  const type = (question: string) => terminal.prompt(`${question}: `, { hidden: true });
  const typed = await type(`${isNew ? 'New passphrase' : 'Passphrase'} for ${path}`);
  if (typed === '') return { typed, mistake: 'The passphrase is empty.' };
  if (isNew && (await type('The same passphrase again')) !== typed) {
    return { typed, mistake: 'The two passphrases differ.' };
  }
  const isRight = await opens(typed);
  return { typed, mistake: isRight ? null : `The passphrase does not open ${path}.` };
}

function nobodyToAsk(path: string): BitbranchError {
  return new BitbranchError('store_locked', `The passphrase for ${path} is needed.`, {
    hint: 'Set BITBRANCH_PASSPHRASE, or run the command in a terminal.',
  });
}

function unusable(sentence: string): BitbranchError {
  return new BitbranchError('store_locked', sentence, { hint: 'Run the command again.' });
}
