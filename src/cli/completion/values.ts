import { repositorySortKeys } from '../commands/repos.ts';
import type { CommandName } from '../commands.ts';
import { commands } from '../commands.ts';
import type { FlagName } from '../flags.ts';
import { topics } from '../help-topics.ts';
import { branchSortKeys } from '../listing/branch-selection.ts';
import type { CandidateKind } from './candidates.ts';

/** What may stand as the value of a flag, or as an operand. */
export type Values =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'candidates'; readonly of: CandidateKind }
  /** Names of fields, separated by commas; which ones there are depends on the command. */
  | { readonly kind: 'fields' }
  | { readonly kind: 'files' }
  | { readonly kind: 'programs' }
  | { readonly kind: 'anything' };

const specialFlags: Partial<Record<FlagName, Values>> = {
  host: { kind: 'candidates', of: 'hosts' },
  account: { kind: 'candidates', of: 'accounts' },
  browser: { kind: 'programs' },
  json: { kind: 'fields' },
};

const sortKeys: Partial<Record<CommandName, readonly string[]>> = {
  branches: branchSortKeys,
  repos: repositorySortKeys,
};

/**
 * The values of a flag, by its placeholder where the flag is nothing special.
 * @param command the one that the flag belongs to; null for a global flag
 */
export function flagValues(
  name: FlagName,
  placeholder: string,
  command: CommandName | null,
): Values {
  const keys = name === 'sort' && command !== null ? sortKeys[command] : undefined;
  if (keys !== undefined) return { kind: 'words', words: keys.flatMap((key) => [key, `-${key}`]) };
  return specialFlags[name] ?? placeholderValues(placeholder);
}

/** The operands of a command; null where it takes none. */
export function operandValues(name: CommandName): Values | null {
  const { operands } = commands[name];
  if (operands === '') return null;
  if (name === 'help')
    return { kind: 'words', words: [...Object.keys(commands), ...Object.keys(topics)] };
  if (/\bREPO\b/.test(operands)) return { kind: 'candidates', of: 'repositories' };
  return placeholderValues(operands);
}

/** `cloud|datacenter` stand for themselves; what is written in capitals is made up by the person. */
function placeholderValues(placeholder: string): Values {
  const words = placeholder.split('|');
  if (words.every((word) => /^[a-z\d-]+$/.test(word))) return { kind: 'words', words };
  return /(FILE|=PATH)$/.test(placeholder) ? { kind: 'files' } : { kind: 'anything' };
}
