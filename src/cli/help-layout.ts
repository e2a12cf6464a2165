import { wrap } from './output/wrap.ts';

type Row = readonly [term: string, meaning: string];

/** Lays help out for a terminal of a certain width, or for a pipe or file, where rows are not broken. */
export interface HelpLayout {
  /** A sentence across the page. */
  paragraph(text: string): string;
  /** A title with indented lines below it. */
  section(title: string, lines: readonly string[]): string;
  /** Lines of a section: the meanings below each other beside their terms, or under them where it is narrow. */
  rows(rows: readonly Row[]): readonly string[];
  /** Lines of a section: sentences, each on a line of its own. */
  sentences(texts: readonly string[]): readonly string[];
}

const indent = '  ';
/** Sentences in longer lines are hard to read, on paper as on a screen. */
const mostReadable = 100;
/** Beside its term a narrower meaning would be a word or two a line. */
const leastMeaning = 24;

export function helpLayout(room: number): HelpLayout {
  const inner = room - indent.length;
  const readable = Math.min(room, mostReadable);
  return {
    paragraph: (text) => `${wrap(text, readable).join('\n')}\n`,
    section: (title, lines) =>
      `${[...wrap(`${title}:`, room), ...lines.map((line) => indent + line)].join('\n')}\n`,
    rows(rows) {
      const termWidth = Math.max(...rows.map(([term]) => term.length));
      const beside = inner - termWidth - indent.length;
      return beside < leastMeaning
        ? rows.flatMap(([term, meaning]) => [term, ...indented(wrap(meaning, inner - 2))])
        : rows.flatMap((row) => besideEachOther(row, termWidth, beside));
    },
    sentences: (texts) => texts.flatMap((text) => wrap(text, readable - indent.length)),
  };
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => indent + line);
}

function besideEachOther([term, meaning]: Row, termWidth: number, room: number): readonly string[] {
  return wrap(meaning, room).map(
    (line, index) => (index === 0 ? term : '').padEnd(termWidth) + indent + line,
  );
}
