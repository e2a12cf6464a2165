/** What a host is: bitbucket.org and what behaves like it, or a Data Center instance. */
export type HostKind = 'cloud' | 'datacenter';

/** Who signed in. `name` is the key under which the credential is stored and what `--account` takes. */
export interface Account {
  readonly name: string;
  readonly displayName: string | null;
}

/** The client credentials of RFC 5849 section 1.1, signing with HMAC-SHA1. */
export interface Consumer {
  readonly key: string;
  readonly secret: string;
}

/** Token credentials (RFC 5849 section 1.1) together with the consumer that they were issued to. */
export interface OAuth1Credential {
  readonly protocol: 'oauth1';
  /** Base URL of the host, without a trailing slash: the credential is only ever sent there. */
  readonly host: string;
  readonly kind: HostKind;
  readonly account: Account;
  readonly consumer: Consumer;
  readonly token: string;
  readonly tokenSecret: string;
}

export type Credential = OAuth1Credential;

export type Protocol = Credential['protocol'];
