import { OAuthRefusal } from './refusal.ts';

const windowSeconds = 5 * 60;

interface Stamp {
  readonly consumerKey: string;
  readonly token: string | undefined;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly nonce: string;
}

/** RFC 5849 section 3.3: a nonce is good once per timestamp, consumer and token; old requests are not looked at, so that nonces can be forgotten. */
export class ReplayGuard {
  readonly #clock: { nowMs(): number };
  readonly #seen = new Map<number, Set<string>>();

  constructor(clock: { nowMs(): number }) {
    this.#clock = clock;
  }

  /** @throws {OAuthRefusal} 401 for a request outside the time window or seen before. */
  check({ consumerKey, token, timestamp, nonce }: Stamp): void {
    const nowSeconds = Math.floor(this.#clock.nowMs() / 1000);
    if (Math.abs(nowSeconds - timestamp) > windowSeconds) {
      throw new OAuthRefusal(
        'timestamp_refused',
        'oauth_timestamp is more than 5 minutes away from the time of this server',
        {
          oauth_acceptable_timestamps: `${nowSeconds - windowSeconds}-${nowSeconds + windowSeconds}`,
        },
      );
    }
    this.#forgetBefore(nowSeconds - windowSeconds);
    const seen = this.#seen.get(timestamp) ?? new Set();
    const stamp = JSON.stringify([consumerKey, token, nonce]);
    if (seen.has(stamp)) throw new OAuthRefusal('nonce_used', 'the nonce was used before');
    this.#seen.set(timestamp, seen.add(stamp));
  }

  #forgetBefore(timestamp: number): void {
    for (const old of this.#seen.keys()) if (old < timestamp) this.#seen.delete(old);
  }
}
