import { type Host, isBitbucketOrg } from '../bitbucket/hosts.ts';
import { BitbranchError } from '../errors.ts';

/**
 * Runs a step that takes a server's answer to OAuth 1.0a apart; a refusal by bitbucket.org gets its true reason.
 * @throws {BitbranchError} what the step throws, or {@link refusedByBitbucketOrg}
 */
export function explainingRefusal<T>(host: Host, step: () => T): T {
  try {
    return step();
  } catch (error) {
    const isRefusal = error instanceof BitbranchError && error.code === 'sign_in_refused';
    throw isRefusal && isBitbucketOrg(host.url) ? refusedByBitbucketOrg(error) : error;
  }
}

/** bitbucket.org has refused OAuth 1.0a since early 2026 and takes the same consumer for OAuth 2.0. */
export function refusedByBitbucketOrg(cause?: unknown): BitbranchError {
  return new BitbranchError(
    'sign_in_refused',
    'bitbucket.org refused the sign-in: it has not accepted OAuth 1.0a since early 2026.',
    {
      hint: 'The same consumer works with OAuth 2.0: bitbranch login --host bitbucket.org --protocol oauth2',
      cause,
    },
  );
}
