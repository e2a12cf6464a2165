/** Names from the OAuth Problem Reporting extension, which Data Center sends. */
export type OAuthProblem =
  | 'consumer_key_unknown'
  | 'nonce_used'
  | 'parameter_absent'
  | 'parameter_rejected'
  | 'permission_denied'
  | 'permission_unknown'
  | 'signature_invalid'
  | 'signature_method_rejected'
  | 'timestamp_refused'
  | 'token_expired'
  | 'token_rejected'
  | 'version_rejected';

/** RFC 5849 section 3.2: what is lost, repeated or not supported is a bad request. */
const badRequests: ReadonlySet<OAuthProblem> = new Set([
  'parameter_absent',
  'parameter_rejected',
  'signature_method_rejected',
  'version_rejected',
]);

/** Why a request is not accepted; the reason holds no secret, but the details may. */
export class OAuthRefusal extends Error {
  readonly problem: OAuthProblem;
  /** What the extension adds for some problems. */
  readonly details: Readonly<Record<string, string>>;

  constructor(
    problem: OAuthProblem,
    reason: string,
    details: Readonly<Record<string, string>> = {},
  ) {
    super(reason);
    this.name = 'OAuthRefusal';
    this.problem = problem;
    this.details = details;
  }

  get status(): 400 | 401 {
    return badRequests.has(this.problem) ? 400 : 401;
  }
}

export function absent(name: string): OAuthRefusal {
  return new OAuthRefusal('parameter_absent', `${name} is missing`, {
    oauth_parameters_absent: name,
  });
}

export function rejected(name: string, reason: string): OAuthRefusal {
  return new OAuthRefusal('parameter_rejected', reason, { oauth_parameters_rejected: name });
}
