import type { Output } from '../../context.ts';
import { visibleText } from '../output/escape.ts';
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
/** A terminal that is narrower than that breaks the lines itself. */
const leastTextWidth = 20;

const colorCodes = { ok: 32, warning: 33, failure: 31 };

/** The text for a person: the result in a word, the check, what it found, and below it what to do. */
export function rowText(
  { name, result, detail, hint }: ReportRow,
  { isTerminal, columns }: Pick<Output, 'isTerminal' | 'columns'>,
  useColor: boolean,
): string {
  const word = result.padEnd(resultWidth);
  const mark = useColor ? `\u001b[${colorCodes[result]}m${word}\u001b[39m` : word;
  const room = isTerminal
    ? Math.max(leastTextWidth, columns - indent.length)
    : Number.POSITIVE_INFINITY;
  const lines = [detail, ...(hint === null ? [] : [hint])].flatMap((text) =>
    brokenInto(visibleText(text), room),
  );
  return `${mark}  ${name.padEnd(nameWidth)}  ${lines.join(`\n${indent}`)}\n`;
}

/** The text in lines of at most so many characters; a longer word, such as an address, stays whole. */
function brokenInto(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
