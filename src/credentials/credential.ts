/** What a host is: bitbucket.org and what behaves like it, or a Data Center instance. */
export type HostKind = 'cloud' | 'datacenter';

/** Who signed in. `name` is the key under which the credential is stored and what `--account` takes. */
export interface Account {
  readonly name: string;
  readonly displayName: string | null;
}

/** A consumer whose secret signs with HMAC-SHA1 (RFC 5849 section 3.4.2), or authenticates an OAuth 2.0 client. */
export interface SecretConsumer {
  readonly key: string;
  readonly secret: string;
}

/** A consumer whose private key signs with RSA-SHA1 (RFC 5849 section 3.4.3). */
export interface KeyPairConsumer {
  readonly key: string;
  /** PKCS#8 in PEM. */
  readonly privateKey: string;
}

export type Consumer = SecretConsumer | KeyPairConsumer;

interface CredentialBase {
  /** Base URL of the host, without a trailing slash: the credential is only ever sent there. */
  readonly host: string;
  readonly kind: HostKind;
  readonly account: Account;
  /** ISO 8601, UTC; null for a credential that does not expire, or whose server does not tell. */
  readonly expiresAt: string | null;
}

/** Token credentials (RFC 5849 section 1.1) together with the consumer that they were issued to. */
export interface OAuth1Credential extends CredentialBase {
  readonly protocol: 'oauth1';
  readonly consumer: Consumer;
  readonly token: string;
  readonly tokenSecret: string;
  /** Renews the token where the server knows the OAuth session extension. */
  readonly sessionHandle: string | null;
}

/** An access token (RFC 6749 section 1.4) together with the consumer that it was issued to. */
export interface OAuth2Credential extends CredentialBase {
  readonly protocol: 'oauth2';
  readonly consumer: SecretConsumer;
  readonly accessToken: string;
  /** Null where the server issues none. */
  readonly refreshToken: string | null;
  /** ISO 8601, UTC. */
  readonly issuedAt: string;
}

/** A token made on a Bitbucket page: `email:token` is sent as Basic, everything else as Bearer. */
export interface TokenCredential extends CredentialBase {
  readonly protocol: 'token';
  readonly token: string;
}

export type Credential = OAuth1Credential | OAuth2Credential | TokenCredential;

export type Protocol = Credential['protocol'];

export const protocols = ['oauth1', 'oauth2', 'token'] as const satisfies readonly Protocol[];
