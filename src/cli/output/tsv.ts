import type { Output } from '../../context.ts';
import { escapeField, visibleText } from './escape.ts';
import type { FieldValue, RecordWriter } from './records.ts';

/** One line a record, fields separated by tabs, no header; null is empty. The escapes are those of {@link escapeField}. */
export function createTsvWriter<Field extends string>(
  fields: readonly Field[],
  stdout: Output,
): RecordWriter<Field> {
  const cell = (value: FieldValue) => {
    const text = escapeField(value === null ? '' : String(value));
    return stdout.isTerminal ? visibleText(text) : text;
  };
  return {
    async write(rows) {
      const lines = rows.map((row) => `${fields.map((field) => cell(row[field])).join('\t')}\n`);
      await stdout.write(lines.join(''));
    },
    async end() {},
  };
}
