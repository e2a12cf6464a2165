import { equalInConstantTime } from '../constant-time.ts';
import { randomText } from '../random-text.ts';
import { OAuthRefusal } from './refusal.ts';

/** RFC 5849 section 2.3. */
export interface TokenCredentials {
  readonly token: string;
  readonly secret: string;
  readonly consumerKey: string;
  /** Null where tokens are good until they are withdrawn. */
  readonly session: Session | null;
}

/** From the OAuth Session extension: a token with an end, and the right to have it renewed. */
export interface Session {
  readonly handle: string;
  readonly tokenEndsAtMs: number;
  readonly endsAtMs: number;
}

export interface TokenOptions {
  /** Null for tokens that are good until they are withdrawn. */
  readonly tokenLifetimeSeconds: number | null;
  readonly clock: { nowMs(): number };
}

/** How long a session can be renewed after its token has ended. */
const renewalMs = 30 * 24 * 60 * 60 * 1000;

/** The token credentials that one kind of host has given out. */
export class Tokens {
  readonly #options: TokenOptions;
  readonly #byToken = new Map<string, TokenCredentials>();

  constructor(options: TokenOptions) {
    this.#options = options;
  }

  issue(consumerKey: string): TokenCredentials {
    const credentials = {
      token: randomText(18),
      secret: randomText(32),
      consumerKey,
      session: this.#newSession(),
    };
    this.#byToken.set(credentials.token, credentials);
    return credentials;
  }

  /** Also those that have ended, since they sign for their own renewal. */
  find(token: string): TokenCredentials | undefined {
    return this.#byToken.get(token);
  }

  /** @throws {OAuthRefusal} for a token that has ended */
  requireCurrent(token: string): void {
    const session = this.find(token)?.session ?? null;
    if (session !== null && session.tokenEndsAtMs <= this.#options.clock.nowMs()) {
      throw new OAuthRefusal('token_expired', 'the token has expired');
    }
  }

  /** Takes a token back for the one that is to follow it. @throws {OAuthRefusal} when it can't be renewed */
  spend(token: string, handle: string): void {
    const session = this.find(token)?.session ?? null;
    if (session === null || !equalInConstantTime(handle, session.handle)) {
      throw new OAuthRefusal('token_rejected', 'the session handle does not belong to this token');
    }
    if (session.endsAtMs <= this.#options.clock.nowMs()) {
      throw new OAuthRefusal('token_expired', 'the session has expired');
    }
    this.#byToken.delete(token);
  }

  #newSession(): Session | null {
    const { tokenLifetimeSeconds, clock } = this.#options;
    if (tokenLifetimeSeconds === null) return null;
    const tokenEndsAtMs = clock.nowMs() + tokenLifetimeSeconds * 1000;
    return { handle: randomText(18), tokenEndsAtMs, endsAtMs: tokenEndsAtMs + renewalMs };
  }
}
