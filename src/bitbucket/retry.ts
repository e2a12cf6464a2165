import type { Context } from '../context.ts';
import { BitbranchError } from '../errors.ts';

type World = Pick<Context, 'clock' | 'random' | 'trace' | 'interrupted'>;

/** Runs an attempt, and again while it fails in a way that may pass and the time allowed for that is not spent. */
export type Retry = <T>(attempt: () => Promise<T>) => Promise<T>;

/** Told before each wait for a server to recover: what failed, and for how long, in milliseconds. */
export type OnWait = (failure: BitbranchError, waitMs: number) => Promise<void>;

const firstBackoffMs = 500;
const longestBackoffMs = 30_000;
/** A year; whoever asks for more means never, and has to be told in digits that a person can read. */
const longestRetryAfterSeconds = 365 * 24 * 60 * 60;

/**
 * All that the returned function runs shares one budget: `maxWaitMs` of time between a first failure and the start of the last
 * attempt. Attempts that wait side by side use it together. What would not fit is not begun: the failure is then thrown as it is.
 */
export function createRetry(
  maxWaitMs: number,
  { clock, random, trace, interrupted }: World,
  onWait: OnWait = async () => {},
): Retry {
  let spentMs = 0;
  let countedUntilMs = 0;

  function fitsBudget(fromMs: number, untilMs: number): boolean {
    const moreMs = Math.max(0, untilMs - Math.max(fromMs, countedUntilMs));
    if (spentMs + moreMs > maxWaitMs) return false;
    spentMs += moreMs;
    countedUntilMs = Math.max(countedUntilMs, untilMs);
    return true;
  }

  return async (attempt) => {
    let firstFailureMs: number | undefined;
    for (let failures = 0; ; failures += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof BitbranchError) || error.retryAfterMs === undefined) throw error;
        const nowMs = clock.nowMs();
        firstFailureMs ??= nowMs;
        const waitMs = Math.max(error.retryAfterMs, backoffMs(failures, random));
        if (!fitsBudget(firstFailureMs, nowMs + waitMs)) throw error;
        trace(`${error.message} Trying again in ${Math.ceil(waitMs)} ms.`);
        await onWait(error, waitMs);
        await clock.sleep(waitMs, interrupted);
      }
    }
  };
}

/** RFC 9110 section 9.2.2: only what may be done twice is sent again. */
export function isIdempotent(method: string): boolean {
  return ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'].includes(method);
}

/** Doubles with each failure; a random half of it keeps clients that failed together from coming back together. */
function backoffMs(failures: number, random: World['random']): number {
  const [byte = 0] = random.bytes(1);
  return Math.min(firstBackoffMs * 2 ** failures, longestBackoffMs) * (0.5 + byte / 512);
}

/**
 * `Retry-After` (RFC 9110 section 10.2.3) in milliseconds from now: a number of seconds or an HTTP date; 0 where there is none.
 */
export function retryAfterMs(header: string | null, nowMs: number): number {
  if (header === null) return 0;
  if (/^\d+$/.test(header)) return Math.min(Number(header), longestRetryAfterSeconds) * 1000;
  const dateMs = Date.parse(header);
  return Number.isNaN(dateMs) ? 0 : Math.max(0, dateMs - nowMs);
}
