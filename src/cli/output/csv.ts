import type { Output } from '../../context.ts';
import { visibleText } from './escape.ts';
import type { RecordWriter } from './records.ts';

/** What makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection"). */
const formulaStart = /^[=+\-@\t\r]/;

/**
 * RFC 4180: a header line of the field names, lines ended by CRLF, `"` around what holds a comma, quote or line break; null is
 * empty. `isSafe` puts `'` before what a spreadsheet would take for a formula.
 */
export function createCsvWriter<Field extends string>(
  fields: readonly Field[],
  isSafe: boolean,
  stdout: Output,
): RecordWriter<Field> {
  const cell = (text: string) =>
    quoted(shown(isSafe && formulaStart.test(text) ? `'${text}` : text, stdout));
  let header = `${fields.join(',')}\r\n`;
  return {
    async write(rows) {
      const lines = rows.map(
        (row) => `${fields.map((field) => cell(String(row[field] ?? ''))).join(',')}\r\n`,
      );
      await stdout.write(header + lines.join(''));
      header = '';
    },
    async end() {
      if (header !== '') await stdout.write(header);
    },
  };
}

/** A file holds the values as they are; nothing may steer a terminal. */
function shown(text: string, stdout: Output): string {
  return stdout.isTerminal ? visibleText(text) : text;
}

/** RFC 4180 section 2, rules 5 to 7. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
