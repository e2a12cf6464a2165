import { invalidRedirectUriPage, unknownClientPage } from '../consent/pages.ts';
import { type AccessRequest, AccessRequests, type Question } from '../consent/requests.ts';
import type { Opening } from '../consent/routes.ts';
import { isLoopbackCallback } from '../loopback.ts';
import { meaningsOf, type Permission } from '../permission.ts';
import { randomText } from '../random-text.ts';
import { type Challenge, meetsChallenge, parseChallenge } from './challenge.ts';
import { authenticateClient, type Client } from './client-authentication.ts';
import type { OAuth2Dialect } from './dialect.ts';
import { TokenError } from './token-error.ts';
import { type Grant, type TokenPair, Tokens } from './tokens.ts';

/** RFC 6749 section 4.1.1. */
export interface AuthorizationRequest extends Question {
  readonly redirectUri: string;
  readonly state: string | undefined;
  readonly scope: string;
  readonly challenge: Challenge | null;
}

interface Code {
  readonly request: AuthorizationRequest;
  readonly endsAtMs: number;
}

const codeLifetimeMs = 10 * 60 * 1000;

/** The authorization server of RFC 6749 for one client, with PKCE (RFC 7636), kept in memory. */
export class OAuth2Provider {
  readonly requests: AccessRequests<AuthorizationRequest>;
  readonly #client: Client;
  readonly #dialect: OAuth2Dialect;
  readonly #clock: { nowMs(): number };
  readonly #codes = new Map<string, Code>();
  readonly #tokens: Tokens;

  constructor(client: Client, dialect: OAuth2Dialect, clock: { nowMs(): number }) {
    this.requests = new AccessRequests(clock);
    this.#client = client;
    this.#dialect = dialect;
    this.#clock = clock;
    this.#tokens = new Tokens(dialect.tokens, clock);
  }

  /** RFC 6749 section 4.1.1. Without a client and a redirect URI that fit, the browser is sent nowhere (section 4.1.2.1). */
  open(query: ReadonlyMap<string, string>): Opening<AuthorizationRequest> {
    const { key } = this.#client;
    if (query.get('client_id') !== key) return { kind: 'page', page: unknownClientPage() };
    const redirectUri = query.get('redirect_uri') ?? '';
    if (!isLoopbackCallback(redirectUri)) return { kind: 'page', page: invalidRedirectUriPage() };

    const state = query.get('state');
    const refuse = (error: string, description: string): Opening<AuthorizationRequest> => ({
      kind: 'redirect',
      callback: redirectUri,
      parameters: { error, error_description: description, ...(state !== undefined && { state }) },
    });
    const responseType = query.get('response_type');
    if (responseType === undefined) return refuse('invalid_request', 'response_type is missing');
    if (responseType !== 'code') return refuse('unsupported_response_type', 'It has to be "code"');
    const challenge = parseChallenge(query, this.#dialect.challengeMethods);
    if (challenge === undefined) {
      return refuse('invalid_request', 'The code challenge or its method is not supported');
    }
    const scope = this.#dialect.grantedScope(query.get('scope'));
    if (scope === null) return refuse('invalid_scope', 'The consumer may not have this scope');

    const request = this.requests.open({
      consumerKey: key,
      meanings: meaningsOf(this.#dialect.permissionsOf(scope)),
      callback: redirectUri,
      redirectUri,
      state,
      scope,
      challenge,
    });
    return { kind: 'question', request };
  }

  /** RFC 6749 section 4.1.2. */
  grant({ id, asked }: AccessRequest<AuthorizationRequest>): Readonly<Record<string, string>> {
    const code = randomText(24);
    this.#codes.set(code, { request: asked, endsAtMs: this.#clock.nowMs() + codeLifetimeMs });
    this.requests.remove(id);
    return { code, ...(asked.state !== undefined && { state: asked.state }) };
  }

  /** RFC 6749 section 4.1.2.1. */
  deny({
    asked: { state },
  }: AccessRequest<AuthorizationRequest>): Readonly<Record<string, string>> {
    return {
      error: 'access_denied',
      error_description: 'The person denied the request',
      ...(state !== undefined && { state }),
    };
  }

  /** RFC 6749 sections 4.1.3 and 6. @throws {TokenError} */
  answer(authorization: string | undefined, form: ReadonlyMap<string, string>): TokenPair {
    const grantType = form.get('grant_type');
    if (grantType !== 'authorization_code' && grantType !== 'refresh_token') {
      const name = /^[\w:-]{1,64}$/.test(grantType ?? '') ? grantType : 'None';
      throw new TokenError('unsupported_grant_type', `Unsupported grant type: ${name}`);
    }
    authenticateClient(this.#client, authorization, form, this.#dialect.clientErrors);
    return grantType === 'refresh_token'
      ? this.#tokens.refresh(required(form, 'refresh_token'))
      : this.#exchange(form);
  }

  /** What an access token is good for. */
  permissionsOf(accessToken: string): readonly Permission[] | 'expired' | undefined {
    const found = this.#tokens.find(accessToken);
    return typeof found === 'object' ? this.#dialect.permissionsOf(found.scope) : found;
  }

  #exchange(form: ReadonlyMap<string, string>): TokenPair {
    const code = required(form, 'code');
    const redirectUri = required(form, 'redirect_uri');
    const known = this.#codes.get(code);
    if (known === undefined || known.endsAtMs <= this.#clock.nowMs()) {
      throw new TokenError('invalid_grant', 'The code is not known, has expired or was used');
    }
    const { request } = known;
    if (redirectUri !== request.redirectUri) {
      throw new TokenError(
        'invalid_grant',
        'redirect_uri is not the one that the code was made for',
      );
    }
    if (!meetsChallenge(request.challenge, form.get('code_verifier'))) {
      throw new TokenError('invalid_grant', 'code_verifier does not meet the challenge');
    }
    this.#codes.delete(code);
    const grant: Grant = { consumerKey: request.consumerKey, scope: request.scope };
    return this.#tokens.issue(grant);
  }
}

function required(form: ReadonlyMap<string, string>, name: string): string {
  const value = form.get(name);
  if (!value) throw new TokenError('invalid_request', `${name} is missing`);
  return value;
}
