import { visibleText } from './escape.ts';
import type { OutputPlan } from './format.ts';
import { hyperlink } from './hyperlink.ts';
import type {
  FieldValue,
  RecordOutputs,
  RecordType,
  RecordWriter,
  Row,
  TableView,
} from './records.ts';
import { rulerFor, type TextRuler } from './text-ruler.ts';
import { roomOn, wrap } from './wrap.ts';

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
  plan: Pick<OutputPlan<Field>, 'fields' | 'hasLinks'>,
  type: RecordType<Field>,
  { stdout, stderr, useColor, nowMs }: RecordOutputs,
): RecordWriter<Field> {
  const rows: Row<Field>[] = [];
  return {
    async write(moreRows) {
      for (const row of moreRows) rows.push(row);
    },
    async end() {
      if (rows.length === 0) {
        const { width } = await rulerFor([type.noneSentence]);
        const lines = wrap(type.noneSentence, roomOn(stderr), width);
        await stderr.write(`${lines.join('\n')}\n`);
        return;
      }
      const view = { isTerminal: stdout.isTerminal, nowMs };
      const lines = await layOut(plan, type, rows, roomOn(stdout), view);
      const isBold = (index: number) => index === 0 || isMarked(rows[index - 1], type);
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
  { fields, hasLinks }: Pick<OutputPlan<Field>, 'fields' | 'hasLinks'>,
  type: RecordType<Field>,
  rows: readonly Row<Field>[],
  room: number,
  view: TableView,
): Promise<readonly string[]> {
  const texts = fields.map((field) => columnTexts(field, type, rows, view));
  const ruler = await rulerFor(texts.flat());
  const columns = texts.map((column) => column.map((text) => ({ text, width: ruler.width(text) })));
  const widths = fitWidths(columns.map(widestCell), shrinkOrder(fields, type), room);
  const padded = columns.map((cells, index) => {
    const urls = hasLinks && fields[index] === type.nameField ? linksOf(rows, type) : [];
    return padCells(cells, widths[index] ?? 0, ruler, urls);
  });
  const marks = [unmarked, ...rows.map((row) => (isMarked(row, type) ? marked : unmarked))];
  return marks.map((mark, line) => (mark + padded.map((cells) => cells[line]).join(gap)).trimEnd());
}

function isMarked<Field extends string>(
  row: Row<Field> | undefined,
  { markField }: RecordType<Field>,
): boolean {
  return row !== undefined && markField !== null && row[markField] === true;
}

/** The address of each line's name; the header has none. */
function linksOf<Field extends string>(
  rows: readonly Row<Field>[],
  { linkField }: RecordType<Field>,
): readonly FieldValue[] {
  return [null, ...rows.map((row) => row[linkField])];
}

function columnTexts<Field extends string>(
  field: Field,
  type: RecordType<Field>,
  rows: readonly Row<Field>[],
  view: TableView,
): readonly string[] {
  const show = type.columnHints[field]?.show ?? ((value: string) => value);
  return [field, ...rows.map((row) => visibleText(show(textOf(row[field]), view)))];
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

/**
 * Columns give way from right to left, and the name, for which the table is read, last: first each down to where it is still good
 * to read, then as far as it goes.
 */
function shrinkOrder<Field extends string>(
  fields: readonly Field[],
  type: RecordType<Field>,
): readonly Shrinkable[] {
  const columns = fields.map((field, index) => {
    const { leastWidth, goodWidth } = type.columnHints[field] ?? { leastWidth: defaultLeastWidth };
    const isName = field === type.nameField;
    return { index, isName, leastWidth, goodWidth: goodWidth ?? leastWidth };
  });
  columns.reverse().sort((one, other) => Number(one.isName) - Number(other.isName));
  return [...columns.map(({ index, goodWidth }) => ({ index, leastWidth: goodWidth })), ...columns];
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

function padCells(
  cells: readonly Cell[],
  width: number,
  ruler: TextRuler,
  urls: readonly FieldValue[],
): readonly string[] {
  return cells.map((cell, index) => {
    const isShort = cell.width <= width;
    const text = isShort ? cell.text : ruler.shorten(cell.text, width);
    const padding = ' '.repeat(width - (isShort ? cell.width : ruler.width(text)));
    return hyperlink(text, urls[index]) + padding;
  });
}

function bold(text: string): string {
  return `\u001b[1m${text}\u001b[22m`;
}
