/** RFC 6749 section 5.2: why a token request is refused. */
export class TokenError extends Error {
  readonly error: string;

  constructor(error: string, description: string) {
    super(description);
    this.name = 'TokenError';
    this.error = error;
  }
}

/** The client did not prove who it is, which is answered by a challenge. */
export class ClientRefusal extends TokenError {}
