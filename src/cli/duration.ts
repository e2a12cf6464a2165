import { BitbranchError } from '../errors.ts';

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Milliseconds of a duration such as `500ms`, `30s`, `5m`, `2h` or `90d`.
 * @throws {BitbranchError} `usage`
 */
export function parseDurationMs(flag: string, text: string): number {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  if (match === null) {
    throw new BitbranchError('usage', `--${flag} ${text} is not a duration.`, {
      hint: 'Write a number with its unit: 500ms, 30s, 5m, 2h or 90d.',
    });
  }
  return Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
}
