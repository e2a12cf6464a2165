import type { Output } from '../../context.ts';
import { escapeMisleading, unicodeEscape } from './escape.ts';
import type { RecordWriter, Row } from './records.ts';

/** One JSON array, an object a line, written as the records arrive. */
export function createJsonWriter<Field extends string>(
  fields: readonly Field[],
  stdout: Output,
): RecordWriter<Field> {
  const toJson = jsonObjectWriter(fields);
  let isEmpty = true;
  return {
    async write(rows) {
      if (rows.length === 0) return;
      const opening = isEmpty ? '[\n  ' : ',\n  ';
      isEmpty = false;
      await stdout.write(opening + rows.map(toJson).join(',\n  '));
    },
    async end() {
      await stdout.write(isEmpty ? '[]\n' : '\n]\n');
    },
    async breakOff() {
      if (!isEmpty) await stdout.write('\n]\n');
    },
  };
}

/**
 * Writes the fields of a record, in the order given, as a JSON object on one line. What could steer a terminal is escaped
 * beyond what JSON demands; the value stays the same.
 */
export function jsonObjectWriter<Field extends string>(
  fields: readonly Field[],
): (row: Row<Field>) => string {
  const keys = [...fields];
  return (row) => escapeMisleading(JSON.stringify(row, keys), unicodeEscape);
}
