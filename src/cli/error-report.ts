import type { Output } from '../context.ts';
import type { BitbranchError } from '../errors.ts';
import { escapeMisleading, unicodeEscape, visibleText } from './output/escape.ts';
import { fittingLines } from './output/say.ts';
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
  const sentence = visibleText(`bitbranch: ${message}`);
  const nextStep = hint === undefined ? [] : [visibleText(hint)];
  const lines = stderr.isTerminal
    ? await linesFor(sentence, nextStep, roomOn(stderr))
    : [sentence, ...nextStep];
  return lines.map((line) => `${line}\n`).join('');
}

async function linesFor(
  sentence: string,
  nextStep: readonly string[],
  room: number,
): Promise<readonly string[]> {
  const { width } = await rulerFor([sentence, ...nextStep]);
  return [
    ...wrap(sentence, room, width),
    ...nextStep.flatMap((text) => fittingLines(text, room, width)),
  ];
}
