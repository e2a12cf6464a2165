import type { ListingNotices } from '../../bitbucket/listing-notices.ts';
import type { OnWait } from '../../bitbucket/retry.ts';
import type { Context } from '../../context.ts';
import { visibleText } from '../output/escape.ts';
import type { Progress } from './progress.ts';

/** Shorter waits are over before they are read. */
const leastNotedMs = 1_000;
/** Fewer requests are no more than a list takes anyway. */
const leastBulk = 20;

/** Tells a person at a terminal why nothing happens. */
export function waitNote(
  progress: Pick<Progress, 'write'>,
  { terminal }: Pick<Context, 'terminal'>,
): OnWait {
  return async ({ message }, waitMs) => {
    if (!terminal.stderr.isTerminal || waitMs < leastNotedMs) return;
    const seconds = Math.ceil(waitMs / 1000);
    await progress.write(`${visibleText(message)} Trying again in ${seconds} s.\n`);
  };
}

/**
 * What everybody should know of a list, whether a person reads it or not.
 * @param record what the list consists of, in the singular
 */
export function listingNotices(progress: Pick<Progress, 'write'>, record: string): ListingNotices {
  return {
    async onBulk(requestCount) {
      if (requestCount < leastBulk) return;
      const count = requestCount.toLocaleString('en');
      await progress.write(`This takes ${count} requests, one for each ${record}.\n`);
    },
    onWarning: (sentence) => progress.write(`${visibleText(sentence)}\n`),
  };
}
