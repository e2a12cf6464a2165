import type { Output } from '../../context.ts';

/** Columns that a line may take: those of a terminal; elsewhere a line is as long as it is, for programs to read. */
export function roomOn({ isTerminal, columns }: Pick<Output, 'isTerminal' | 'columns'>): number {
  return isTerminal ? columns : Number.POSITIVE_INFINITY;
}

/**
 * The text in lines of at most so many columns, broken at its spaces. A longer word, such as an address, stays whole, so
 * that it can be copied.
 */
export function wrap(
  text: string,
  room: number,
  widthOf = (word: string): number => word.length,
): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
