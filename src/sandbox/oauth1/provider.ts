import { AccessRequests, type Question } from '../consent/requests.ts';
import { equalInConstantTime } from '../constant-time.ts';
import { isLoopbackCallback } from '../loopback.ts';
import { randomText } from '../random-text.ts';
import { absent, OAuthRefusal, rejected } from './refusal.ts';
import { ReplayGuard } from './replay-guard.ts';
import { type TokenCredentials, type TokenOptions, Tokens } from './tokens.ts';
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

export interface OAuth1ProviderOptions extends TokenOptions {
  readonly consumers: Consumers;
  /** What a consumer is let do, in words. */
  readonly meanings: readonly string[];
}

/** The server side of RFC 5849, kept in memory. Whatever it does not expect is refused with a reason. */
export class OAuth1Provider {
  readonly requests: AccessRequests<TemporaryCredentials>;
  readonly #options: OAuth1ProviderOptions;
  readonly #replayGuard: ReplayGuard;
  readonly #tokens: Tokens;

  constructor(options: OAuth1ProviderOptions) {
    this.requests = new AccessRequests(options.clock);
    this.#options = options;
    this.#replayGuard = new ReplayGuard(options.clock);
    this.#tokens = new Tokens(options);
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
      (token) => this.requests.find(token)?.asked ?? this.#tokens.find(token),
    );
    refuseParameters(verified, ['callback']);
    const { token, verifier, sessionHandle, consumerKey } = verified;
    if (token === undefined) throw absent('oauth_token');
    if (sessionHandle === undefined) this.#spendRequest(token, verifier);
    else this.#tokens.spend(token, sessionHandle);
    return this.#tokens.issue(consumerKey);
  }

  /** RFC 5849 section 3: a request for a protected resource. @throws {OAuthRefusal} */
  authenticate(request: SignedRequest): void {
    const verified = this.#verify(request, (token) => this.#tokens.find(token));
    refuseParameters(verified, ['callback', 'verifier', 'sessionHandle']);
    if (verified.token === undefined) throw absent('oauth_token');
    this.#tokens.requireCurrent(verified.token);
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
