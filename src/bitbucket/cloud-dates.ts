import { isoSeconds } from './commit-text.ts';
import { type JsonPath, stringAt } from './json-path.ts';

const isoDateWithOffset = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/;

/**
 * The date at the path as ISO 8601, UTC, whole seconds; null where there is none, and for one that can't be read, such as one that
 * does not say in which zone it is.
 */
export function cloudDateAt(document: unknown, path: JsonPath): string | null {
  const text = stringAt(document, path);
  const timeMs = text !== null && isoDateWithOffset.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(timeMs) ? null : isoSeconds(timeMs);
}
