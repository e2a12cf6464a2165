import type { Output } from '../../context.ts';
import type { RecordWriter } from './records.ts';
import { fieldEscaper } from './tsv.ts';

/**
 * One name a line, or ended by NUL, with the escapes of tsv. Git allows neither control characters nor backslashes in the
 * name of a branch, so that they change no real one; they keep a made-up one from being two records.
 */
export function createNamesWriter<Field extends string>(
  nameField: Field,
  endWithNul: boolean,
  stdout: Output,
): RecordWriter<Field> {
  const escapeText = fieldEscaper(stdout);
  const terminator = endWithNul ? '\0' : '\n';
  return {
    async write(rows) {
      await stdout.write(
        rows.map((row) => escapeText(String(row[nameField])) + terminator).join(''),
      );
    },
    async end() {},
  };
}
