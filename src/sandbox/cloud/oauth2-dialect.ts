import type { OAuth2Dialect } from '../oauth2/dialect.ts';
import type { Permission } from '../permission.ts';

const invalidClient = {
  error: 'unauthorized_client',
  description: 'Invalid OAuth client credentials',
};

/** Cloud's OAuth 2.0: the scope is the one that the consumer is registered with, whatever is asked for. */
export function cloudOAuth2(
  permissions: readonly Permission[],
  lifetimeSeconds = 7200,
): OAuth2Dialect {
  return {
    authorizationPath: '/site/oauth2/authorize',
    tokenPath: '/site/oauth2/access_token',
    challengeMethods: ['S256'],
    clientErrors: {
      missing: {
        error: 'unauthorized_client',
        description: 'Requests must be authenticated using OAuth client credentials',
      },
      wrong: invalidClient,
    },
    tokens: { length: 2200, lifetimeSeconds, refreshError: invalidClient, lockOutSeconds: 10 },
    grantedScope: () => permissions.join(' '),
    permissionsOf: (scope) => permissions.filter((name) => scope.split(' ').includes(name)),
  };
}
