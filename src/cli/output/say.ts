import type { Context } from '../../context.ts';
import { visibleText } from './escape.ts';
import { rulerFor } from './text-ruler.ts';
import { roomOn, wrap } from './wrap.ts';

const command = '(?:bitbranch|git|openssl|ssh) .*';
/** A command at the end gets a line of its own and is never broken, so that it can be copied as it stands. */
const endsInCommand = new RegExp(`^(.*: )(${command})$`);
const isCommand = new RegExp(`^ +${command}$`);
/** What stands before the words of a line: where they are broken they go on below each other. */
const beginning = /^ *(?:\d\. )?/;

/** Tells the person on stderr something in lines, of which those too long for a terminal are broken. */
export async function say(
  lines: readonly string[],
  { terminal, note }: Pick<Context, 'terminal' | 'note'>,
): Promise<void> {
  const texts = lines.map(visibleText);
  const { width } = await rulerFor(texts);
  const room = roomOn(terminal.stderr);
  const broken = Number.isFinite(room)
    ? texts.flatMap((text) => fittingLines(text, room, width))
    : texts;
  await note(broken.join('\n'));
}

/** A line in lines of at most so many columns; commands and addresses stay whole. */
export function fittingLines(
  line: string,
  room: number,
  width: (text: string) => number,
): readonly string[] {
  if (isCommand.test(line)) return [line];
  const [start = ''] = beginning.exec(line) ?? [];
  const indent = ' '.repeat(start.length);
  const text = line.slice(start.length);
  const [, words = text, copied] = endsInCommand.exec(text) ?? [];
  const lines = wrap(words.trimEnd(), room - start.length, width);
  const whole = copied === undefined ? [] : [`${indent}  ${copied}`];
  return [...lines.map((each, index) => (index === 0 ? start : indent) + each), ...whole];
}
