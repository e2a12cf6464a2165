import { account } from './account.ts';
import type { Caller } from './caller.ts';
import { equalInConstantTime } from './constant-time.ts';

/** A token as people make them on Bitbucket's pages. */
export interface GivenToken {
  readonly token: string;
  /** The tokens of a workspace belong to no user. */
  readonly kind: 'user' | 'workspace';
  /** Of a user's API token, which Cloud takes as a password with it, and not as a bearer token. */
  readonly email?: string;
}

/** Who presents a token: without a user name as a bearer token (RFC 6750), else as a password (RFC 7617). */
export interface PresentedToken {
  readonly userName: string | null;
  readonly token: string;
}

/** Which of the tokens it is, as the kind of host takes them; undefined for none. */
export function givenTokenCaller(
  tokens: readonly GivenToken[],
  { userName, token }: PresentedToken,
  hostKind: 'cloud' | 'datacenter',
): Caller | undefined {
  const given = tokens.find((known) => equalInConstantTime(token, known.token));
  if (given === undefined) return undefined;
  const { kind, email } = given;
  const isUser = kind === 'user';
  const isTaken =
    userName === null
      ? hostKind === 'datacenter' || email === undefined
      : isUser &&
        (userName === email || (hostKind === 'datacenter' && userName === account.username));
  if (!isTaken) return undefined;
  return {
    credentialType: isUser ? 'apitoken' : 'access_token',
    isUser,
    permissions: ['account', 'repository', 'repository:write'],
  };
}
