import { AccessRequests, type Question } from '../consent/requests.ts';
import { equalInConstantTime } from '../constant-time.ts';
import { isLoopbackCallback } from '../loopback.ts';
import { randomText } from '../random-text.ts';
import { absent, OAuthRefusal, rejected } from './refusal.ts';
import { ReplayGuard } from './replay-guard.ts';
import {
  type Consumers,
  type SignedRequest,
  type VerifiedRequest,
  verifyRequest,
} from './verifier.ts';

/** Temporary credentials (RFC 5849 section 2.1); their token is the id of the request for access. */
export interface TemporaryCredentials extends Question {
  readonly secret: string;
  readonly verifier: string;
}

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

export interface OAuth1ProviderOptions {
  readonly consumers: Consumers;
  /** What a consumer is let do, in words. */
  readonly meanings: readonly string[];
  /** Null for tokens that are good until they are withdrawn. */
  readonly tokenLifetimeSeconds: number | null;
  readonly clock: { nowMs(): number };
}

/** How long a session can be renewed after its token has ended. */
const renewalMs = 30 * 24 * 60 * 60 * 1000;

/** The server side of RFC 5849, kept in memory. Whatever it does not expect is refused with a reason. */
export class OAuth1Provider {
  readonly requests: AccessRequests<TemporaryCredentials>;
  readonly #options: OAuth1ProviderOptions;
  readonly #replayGuard: ReplayGuard;
  readonly #tokens = new Map<string, TokenCredentials>();

  constructor(options: OAuth1ProviderOptions) {
    this.requests = new AccessRequests(options.clock);
    this.#options = options;
    this.#replayGuard = new ReplayGuard(options.clock);
  }

  /** RFC 5849 section 2.1. @throws {OAuthRefusal} */
  issueTemporaryCredentials(request: SignedRequest): { token: string; secret: string } {
    const verified = this.#verify(request, () => undefined);
    refuseParameters(verified, ['token', 'verifier', 'sessionHandle']);
    const secret = randomText(32);
    const { id } = this.requests.open({
      consumerKey: verified.consumerKey,
      meanings: this.#options.meanings,
      callback: parseCallback(verified.callback),
      secret,
      verifier: randomText(10, '0123456789'),
    });
    return { token: id, secret };
  }

  /** RFC 5849 section 2.3; with a session handle, a new token for an old one. @throws {OAuthRefusal} */
  issueTokenCredentials(request: SignedRequest): TokenCredentials {
    const verified = this.#verify(
      request,
      (token) => this.requests.find(token)?.asked ?? this.#tokens.get(token),
    );
    refuseParameters(verified, ['callback']);
    const { token, verifier, sessionHandle, consumerKey } = verified;
    if (token === undefined) throw absent('oauth_token');
    if (sessionHandle === undefined) this.#spendRequest(token, verifier);
    else this.#spendSession(token, sessionHandle);
    return this.#issue(consumerKey);
  }

  /** RFC 5849 section 3: a request for a protected resource. @throws {OAuthRefusal} */
  authenticate(request: SignedRequest): void {
    const verified = this.#verify(request, (token) => this.#tokens.get(token));
    refuseParameters(verified, ['callback', 'verifier', 'sessionHandle']);
    if (verified.token === undefined) throw absent('oauth_token');
    const session = this.#tokens.get(verified.token)?.session ?? null;
    if (session !== null && session.tokenEndsAtMs <= this.#options.clock.nowMs()) {
      throw new OAuthRefusal('token_expired', 'the token has expired');
    }
  }

  #verify(
    request: SignedRequest,
    find: (token: string) => { consumerKey: string; secret: string } | undefined,
  ): VerifiedRequest {
    const verified = verifyRequest(request, {
      ...this.#options.consumers,
      tokenSecret(token, consumerKey) {
        const found = find(token);
        return found?.consumerKey === consumerKey ? found.secret : undefined;
      },
    });
    // Only after the signature: nobody else can then spend a consumer's nonces.
    this.#replayGuard.check(verified);
    return verified;
  }

  #spendRequest(token: string, verifier: string | undefined): void {
    if (verifier === undefined) throw absent('oauth_verifier');
    const request = this.requests.find(token);
    if (request === undefined)
      throw new OAuthRefusal('token_rejected', 'the token was used before');
    if (request.decision === 'denied') {
      throw new OAuthRefusal('permission_denied', 'access was denied');
    }
    if (request.decision === 'open') {
      throw new OAuthRefusal('permission_unknown', 'access is not granted yet');
    }
    if (!equalInConstantTime(verifier, request.asked.verifier)) {
      throw new OAuthRefusal(
        'token_rejected',
        'the verifier is not the one handed out for this token',
      );
    }
    this.requests.remove(token);
  }

  #spendSession(token: string, handle: string): void {
    const session = this.#tokens.get(token)?.session ?? null;
    if (session === null || !equalInConstantTime(handle, session.handle)) {
      throw new OAuthRefusal('token_rejected', 'the session handle does not belong to this token');
    }
    if (session.endsAtMs <= this.#options.clock.nowMs()) {
      throw new OAuthRefusal('token_expired', 'the session has expired');
    }
    this.#tokens.delete(token);
  }

  #issue(consumerKey: string): TokenCredentials {
    const credentials = {
      token: randomText(18),
      secret: randomText(32),
      consumerKey,
      session: this.#newSession(),
    };
    this.#tokens.set(credentials.token, credentials);
    return credentials;
  }

  #newSession(): Session | null {
    const { tokenLifetimeSeconds, clock } = this.#options;
    if (tokenLifetimeSeconds === null) return null;
    const tokenEndsAtMs = clock.nowMs() + tokenLifetimeSeconds * 1000;
    return { handle: randomText(18), tokenEndsAtMs, endsAtMs: tokenEndsAtMs + renewalMs };
  }
}

const parameterNames = {
  token: 'oauth_token',
  callback: 'oauth_callback',
  verifier: 'oauth_verifier',
  sessionHandle: 'oauth_session_handle',
} as const;

function refuseParameters(
  verified: VerifiedRequest,
  parameters: readonly (keyof typeof parameterNames)[],
): void {
  for (const parameter of parameters) {
    const name = parameterNames[parameter];
    if (verified[parameter] !== undefined) throw rejected(name, `${name} does not belong here`);
  }
}

/**
 * RFC 5849 section 2.1: `oauth_callback` is REQUIRED, an absolute URI or `oob`.
 * The sandbox sends a person's browser to this machine only, so the URI has to be http on a loopback address.
 */
function parseCallback(callback: string | undefined): string | null {
  if (callback === undefined || callback === '') throw absent('oauth_callback');
  if (callback === 'oob') return null;
  if (isLoopbackCallback(callback)) return callback;
  throw rejected('oauth_callback', 'oauth_callback is neither an http loopback URL nor "oob"');
}
