import type { BitbranchError } from '../errors.ts';
import { escapeMisleading, unicodeEscape, visibleText } from './output/escape.ts';

/** What stderr says of a failure: its sentence and the next step, or one JSON object; nothing in it can steer a terminal. */
export function errorReport({ code, message, hint }: BitbranchError, asJson: boolean): string {
  if (asJson) {
    const json = JSON.stringify({ error: { code, message, hint: hint ?? null } });
    return `${escapeMisleading(json, unicodeEscape)}\n`;
  }
  const lines = [`bitbranch: ${message}`, ...(hint === undefined ? [] : [hint])];
  return lines.map((line) => `${visibleText(line)}\n`).join('');
}
