import { createHash } from 'node:crypto';
import { equalInConstantTime } from '../constant-time.ts';

export type ChallengeMethod = 'S256' | 'plain';

/** RFC 7636 section 4.2. */
export interface Challenge {
  readonly method: ChallengeMethod;
  readonly value: string;
}

/** The challenge of an authorization request; null for none, undefined for one that can't be used. */
export function parseChallenge(
  query: ReadonlyMap<string, string>,
  methods: readonly ChallengeMethod[],
): Challenge | null | undefined {
  const value = query.get('code_challenge');
  const named = query.get('code_challenge_method');
  if (value === undefined) return named === undefined ? null : undefined;
  // RFC 7636 section 4.3: "plain" when it is not named.
  const method = methods.find((known) => known === (named ?? 'plain'));
  if (method === undefined) return undefined;
  // Of a SHA-256 digest, base64url makes 43 characters.
  const isWellFormed = method === 'S256' ? /^[\w-]{43}$/.test(value) : isCodeVerifier(value);
  return isWellFormed ? { method, value } : undefined;
}

/** RFC 7636 section 4.6. A verifier without a challenge is refused as well: somebody may have taken the challenge away. */
export function meetsChallenge(
  challenge: Challenge | null,
  codeVerifier: string | undefined,
): boolean {
  if (challenge === null || codeVerifier === undefined) {
    return challenge === null && codeVerifier === undefined;
  }
  const transformed = challenge.method === 'S256' ? s256(codeVerifier) : codeVerifier;
  return isCodeVerifier(codeVerifier) && equalInConstantTime(transformed, challenge.value);
}

/** RFC 7636 section 4.1. */
function isCodeVerifier(text: string): boolean {
  return /^[A-Za-z0-9\-._~]{43,128}$/.test(text);
}

function s256(codeVerifier: string): string {
  return createHash('sha256').update(codeVerifier, 'ascii').digest('base64url');
}
