import { BitbranchError, type Explanation, signInAgain } from '../errors.ts';
import { clockSkewInWords } from './clock-skew.ts';
import { type ProtocolResponse, problemOf } from './response.ts';

/** Which request of RFC 5849 section 2 was refused: the one for temporary credentials (2.1) or for token credentials (2.3). */
export type Step = 'temporary credentials' | 'token credentials';

const setClockRight = "Set this computer's clock right: servers allow a few minutes of difference.";

/**
 * What servers say in `oauth_problem` (the OAuth Problem Reporting extension) and what to do about it. The set is open:
 * a server may send others.
 */
const problems = new Map<string, Explanation>([
  [
    'consumer_key_unknown',
    {
      sentence: 'The server does not know this consumer key.',
      hint: 'Compare BITBRANCH_CONSUMER_KEY or --consumer-key with the key of the OAuth consumer registered there.',
    },
  ],
  [
    'signature_invalid',
    {
      sentence: 'The server could not confirm the signature of the request.',
      hint: 'Check the consumer secret or, for a key pair, the public key registered on the server: it belongs to another consumer key, or is mistyped.',
    },
  ],
  [
    'timestamp_refused',
    {
      sentence: 'The server refused the time of the request.',
      hint: setClockRight,
    },
  ],
  ['nonce_used', { sentence: 'The server has seen this very request before.', hint: signInAgain }],
  [
    'token_rejected',
    { sentence: 'The server does not accept the token of this sign-in.', hint: signInAgain },
  ],
  [
    'token_expired',
    {
      sentence: 'The sign-in took longer than the server allows.',
      hint: `Answer the consent page within a few minutes. ${signInAgain}`,
    },
  ],
  [
    'token_used',
    { sentence: 'The token of this sign-in has been used already.', hint: signInAgain },
  ],
  [
    'token_revoked',
    { sentence: 'The token of this sign-in was withdrawn on the server.', hint: signInAgain },
  ],
  [
    'permission_unknown',
    {
      sentence: 'The server has no answer of the person to the question for access.',
      hint: `Grant access on the consent page. ${signInAgain}`,
    },
  ],
  [
    'permission_denied',
    {
      sentence: 'The server does not permit access to this consumer.',
      hint: 'Check on the server which permissions the consumer has and who may use it.',
    },
  ],
  [
    'parameter_absent',
    {
      sentence: 'The server misses something in the request.',
      hint: 'Check that --host and --kind name a server that speaks OAuth 1.0a.',
    },
  ],
  [
    'parameter_rejected',
    {
      sentence: 'The server rejected a part of the request.',
      hint: 'Check that the callback URL registered with the consumer fits: --callback-port and --callback-path set ours.',
    },
  ],
]);

/** The other names of the extension. Any other word may be anything, what was sent or an outsider's text among it. */
const otherProblems = new Set([
  'additional_authorization_required',
  'consumer_key_refused',
  'consumer_key_rejected',
  'signature_method_rejected',
  'token_not_renewable',
  'verifier_invalid',
  'version_rejected',
]);

/** A refusal whose reason the server gave by its name. */
export class NamedRefusal extends BitbranchError {
  /** The value of `oauth_problem`, where it is a known one. */
  readonly problem: string;

  constructor(problem: string, { sentence, ...details }: Explanation) {
    super('sign_in_refused', sentence, details);
    this.problem = problem;
  }
}

/** The failure behind an answer whose status is no success. Its `oauth_problem` is understood; nothing else of it is shown. */
export function refusal(step: Step, response: ProtocolResponse): BitbranchError {
  const { status, clockSkewSeconds = null } = response;
  const problem = problemOf(response);
  // RFC 6585 section 4.
  if (status === 429) {
    return new BitbranchError('rate_limited', 'The server takes no more requests for now.', {
      hint: `Wait a few minutes. ${signInAgain}`,
    });
  }
  if (status < 400 || status >= 500) {
    return new BitbranchError('server', `The server failed during the sign-in (HTTP ${status}).`, {
      hint: 'Try again later, and check that --host names the server itself.',
    });
  }
  if (step === 'token credentials' && problem !== null && isDenial(problem)) return denial();
  if (problem === 'timestamp_refused' && clockSkewSeconds !== null) {
    return timeRefusal(clockSkewSeconds);
  }
  return problem === null ? unexplainedRefusal(step, status) : refusalFor(problem);
}

function timeRefusal(clockSkewSeconds: number): BitbranchError {
  return new BitbranchError(
    'sign_in_refused',
    `The server refused the time of the request: ${clockSkewInWords(clockSkewSeconds)}.`,
    { hint: setClockRight },
  );
}

/** The failure when the person said no, or when the server says so by `problem` on the callback. */
export function denial(problem: string | null = null): BitbranchError {
  if (problem !== null && !isDenial(problem)) return refusalFor(problem);
  return new BitbranchError('sign_in_denied', 'Access was denied on the consent page.', {
    hint: `Nothing was stored. ${signInAgain}`,
  });
}

/** Data Center says `permission_denied` or `permissions_denied`, others `user_refused`. */
function isDenial(problem: string): boolean {
  return problem.startsWith('permission') || problem === 'user_refused';
}

function refusalFor(problem: string): NamedRefusal {
  const known =
    problems.get(problem) ?? (isDenial(problem) ? problems.get('permission_denied') : undefined);
  const isKnown = problems.has(problem) || otherProblems.has(problem);
  const name = isKnown ? problem : 'a problem without a known name';
  return new NamedRefusal(
    name,
    known ?? {
      sentence: `The server refused the sign-in: ${name}.`,
      hint: 'Ask the administrator of the server what it means.',
    },
  );
}

/** By the second step the server has accepted consumer and clock, and only what came back from the browser is new. */
const likelyReasons: Readonly<Record<Step, string>> = {
  'temporary credentials': "Check the consumer key, the consumer secret and this computer's clock.",
  'token credentials':
    'The address that the browser came back to may have been cut short, used before or too old.',
};

function unexplainedRefusal(step: Step, status: number): BitbranchError {
  if (status === 404 || status === 405 || status === 410) {
    return new BitbranchError(
      'sign_in_refused',
      `The server has no OAuth 1.0a sign-in at this address (HTTP ${status}).`,
      { hint: 'Check --host and --kind, or ask its administrator whether OAuth 1.0a is offered.' },
    );
  }
  return new BitbranchError(
    'sign_in_refused',
    `The server refused to issue ${step} (HTTP ${status}) and gave no reason.`,
    { hint: `${likelyReasons[step]} ${signInAgain}` },
  );
}
