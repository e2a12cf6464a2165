import { visibleText } from './escape.ts';
import type { FieldValue, RecordOutputs, RecordType, RecordWriter, Row } from './records.ts';
import { rulerFor, type TextRuler } from './text-ruler.ts';

const gap = '  ';
const marked = '* ';
const unmarked = '  ';
const linesPerWrite = 1_000;
/** Below this a shortened column tells nothing, unless its hint knows better. */
const defaultLeastWidth = 4;

/**
 * A table for people. It is printed at the end, since a column is as wide as its widest cell. Cells are shortened with `…`
 * where the line would be wider than the terminal; into a file they stay whole.
 */
export function createTableWriter<Field extends string>(
  fields: readonly Field[],
  type: RecordType<Field>,
  { stdout, stderr, useColor }: RecordOutputs,
): RecordWriter<Field> {
  const rows: Row<Field>[] = [];
  return {
    async write(moreRows) {
      rows.push(...moreRows);
    },
    async end() {
      if (rows.length === 0) {
        await stderr.write(`${type.noneSentence}\n`);
        return;
      }
      const room = stdout.isTerminal ? stdout.columns : Number.POSITIVE_INFINITY;
      const lines = await layOut(fields, type, rows, room);
      const isBold = (index: number) => index === 0 || rows[index - 1]?.[type.markField] === true;
      const styled = useColor
        ? lines.map((line, index) => (isBold(index) ? bold(line) : line))
        : lines;
      for (let start = 0; start < styled.length; start += linesPerWrite) {
        await stdout.write(`${styled.slice(start, start + linesPerWrite).join('\n')}\n`);
      }
    },
  };
}

interface Cell {
  readonly text: string;
  readonly width: number;
}

/** The lines of the table, the header first. */
async function layOut<Field extends string>(
  fields: readonly Field[],
  type: RecordType<Field>,
  rows: readonly Row<Field>[],
  room: number,
): Promise<readonly string[]> {
  const texts = fields.map((field) => columnTexts(field, type, rows));
  const ruler = await rulerFor(texts.flat());
  const columns = texts.map((column) => column.map((text) => ({ text, width: ruler.width(text) })));
  const widths = fitWidths(columns.map(widestCell), shrinkOrder(fields, type), room);
  const padded = columns.map((cells, index) => padCells(cells, widths[index] ?? 0, ruler));
  const marks = [
    unmarked,
    ...rows.map((row) => (row[type.markField] === true ? marked : unmarked)),
  ];
  return marks.map((mark, line) => (mark + padded.map((cells) => cells[line]).join(gap)).trimEnd());
}

function columnTexts<Field extends string>(
  field: Field,
  type: RecordType<Field>,
  rows: readonly Row<Field>[],
): readonly string[] {
  const abbreviate = type.columnHints[field]?.abbreviate ?? ((value: string) => value);
  return [field, ...rows.map((row) => visibleText(abbreviate(textOf(row[field]))))];
}

function textOf(value: FieldValue): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value ?? '';
}

function widestCell(cells: readonly Cell[]): number {
  return cells.reduce((widest, cell) => Math.max(widest, cell.width), 0);
}

interface Shrinkable {
  readonly index: number;
  readonly leastWidth: number;
}

/** Columns give way from right to left, and the name, for which the table is read, last. */
function shrinkOrder<Field extends string>(
  fields: readonly Field[],
  type: RecordType<Field>,
): readonly Shrinkable[] {
  const columns = fields.map((field, index) => ({
    index,
    isName: field === type.nameField,
    leastWidth: type.columnHints[field]?.leastWidth ?? defaultLeastWidth,
  }));
  return columns.reverse().sort((one, other) => Number(one.isName) - Number(other.isName));
}

/** The widths of the columns after each gave what it can until the line fits; in a very narrow terminal it still may not. */
function fitWidths(
  widths: readonly number[],
  order: readonly Shrinkable[],
  room: number,
): readonly number[] {
  const fitted = [...widths];
  const lineWidth =
    widths.reduce((sum, width) => sum + width, 0) +
    marked.length +
    gap.length * (widths.length - 1);
  let excess = lineWidth - room;
  for (const { index, leastWidth } of order) {
    const width = fitted[index] ?? 0;
    const given = Math.max(0, Math.min(excess, width - leastWidth));
    fitted[index] = width - given;
    excess -= given;
  }
  return fitted;
}

function padCells(cells: readonly Cell[], width: number, ruler: TextRuler): readonly string[] {
  return cells.map((cell) => {
    if (cell.width <= width) return cell.text + ' '.repeat(width - cell.width);
    const text = ruler.shorten(cell.text, width);
    return text + ' '.repeat(width - ruler.width(text));
  });
}

function bold(text: string): string {
  return `\u001b[1m${text}\u001b[22m`;
}
