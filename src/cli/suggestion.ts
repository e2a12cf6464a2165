import { closest, distance } from 'fastest-levenshtein';

/** "Did you mean …?" for the candidate that lies nearest to what was typed; undefined where none is near. */
export function didYouMean(typed: string, candidates: readonly string[]): string | undefined {
  const nearest = closest(typed, candidates);
  const isNear = distance(typed, nearest) <= Math.max(1, Math.floor((nearest.length + 1) / 3));
  return isNear ? `Did you mean ${nearest}?` : undefined;
}
