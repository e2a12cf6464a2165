import type { Output } from '../../context.ts';
import { jsonObjectWriter } from './json.ts';
import type { RecordWriter } from './records.ts';

/** One JSON object a line, as the records arrive. */
export function createJsonlWriter<Field extends string>(
  fields: readonly Field[],
  stdout: Output,
): RecordWriter<Field> {
  const toJson = jsonObjectWriter(fields);
  return {
    async write(rows) {
      await stdout.write(rows.map((row) => `${toJson(row)}\n`).join(''));
    },
    async end() {},
  };
}
