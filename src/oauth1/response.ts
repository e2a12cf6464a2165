/** A server's answer to a request of RFC 5849 section 2, or its refusal of one of section 3. */
export interface ProtocolResponse {
  readonly status: number;
  readonly body: string;
  /** The WWW-Authenticate header, where some servers say what the problem is. */
  readonly wwwAuthenticate?: string | null;
  /** What `clockSkewSeconds` measured when the answer came. */
  readonly clockSkewSeconds?: number | null;
}

/** The form-encoded fields of an answer, whatever content type it claims: Data Center says text/plain. */
export function fieldsOf({ body }: ProtocolResponse): URLSearchParams {
  return new URLSearchParams(body.trim());
}

/** The value of a field that is there exactly once, else null. */
export function only(fields: URLSearchParams, name: string): string | null {
  const values = fields.getAll(name);
  return values.length === 1 ? (values[0] ?? null) : null;
}

/** The `oauth_problem` (the OAuth Problem Reporting extension) in the body of an answer or in its header; null without one. */
export function problemOf(response: ProtocolResponse): string | null {
  const challenge = response.wwwAuthenticate ?? '';
  const [, challenged = null] =
    /(?:^|[\s,])oauth_problem\s*=\s*"?([^\s",]+)/i.exec(challenge) ?? [];
  return only(fieldsOf(response), 'oauth_problem') || challenged;
}
