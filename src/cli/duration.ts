import { BitbranchError } from '../errors.ts';

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Milliseconds of a duration such as `500ms`, `30s`, `5m`, `2h` or `90d`.
 * @throws {BitbranchError} `usage`
 */
export function parseDurationMs(flag: string, text: string): number {
  const durationMs = durationIn(text);
  if (durationMs !== null) return durationMs;
  throw new BitbranchError('usage', `--${flag} ${text} is not a duration.`, {
    hint: 'Write a number with its unit: 500ms, 30s, 5m, 2h or 90d.',
  });
}

/** In milliseconds; null for what is no duration. */
function durationIn(text: string): number | null {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  return match === null ? null : Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
}

/**
 * Milliseconds since 1970 of a moment: as long ago as a duration says, or a date or time in ISO 8601; UTC, unless it has an offset.
 * @throws {BitbranchError} `usage`
 */
export function parseMomentMs(flag: string, text: string, nowMs: number): number {
  const durationMs = durationIn(text);
  if (durationMs !== null) return nowMs - durationMs;
  const match =
    /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  const [, date = '', time = '00:00', offset = 'Z'] = match ?? [];
  const momentMs = Date.parse(`${date}T${time}${offset}`);
  if (!Number.isNaN(momentMs) && isCalendarDate(date)) return momentMs;
  throw new BitbranchError('usage', `--${flag} ${text} is neither a duration nor a date.`, {
    hint: 'Write 12h or 30d, a date such as 2026-01-31, or a time such as 2026-01-31T09:00:00Z.',
  });
}

/** Date.parse takes 30 February for 2 March. */
function isCalendarDate(date: string): boolean {
  return new Date(`${date}T00:00Z`).toISOString().startsWith(date);
}
