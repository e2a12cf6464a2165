import { protectionRealm } from '../api-error.ts';
import type { OAuth1Dialect } from '../oauth1/routes.ts';

export const cloudOAuth1: OAuth1Dialect = {
  temporaryCredentialsPath: '/api/1.0/oauth/request_token',
  authorizationPath: '/api/1.0/oauth/authenticate',
  tokenCredentialsPath: '/api/1.0/oauth/access_token',
  formType: 'application/x-www-form-urlencoded',
  // From the OAuth Problem Reporting extension.
  denial: { oauth_problem: 'permission_denied' },
  challenge: () => `OAuth ${protectionRealm}`,
  errorText: ({ message }) => `Could not verify OAuth request: ${message}.\n`,
};
