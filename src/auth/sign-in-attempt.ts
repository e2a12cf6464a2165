import type { Account, Credential } from '../credentials/credential.ts';
import type { Judgement } from './callback-server.ts';

/** Trades a validated callback for a credential of {@link unnamedAccount}; the callback is spent then. */
export type Redeem = () => Promise<Credential>;

/** A sign-in that waits for a person's decision. */
export interface SignInAttempt {
  /** The page on which the person decides. */
  readonly authorizationUrl: string;
  /** Whether a request to the redirect URI answers this very attempt; only one that does can be redeemed. */
  judge(query: URLSearchParams): Judgement<Redeem>;
}

/** The account of a credential before, or without, knowing who signed in; no Bitbucket user name looks like it. */
export const unnamedAccount: Account = { name: '(unnamed)', displayName: null };
