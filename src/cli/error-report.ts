import type { Output } from '../context.ts';
import type { BitbranchError } from '../errors.ts';
import { escapeMisleading, unicodeEscape, visibleText } from './output/escape.ts';
import { rulerFor } from './output/text-ruler.ts';
import { roomOn, wrap } from './output/wrap.ts';

/** What stderr says of a failure: its sentence and the next step, or one JSON object; nothing in it can steer a terminal. */
export async function errorReport(
  { code, message, hint }: BitbranchError,
  asJson: boolean,
  stderr: Pick<Output, 'isTerminal' | 'columns'>,
): Promise<string> {
  if (asJson) {
    const json = JSON.stringify({ error: { code, message, hint: hint ?? null } });
    return `${escapeMisleading(json, unicodeEscape)}\n`;
  }
  const texts = [`bitbranch: ${message}`, ...(hint === undefined ? [] : [hint])].map(visibleText);
  const lines = stderr.isTerminal ? await linesFor(texts, roomOn(stderr)) : texts;
  return lines.map((line) => `${line}\n`).join('');
}

/** A command at the end gets a line of its own and is never broken, so that it can be copied as it stands. */
const endsInCommand = /^(.*: )((?:bitbranch|git|openssl) .*)$/;

async function linesFor(texts: readonly string[], room: number): Promise<readonly string[]> {
  const { width } = await rulerFor(texts);
  return texts.flatMap((text) => {
    const [, words = text, command] = endsInCommand.exec(text) ?? [];
    const lines = wrap(words.trimEnd(), room, width);
    return command === undefined ? lines : [...lines, `  ${command}`];
  });
}
