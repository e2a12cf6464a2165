import type { Consumer, HostKind, SecretConsumer } from './credential.ts';

interface PendingBase {
  /** Base URL of the host, without a trailing slash. */
  readonly host: string;
  readonly kind: HostKind;
}

/** Temporary credentials (RFC 5849 section 2.1) for which a person has yet to decide. */
export interface PendingOAuth1 extends PendingBase {
  readonly protocol: 'oauth1';
  readonly consumer: Consumer;
  readonly token: string;
  readonly tokenSecret: string;
}

/** An authorization request (RFC 6749 section 4.1.1) for which a person has yet to decide. */
export interface PendingOAuth2 extends PendingBase {
  readonly protocol: 'oauth2';
  readonly consumer: SecretConsumer;
  readonly url: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly codeVerifier: string;
}

/** A sign-in between its first step and its last, as data that can be kept; it is secret until it is over. */
export type PendingSignIn = PendingOAuth1 | PendingOAuth2;
