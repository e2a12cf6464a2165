import type { FastifyRequest } from 'fastify';
import { account } from '../account.ts';
import { ApiError, protectionRealm } from '../api-error.ts';
import { presentedToken, type Realm } from '../authentication.ts';
import { givenTokenCaller, type PresentedToken } from '../given-tokens.ts';
import type { Permission } from '../permission.ts';

/**
 * What a git client may do, which shows a token as a password. Which user name has to stand beside it depends on the kind
 * of host and of token.
 * @throws {ApiError} 401 without a good credential; its challenge is what makes git ask its helpers for one
 */
export function gitPermissions(realm: Realm, request: FastifyRequest): readonly Permission[] {
  const presented = presentedToken(request.headers.authorization);
  const permissions = presented === null ? undefined : permissionsOf(realm, presented);
  if (permissions !== undefined) return permissions;
  throw new ApiError(401, 'Authentication failed.', { challenge: `Basic ${protectionRealm}` });
}

function permissionsOf(realm: Realm, presented: PresentedToken): readonly Permission[] | undefined {
  const { hostKind } = realm;
  const { userName, token } = hostKind === 'cloud' ? asForRest(presented) : presented;
  const caller = givenTokenCaller(realm.tokens(), { userName, token }, hostKind);
  if (caller !== undefined) return caller.permissions;
  const isOwner = hostKind === 'datacenter' && userName === account.username;
  const permissions = userName === null || isOwner ? realm.oauth2.permissionsOf(token) : undefined;
  return permissions === 'expired' ? undefined : permissions;
}

/** As what Cloud's REST API would be shown the same token. */
function asForRest({ userName, token }: PresentedToken): PresentedToken {
  switch (userName) {
    case null:
    case 'x-token-auth':
      return { userName: null, token };
    case 'x-bitbucket-api-token-auth':
    case account.username:
      return { userName: account.email, token };
    default:
      return { userName: '', token };
  }
}
