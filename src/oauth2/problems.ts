import { ResponseBodyError } from 'oauth4webapi';
import { BitbranchError, type Explanation, signInAgain } from '../errors.ts';

/** What was given for tokens: a code (RFC 6749 section 4.1.3) or a refresh token (section 6). */
export type Grant = 'code' | 'refresh token';

interface Problem extends Explanation {
  /** Where it is not `sign_in_refused`. */
  readonly code?: 'server';
}

const tryLater = 'Try again in a few minutes.';
const checkConsumer = `Compare the key and the secret with those that the server shows for the OAuth consumer. ${signInAgain}`;

/** The errors of RFC 6749 sections 4.1.2.1 and 5.2, and what to do about them. */
const explanations = new Map<string, Problem>([
  [
    'invalid_client',
    { sentence: 'The server does not accept the key and secret.', hint: checkConsumer },
  ],
  [
    'unauthorized_client',
    {
      sentence: 'The server does not let this OAuth consumer sign people in.',
      hint: checkConsumer,
    },
  ],
  [
    'invalid_grant',
    {
      sentence:
        'The server does not accept the code of this sign-in: it was cut short, expired or was used.',
      hint: signInAgain,
    },
  ],
  [
    'invalid_scope',
    {
      sentence: 'The OAuth consumer may not ask for what bitbranch needs.',
      hint: `Give the consumer permission to read repositories and the account. ${signInAgain}`,
    },
  ],
  [
    'invalid_request',
    {
      sentence: 'The server calls the request of this sign-in invalid.',
      hint: 'Check that the callback URL registered with the consumer fits: --callback-port and --callback-path set ours.',
    },
  ],
  [
    'server_error',
    { code: 'server', sentence: 'The server failed during the sign-in.', hint: tryLater },
  ],
  [
    'temporarily_unavailable',
    { code: 'server', sentence: 'The server is too busy for a sign-in.', hint: tryLater },
  ],
]);

/** The other names of these sections. A name of no section may be anything, the secret that was sent among it. */
const otherNames = new Set(['unsupported_grant_type', 'unsupported_response_type']);

const missingCallback: Problem = {
  sentence: 'The OAuth consumer has no callback URL, and OAuth 2.0 needs one.',
  hint: `Edit the consumer on the server and set its callback URL to http://127.0.0.1/callback. ${signInAgain}`,
};

/** Where a used, expired or withdrawn refresh token is refused; Bitbucket Cloud says `unauthorized_client`, once said `invalid_request`. */
const spentRefreshToken = new Set(['invalid_grant', 'invalid_request', 'unauthorized_client']);

/**
 * An error on the redirect (section 4.1.2.1). Whoever saw the state can have written its description, which is therefore
 * understood and not shown.
 */
export function authorizationProblem(error: string, description = ''): BitbranchError {
  if (error === 'access_denied') {
    return new BitbranchError('sign_in_denied', 'Access was denied on the consent page.', {
      hint: `Nothing was stored. ${signInAgain}`,
    });
  }
  return refusal(explanationOf(error, description));
}

/** Whatever kept an answer of the token endpoint from being tokens; nothing of the answer is shown but the error's name. */
export function tokenProblem(grant: Grant, problem: unknown): BitbranchError {
  if (!(problem instanceof ResponseBodyError)) {
    return new BitbranchError('server', 'The server did not answer as OAuth 2.0 asks.', {
      hint: 'Check that --host and --kind name a Bitbucket, and that no proxy or sign-in page answers in its place.',
    });
  }
  const { error, error_description = '' } = problem;
  if (grant === 'refresh token' && spentRefreshToken.has(error)) {
    return new BitbranchError('sign_in_needed', 'The server has ended this sign-in.', {
      hint: signInAgain,
    });
  }
  if (grant === 'refresh token' && !explanations.has(error)) {
    return new BitbranchError(
      'sign_in_needed',
      `The sign-in could not be renewed: the server answered with ${shownName(error)}.`,
      { hint: signInAgain },
    );
  }
  return refusal(explanationOf(error, error_description));
}

function refusal({ code, sentence, ...details }: Problem): BitbranchError {
  return new BitbranchError(code ?? 'sign_in_refused', sentence, details);
}

function explanationOf(error: string, description: string): Problem {
  if (/no callback ur[il]/i.test(description)) return missingCallback;
  return (
    explanations.get(error) ?? {
      sentence: `The server refused the sign-in: ${shownName(error)}.`,
      hint: 'Ask the administrator of the server what it means.',
    }
  );
}

function shownName(error: string): string {
  return otherNames.has(error) ? error : 'an error without a registered name';
}
