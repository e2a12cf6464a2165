import { protectionRealm } from '../api-error.ts';
import type { OAuth1Dialect } from '../oauth1/routes.ts';

/** Application links; the errors are forms, as the OAuth Problem Reporting extension has them. */
export const dataCenterOAuth1: OAuth1Dialect = {
  temporaryCredentialsPath: '/plugins/servlet/oauth/request-token',
  authorizationPath: '/plugins/servlet/oauth/authorize',
  tokenCredentialsPath: '/plugins/servlet/oauth/access-token',
  formType: 'text/plain',
  denial: { oauth_verifier: 'denied' },
  challenge: ({ problem }) => `OAuth ${protectionRealm}, oauth_problem="${problem}"`,
  errorText: ({ problem, message, details }) =>
    new URLSearchParams({
      oauth_problem: problem,
      oauth_problem_advice: message,
      ...details,
    }).toString(),
};
