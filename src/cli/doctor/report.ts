import type { Output } from '../../context.ts';
import { visibleText } from '../output/escape.ts';
import { roomOn, wrap } from '../output/wrap.ts';
import { checkNames } from './finding.ts';

/** One line of the report, as `doctor --json` shows it. */
export interface ReportRow {
  readonly name: string;
  readonly result: 'ok' | 'warning' | 'failure';
  readonly detail: string;
  readonly hint: string | null;
}

export const reportFields = [
  'name',
  'result',
  'detail',
  'hint',
] as const satisfies readonly (keyof ReportRow)[];

const resultWidth = 'warning'.length;
const nameWidth = Math.max(...checkNames.map((name) => name.length));
const indent = ' '.repeat(resultWidth + 2 + nameWidth + 2);
/** Where there is less room beside the name, the text goes below it. */
const leastTextWidth = 30;
const narrowIndent = '  ';

const colorCodes = { ok: 32, warning: 33, failure: 31 };

/** The text for a person: the result in a word, the check, what it found, and below it what to do. */
export function rowText(
  { name, result, detail, hint }: ReportRow,
  output: Pick<Output, 'isTerminal' | 'columns'>,
  useColor: boolean,
): string {
  const word = result.padEnd(resultWidth);
  const mark = useColor ? `\u001b[${colorCodes[result]}m${word}\u001b[39m` : word;
  const isNarrow = roomOn(output) - indent.length < leastTextWidth;
  const margin = isNarrow ? narrowIndent : indent;
  const lines = [detail, ...(hint === null ? [] : [hint])].flatMap((text) =>
    wrap(visibleText(text), roomOn(output) - margin.length),
  );
  const heading = isNarrow ? `${name}\n${margin}` : `${name.padEnd(nameWidth)}  `;
  return `${mark}  ${heading}${lines.join(`\n${margin}`)}\n`;
}
