import type { Clock, Random } from '../context.ts';
import type { Moment } from '../oauth1/client.ts';

/** Timestamp and nonce for one signature (RFC 5849 section 3.3): whole seconds since 1970, and 128 random bits. */
export function momentOf({ clock, random }: { clock: Clock; random: Random }): Moment {
  return {
    timestampSeconds: Math.floor(clock.nowMs() / 1000),
    nonce: Buffer.from(random.bytes(16)).toString('hex'),
  };
}
