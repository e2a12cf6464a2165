import type { OAuth2Dialect } from '../oauth2/dialect.ts';
import type { Permission } from '../permission.ts';

/** What an administrator let the consumer have. */
const allowedScopes = ['PUBLIC_REPOS', 'REPO_READ', 'REPO_WRITE'];
const defaultScopes = ['PUBLIC_REPOS', 'REPO_READ'];

/** Data Center's OAuth 2.0. */
export function dataCenterOAuth2(lifetimeSeconds = 3600): OAuth2Dialect {
  const invalidClient = { error: 'invalid_client', description: 'Client authentication failed' };
  return {
    authorizationPath: '/rest/oauth2/latest/authorize',
    tokenPath: '/rest/oauth2/latest/token',
    challengeMethods: ['S256', 'plain'],
    clientErrors: { missing: invalidClient, wrong: invalidClient },
    tokens: {
      length: 43,
      lifetimeSeconds,
      refreshError: {
        error: 'invalid_grant',
        description: 'The refresh token is not known, has expired or was used',
      },
      lockOutSeconds: 0,
    },
    grantedScope(requested) {
      const names = requested?.split(' ') ?? defaultScopes;
      return names.every((name) => allowedScopes.includes(name)) ? names.join(' ') : null;
    },
    permissionsOf: (scope) => permissionsOf(scope.split(' ')),
  };
}

/** Each scope has the lesser ones in it; everything here is private, which `PUBLIC_REPOS` does not help with. */
function permissionsOf(scopes: readonly string[]): readonly Permission[] {
  if (scopes.includes('REPO_WRITE')) return ['account', 'repository', 'repository:write'];
  return scopes.includes('REPO_READ') ? ['account', 'repository'] : ['account'];
}
