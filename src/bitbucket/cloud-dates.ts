import { isoSeconds } from './commit-text.ts';
import { type JsonPath, stringAt, unexpectedValue } from './json-path.ts';

const isoDateWithOffset = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/;

/** The date at the path as ISO 8601, UTC, whole seconds; null where there is none. */
export function cloudDateAt(document: unknown, path: JsonPath): string | null {
  const text = stringAt(document, path);
  if (text === null) return null;
  const timeMs = isoDateWithOffset.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(timeMs)) throw unexpectedValue(path, text, 'a date with its UTC offset');
  return isoSeconds(timeMs);
}
