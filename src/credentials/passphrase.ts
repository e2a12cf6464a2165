import type { Environment, Terminal } from '../context.ts';
import { BitbranchError } from '../errors.ts';

export interface PassphraseQuestion {
  /** The file that the passphrase opens. */
  readonly path: string;
  /** Whether the file is yet to be made, and the passphrase to be chosen. */
  readonly isNew: boolean;
}

export type AskPassphrase = (question: PassphraseQuestion) => Promise<string>;

/** The passphrase of BITBRANCH_PASSPHRASE, else the one that the person types, a new one twice. */
export function passphraseFrom(env: Environment, terminal: Terminal): AskPassphrase {
  return async ({ path, isNew }) => {
    const given = env['BITBRANCH_PASSPHRASE'];
    if (given) return given;
    if (!terminal.isInteractive) throw nobodyToAsk(path);

    const ask = (question: string) => terminal.prompt(`${question}: `, { hidden: true });
    const typed = await ask(`${isNew ? 'New passphrase' : 'Passphrase'} for ${path}`);
    if (typed === '') throw unusable('The passphrase is empty.');
    if (isNew && (await ask('The same passphrase again')) !== typed) {
      throw unusable('The two passphrases differ.');
    }
    return typed;
  };
}

function nobodyToAsk(path: string): BitbranchError {
  return new BitbranchError('store_locked', `The passphrase for ${path} is needed.`, {
    hint: 'Set BITBRANCH_PASSPHRASE, or run the command in a terminal.',
  });
}

function unusable(sentence: string): BitbranchError {
  return new BitbranchError('store_locked', sentence, { hint: 'Run the command again.' });
}
