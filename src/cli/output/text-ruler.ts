/** Measures and shortens text by the columns that it takes on a terminal. */
export interface TextRuler {
  width(text: string): number;
  /** The text without what does not fit, and with `…` in its place; at most `width` columns wide, which are at least 1. */
  shorten(text: string, width: number): string;
}

const ellipsis = '…';

const latinRuler: TextRuler = {
  width: (text) => text.length,
  shorten: (text, width) => text.slice(0, width - 1) + ellipsis,
};

/** Printable ASCII and the accented letters of most of Europe, one column a character; no combining marks, no soft hyphen. */
function isLatin(text: string): boolean {
  return /^[ -~\u00a1-\u00ac\u00ae-\u017f]*$/.test(text);
}

/** A ruler for these texts; the library that knows wide characters and emoji is loaded only where there may be some. */
export async function rulerFor(texts: readonly string[]): Promise<TextRuler> {
  return texts.every(isLatin) ? latinRuler : await unicodeRuler();
}

async function unicodeRuler(): Promise<TextRuler> {
  const { default: stringWidth } = await import('string-width');
  const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  const width = (text: string) => (isLatin(text) ? text.length : stringWidth(text));
  return {
    width,
    shorten(text, limit) {
      let kept = '';
      let room = limit - 1;
      for (const { segment } of graphemes.segment(text)) {
        room -= width(segment);
        if (room < 0) break;
        kept += segment;
      }
      return kept + ellipsis;
    },
  };
}
