import { withoutUserInfo } from '../../bitbucket/user-info.ts';
import { BitbranchError } from '../../errors.ts';
import { didYouMean } from '../suggestion.ts';

/**
 * The fields of a comma-separated list, in its order, each once.
 * @throws {BitbranchError} `usage` for a field that there is not.
 */
export function parseFields<Field extends string>(
  list: string,
  known: readonly Field[],
): readonly Field[] {
  const names = list.split(',').map((name) => name.trim());
  return [...new Set(names.map((name) => parseField(name, known)))];
}

function parseField<Field extends string>(name: string, known: readonly Field[]): Field {
  const field = known.find((each) => each === name);
  if (field !== undefined) return field;
  const problem =
    name === ''
      ? 'A field name is missing in the list of fields'
      : `There is no field "${withoutUserInfo(name)}"`;
  throw new BitbranchError('usage', `${problem}.`, {
    hint: suggest(name, known, 'The fields are'),
  });
}

/** What was probably meant, and every word that there is. */
export function suggest(typed: string, known: readonly string[], introduction: string): string {
  const list = `${introduction} ${known.join(', ')}.`;
  const guess = didYouMean(typed, known);
  return guess === undefined ? list : `${guess} ${list}`;
}
