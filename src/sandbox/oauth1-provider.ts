import { randomInt } from 'node:crypto';
import { OAuthRefusal } from './oauth1-parameters.ts';
import { equalInConstantTime } from './oauth1-signature.ts';
import {
  type SharedSecrets,
  type SignedRequest,
  type VerifiedRequest,
  verifyRequest,
} from './oauth1-verifier.ts';
import { ReplayGuard } from './replay-guard.ts';

export interface Credentials {
  readonly token: string;
  readonly secret: string;
}

/** Where a request for access stands with the person who is asked. */
type Decision =
  | { readonly state: 'open' }
  | { readonly state: 'granted'; readonly verifier: string }
  | { readonly state: 'denied' };

/** Temporary credentials (RFC 5849 section 2.1) and what became of them. */
export interface AccessRequest extends Credentials {
  /** Where the person is sent afterwards; null for `oob`, the verifier is then shown instead. */
  readonly callback: string | null;
  /** Proves that a decision was sent from the page made for this very request. */
  readonly antiForgery: string;
  readonly expiresAtMs: number;
  readonly decision: Decision;
}

export interface OAuth1ProviderOptions {
  readonly consumer: { readonly key: string; readonly secret: string };
  readonly clock: { nowMs(): number };
}

const requestLifetimeMs = 10 * 60 * 1000;

/** The server side of RFC 5849, kept in memory. Whatever it does not expect is refused with a reason. */
export class OAuth1Provider {
  readonly #consumer: OAuth1ProviderOptions['consumer'];
  readonly #clock: OAuth1ProviderOptions['clock'];
  readonly #replayGuard: ReplayGuard;
  readonly #accessRequests = new Map<string, AccessRequest>();
  readonly #tokenSecrets = new Map<string, string>();

  constructor({ consumer, clock }: OAuth1ProviderOptions) {
    this.#consumer = consumer;
    this.#clock = clock;
    this.#replayGuard = new ReplayGuard(clock);
  }

  /** RFC 5849 section 2.1. @throws {OAuthRefusal} */
  issueTemporaryCredentials(request: SignedRequest): Credentials {
    const { callback, token, verifier } = this.#verify(request, () => undefined);
    if (token !== undefined || verifier !== undefined) {
      throw new OAuthRefusal(400, 'oauth_token and oauth_verifier do not belong here');
    }
    const accessRequest: AccessRequest = {
      token: randomText(18),
      secret: randomText(32),
      callback: parseCallback(callback),
      antiForgery: randomText(32),
      expiresAtMs: this.#clock.nowMs() + requestLifetimeMs,
      decision: { state: 'open' },
    };
    this.#forgetExpired();
    this.#accessRequests.set(accessRequest.token, accessRequest);
    return accessRequest;
  }

  /** The request behind a token; undefined when it was never made, is spent or has expired. */
  accessRequest(token: string): AccessRequest | undefined {
    const accessRequest = this.#accessRequests.get(token);
    const isCurrent =
      accessRequest !== undefined && accessRequest.expiresAtMs > this.#clock.nowMs();
    return isCurrent ? accessRequest : undefined;
  }

  /** RFC 5849 section 2.2: the person's word on an open request. Resolves to the verifier to hand over. */
  grant(accessRequest: AccessRequest): string {
    const verifier = randomText(10, '0123456789');
    this.#decide(accessRequest, { state: 'granted', verifier });
    return verifier;
  }

  deny(accessRequest: AccessRequest): void {
    this.#decide(accessRequest, { state: 'denied' });
  }

  /** RFC 5849 section 2.3. @throws {OAuthRefusal} */
  issueTokenCredentials(request: SignedRequest): Credentials {
    const { token, verifier, callback } = this.#verify(
      request,
      (token) => this.accessRequest(token)?.secret,
    );
    if (token === undefined) throw new OAuthRefusal(400, 'oauth_token is missing');
    if (verifier === undefined) throw new OAuthRefusal(400, 'oauth_verifier is missing');
    if (callback !== undefined) throw new OAuthRefusal(400, 'oauth_callback does not belong here');
    const decision = this.accessRequest(token)?.decision;
    if (decision?.state === 'denied') throw new OAuthRefusal(401, 'access was denied');
    if (decision?.state !== 'granted') throw new OAuthRefusal(401, 'access is not granted yet');
    if (!equalInConstantTime(verifier, decision.verifier)) {
      throw new OAuthRefusal(401, 'the verifier is not the one handed out for this token');
    }
    this.#accessRequests.delete(token);
    const credentials = { token: randomText(18), secret: randomText(32) };
    this.#tokenSecrets.set(credentials.token, credentials.secret);
    return credentials;
  }

  /** RFC 5849 section 3: a request for a protected resource. @throws {OAuthRefusal} */
  authenticate(request: SignedRequest): void {
    const { token, callback, verifier } = this.#verify(request, (token) =>
      this.#tokenSecrets.get(token),
    );
    if (token === undefined) throw new OAuthRefusal(400, 'oauth_token is missing');
    if (callback !== undefined || verifier !== undefined) {
      throw new OAuthRefusal(400, 'oauth_callback and oauth_verifier do not belong here');
    }
  }

  #verify(request: SignedRequest, tokenSecret: SharedSecrets['tokenSecret']): VerifiedRequest {
    const verified = verifyRequest(request, {
      consumerSecret: (key) => (key === this.#consumer.key ? this.#consumer.secret : undefined),
      tokenSecret,
    });
    // Only after the signature: nobody else can then spend a consumer's nonces.
    this.#replayGuard.check(verified);
    return verified;
  }

  #decide(accessRequest: AccessRequest, decision: Decision): void {
    this.#accessRequests.set(accessRequest.token, { ...accessRequest, decision });
  }

  #forgetExpired(): void {
    for (const { token } of this.#accessRequests.values()) {
      if (this.accessRequest(token) === undefined) this.#accessRequests.delete(token);
    }
  }
}

const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';

/** Text that can't be guessed. */
export function randomText(length: number, alphabet = letters): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}

/**
 * RFC 5849 section 2.1: `oauth_callback` is REQUIRED, an absolute URI or `oob`.
 * The sandbox sends a person's browser to this machine only, so the URI has to be http on a loopback address.
 */
function parseCallback(callback: string | undefined): string | null {
  if (callback === undefined || callback === '') {
    throw new OAuthRefusal(400, 'oauth_callback is missing');
  }
  if (callback === 'oob') return null;
  const url = URL.canParse(callback) ? new URL(callback) : null;
  const isLoopback =
    url !== null && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url?.protocol !== 'http:' || !isLoopback || url.username !== '' || callback.includes('#')) {
    throw new OAuthRefusal(400, 'oauth_callback is neither an http loopback URL nor "oob"');
  }
  return callback;
}
