/** An answer that is an error. Its shape is made where it is sent, since each kind of host has its own. */
export class ApiError extends Error {
  readonly status: number;
  /** What Cloud adds to the message. */
  readonly detail: ErrorDetail | undefined;
  /** Value of `WWW-Authenticate`, for the credentials that would have been taken. */
  readonly challenge: string | undefined;

  constructor(
    status: number,
    message: string,
    { detail, challenge }: { detail?: ErrorDetail; challenge?: string } = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.detail = detail;
    this.challenge = challenge;
  }
}

export type ErrorDetail = string | Readonly<Record<string, unknown>>;

/** What every challenge names as its protection space (RFC 9110 section 11.5). */
export const protectionRealm = 'realm="bitbranch sandbox"';
