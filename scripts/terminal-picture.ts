// The screen of a terminal as an SVG picture.
import stringWidth from 'string-width';
import { escapeHtml } from '../src/page.ts';

const fontSize = 14;
const columnWidth = 8.4;
const lineHeight = 20;
const margin = 20;

/** @param screen lines of text in which the only escape sequences are those of `tmux capture-pane -e` for bold and plain */
export function terminalPicture(screen: string, title: string): string {
  const lines = screen.trimEnd().split('\n');
  const columns = Math.max(...lines.map((line) => stringWidth(line)));
  const width = Math.ceil(columns * columnWidth + 2 * margin);
  const height = lines.length * lineHeight + 2 * margin;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escapeHtml(title)}</title>
<rect width="100%" height="100%" rx="10" fill="#1a1f1e"/>
<g font-family="ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${fontSize}" fill="#e9eeec">
${lines.flatMap((line, index) => lineOfText(line, margin + lineHeight * (index + 0.7))).join('\n')}
</g>
</svg>
`;
}

const escapeCharacter = '\u001b';
/** A change of style, characters of one column, or others. */
const runs = new RegExp(`${escapeCharacter}\\[[\\d;]*m|[ -~]+|[^ -~${escapeCharacter}]+`, 'g');

/** Every run of one width of character is stretched to its columns, since a reader's font may have other widths. */
function lineOfText(line: string, y: number): readonly string[] {
  const texts: string[] = [];
  let column = 0;
  let isBold = false;
  for (const [run] of line.matchAll(runs)) {
    if (run.startsWith(escapeCharacter)) {
      isBold = run === `${escapeCharacter}[1m`;
      continue;
    }
    const width = stringWidth(run);
    if (run.trim() !== '') texts.push(textAt(column, y, run, width, isBold));
    column += width;
  }
  return texts;
}

function textAt(column: number, y: number, run: string, width: number, isBold: boolean): string {
  const weight = isBold ? ' font-weight="bold"' : '';
  const x = (margin + column * columnWidth).toFixed(1);
  const length = (width * columnWidth).toFixed(1);
  return `<text x="${x}" y="${y}" textLength="${length}" lengthAdjust="spacingAndGlyphs" xml:space="preserve"${weight}>${escapeHtml(run)}</text>`;
}
