import { credentialReference } from '../../src/auth/stored-credential.ts';
import { hostAt } from '../../src/bitbucket/hosts.ts';
import type { OAuth2Credential } from '../../src/credentials/credential.ts';
import { testNowMs } from './context.ts';
import { cloudUrl } from './signed-in.ts';

export const cloud = hostAt(cloudUrl, 'cloud');
export const userUrl = `${cloud.apiUrl}/2.0/user`;
export const tokenRequest = `POST ${cloud.oauth2.tokenUrl}`;

/** Of maria, issued an hour before the tests' time and good for two; every secret is recognisable. */
export const oauth2Credential: OAuth2Credential = {
  protocol: 'oauth2',
  host: cloudUrl,
  kind: 'cloud',
  account: { name: 'maria', displayName: 'María Gómez' },
  consumer: { key: 'the-key', secret: 'the-consumer-secret' },
  accessToken: 'first-access-token',
  refreshToken: 'first-refresh-token',
  issuedAt: new Date(testNowMs - 3_600_000).toISOString(),
  expiresAt: new Date(testNowMs + 3_600_000).toISOString(),
};

export const expiredCredential: OAuth2Credential = {
  ...oauth2Credential,
  expiresAt: new Date(testNowMs - 1).toISOString(),
};

/** A store that holds the credential, as it is told to a test's world. */
export function recordOf(record: OAuth2Credential) {
  return { reference: credentialReference(record.host, record.account.name), record };
}

/** What the token endpoint answers; undefined leaves a field out. */
export function tokenAnswer(fields: Readonly<Record<string, unknown>> = {}) {
  return {
    body: JSON.stringify({
      access_token: 'second-access-token',
      token_type: 'bearer',
      expires_in: 7200,
      refresh_token: 'second-refresh-token',
      ...fields,
    }),
  };
}
