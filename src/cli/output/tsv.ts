import type { Output } from '../../context.ts';
import { backslashEscape, visibleText } from './escape.ts';
import type { RecordWriter } from './records.ts';

/**
 * One line a record, fields separated by tabs, no header; null is empty. So that a record stays one line and a field one
 * field, `\`, tab, newline and carriage return are written `\\`, `\t`, `\n` and `\r`, other control characters `\u001b`.
 */
export function createTsvWriter<Field extends string>(
  fields: readonly Field[],
  stdout: Output,
): RecordWriter<Field> {
  const escapeText = fieldEscaper(stdout);
  return {
    async write(rows) {
      const lines = rows.map(
        (row) => `${fields.map((field) => escapeText(String(row[field] ?? ''))).join('\t')}\n`,
      );
      await stdout.write(lines.join(''));
    },
    async end() {},
  };
}

/** What a terminal shows gets the escapes that keep it from being steered as well. */
export function fieldEscaper(stdout: Output): (text: string) => string {
  return stdout.isTerminal ? (text) => visibleText(escapeField(text)) : escapeField;
}

function escapeField(text: string): string {
  return text.replace(/[\\\p{Cc}]/gu, backslashEscape);
}
