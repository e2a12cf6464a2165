import type { ListingNotices } from '../../bitbucket/listing-notices.ts';
import type { OnWait } from '../../bitbucket/retry.ts';
import type { Context } from '../../context.ts';
import { visibleText } from '../output/escape.ts';
import type { Progress } from './progress.ts';

/** Shorter waits are over before they are read. */
const leastNotedMs = 1_000;

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
    onBulk: (requestCount) =>
      progress.write(
        `This takes ${requestCount.toLocaleString('en')} requests, one for each ${record}; Bitbucket counts them by the hour.\n`,
      ),
    onWarning: (sentence) => progress.write(`${visibleText(sentence)}\n`),
  };
}
