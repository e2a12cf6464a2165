import type { TableView } from './records.ts';

const units = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** In columns; no age is longer. */
export const longestAge = '59 minutes ago'.length;

/** How long ago a moment was, in its largest unit: `3 days ago`. What lies ahead, by some clock, is told as its date. */
function ageInWords(isoDate: string, nowMs: number): string {
  const seconds = Math.floor((nowMs - Date.parse(isoDate)) / 1000);
  if (seconds < -60) return isoDate.slice(0, 'yyyy-mm-dd'.length);
  const unit = units.find(([, unitSeconds]) => seconds >= unitSeconds);
  if (unit === undefined) return 'just now';
  const [name, unitSeconds] = unit;
  const count = Math.floor(seconds / unitSeconds);
  return `${count} ${name}${count === 1 ? '' : 's'} ago`;
}

/** How a table shows a moment: its age to a person, its date to everybody who may read a file later. */
export function showDate(isoDate: string, { isTerminal, nowMs }: TableView): string {
  return isTerminal && isoDate !== ''
    ? ageInWords(isoDate, nowMs)
    : isoDate.slice(0, 'yyyy-mm-dd'.length);
}
