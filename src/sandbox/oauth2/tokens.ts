import { randomBytes } from 'node:crypto';
import { TokenError } from './token-error.ts';

/** What a person has granted. */
export interface Grant {
  readonly consumerKey: string;
  /** Separated by spaces. */
  readonly scope: string;
}

export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly grant: Grant;
}

export interface TokenOptions {
  /** Length of the tokens, in characters. */
  readonly length: number;
  readonly lifetimeSeconds: number;
  /** What is said to a refresh token that is not good. */
  readonly refreshError: { readonly error: string; readonly description: string };
  /** For how long no refresh token is good once a used one came again. */
  readonly lockOutSeconds: number;
}

/** A refresh token that is not used for so long is forgotten. */
const refreshLifetimeMs = 90 * 24 * 60 * 60 * 1000;

/** The tokens that one kind of host has given out. Each refresh token is good once (RFC 9700 section 4.14.2). */
export class Tokens {
  readonly #options: TokenOptions;
  readonly #clock: { nowMs(): number };
  readonly #access = new Map<string, { readonly grant: Grant; readonly endsAtMs: number }>();
  readonly #refresh = new Map<string, { readonly grant: Grant; readonly endsAtMs: number }>();
  readonly #used = new Set<string>();
  #lockedOutUntilMs = 0;

  constructor(options: TokenOptions, clock: { nowMs(): number }) {
    this.#options = options;
    this.#clock = clock;
  }

  issue(grant: Grant): TokenPair {
    const pair = { accessToken: this.#newToken(), refreshToken: this.#newToken(), grant };
    const nowMs = this.#clock.nowMs();
    const endsAtMs = nowMs + this.#options.lifetimeSeconds * 1000;
    this.#access.set(pair.accessToken, { grant, endsAtMs });
    this.#refresh.set(pair.refreshToken, { grant, endsAtMs: nowMs + refreshLifetimeMs });
    return pair;
  }

  /** @throws {TokenError} for a token that was used, has expired or was never given out */
  refresh(refreshToken: string): TokenPair {
    const nowMs = this.#clock.nowMs();
    if (this.#used.has(refreshToken)) {
      this.#lockedOutUntilMs = nowMs + this.#options.lockOutSeconds * 1000;
    }
    const known = this.#refresh.get(refreshToken);
    if (known === undefined || known.endsAtMs <= nowMs || nowMs < this.#lockedOutUntilMs) {
      const { error, description } = this.#options.refreshError;
      throw new TokenError(error, description);
    }
    this.#refresh.delete(refreshToken);
    this.#used.add(refreshToken);
    return this.issue(known.grant);
  }

  /** The grant behind an access token. */
  find(accessToken: string): Grant | 'expired' | undefined {
    const known = this.#access.get(accessToken);
    if (known === undefined) return undefined;
    return known.endsAtMs > this.#clock.nowMs() ? known.grant : 'expired';
  }

  #newToken(): string {
    const { length } = this.#options;
    return randomBytes(length).toString('base64url').slice(0, length);
  }
}
