import { BitbranchError } from '../../errors.ts';
import { nearest } from './nearest.ts';

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
    name === '' ? 'A field name is missing in the list of fields' : `There is no field "${name}"`;
  throw new BitbranchError('usage', `${problem}.`, {
    hint: suggest(name, known, 'The fields are'),
  });
}

/** One sentence that names the known words, and first the one that was probably meant. */
export function suggest(word: string, known: readonly string[], introduction: string): string {
  const meant = nearest(word, known);
  const list = `${introduction} ${known.join(', ')}.`;
  return meant === null ? list : `Did you mean "${meant}"? ${list}`;
}
