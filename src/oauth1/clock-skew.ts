import { type ProtocolResponse, problemOf } from './response.ts';
import type { Moment } from './signature.ts';

/** Below it, a difference is owing to the network and to the header's whole seconds; servers allow some minutes. */
const leastSkewSeconds = 60;

/**
 * How far this computer's clock is ahead of the server's, negative when behind, by the `Date` header of an answer
 * (RFC 9110 section 6.6.1) that has just come. Null without a usable header, and for less than a minute.
 */
export function clockSkewSeconds(dateHeader: string | null, nowMs: number): number | null {
  // Without its GMT, which the obsolete asctime form lacks, Date.parse takes a date for local time.
  const serverMs = dateHeader?.endsWith(' GMT') ? Date.parse(dateHeader) : Number.NaN;
  const skewSeconds = Math.round((nowMs - serverMs) / 1000);
  return Math.abs(skewSeconds) >= leastSkewSeconds ? skewSeconds : null;
}

/**
 * The skew to sign the request anew without, where the answer refuses its timestamp or, as Cloud does, gives no reason
 * at all; null where the clock is not to blame.
 */
export function skewToCorrect(response: ProtocolResponse): number | null {
  const problem = problemOf(response);
  const isTimeRefused =
    (response.status === 400 || response.status === 401) &&
    (problem === null || problem === 'timestamp_refused');
  return isTimeRefused ? (response.clockSkewSeconds ?? null) : null;
}

/** The same moment by the server's clock. */
export function correctedMoment(moment: Moment, skewSeconds: number): Moment {
  return { ...moment, timestampSeconds: moment.timestampSeconds - skewSeconds };
}

/** In words, to stand after a colon: `this computer's clock is 10 minutes ahead of the server's`. */
export function clockSkewInWords(skewSeconds: number): string {
  const direction = skewSeconds > 0 ? 'ahead of' : 'behind';
  return `this computer's clock is ${durationInWords(Math.abs(skewSeconds))} ${direction} the server's`;
}

/** Rounded, in the largest unit of which there are at least two. */
function durationInWords(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return minutes === 1 ? '1 minute' : `${minutes} minutes`;
  const hours = Math.round(seconds / 3600);
  return hours < 48 ? `${hours} hours` : `${Math.round(seconds / 86_400)} days`;
}
