import type { Output } from '../../context.ts';
import { escapeField, visibleText } from './escape.ts';
import type { RecordWriter } from './records.ts';

/**
 * One name a line, or ended by NUL. Git allows neither control characters nor backslashes in a name, so that escaping
 * changes no real one; it keeps a made-up one from being two records.
 */
export function createNamesWriter<Field extends string>(
  nameField: Field,
  endWithNul: boolean,
  stdout: Output,
): RecordWriter<Field> {
  const terminator = endWithNul ? '\0' : '\n';
  return {
    async write(rows) {
      const names = rows.map((row) => escapeField(String(row[nameField])) + terminator).join('');
      await stdout.write(stdout.isTerminal ? visibleLines(names, terminator) : names);
    },
    async end() {},
  };
}

function visibleLines(lines: string, terminator: string): string {
  return lines.split(terminator).map(visibleText).join(terminator);
}
