import { withSignIn } from '../../src/auth/accounts.ts';
import { withConsumer } from '../../src/auth/consumers.ts';
import { credentialReference } from '../../src/auth/stored-credential.ts';
import type { Credential, OAuth1Credential } from '../../src/credentials/credential.ts';
import { emptySettings } from '../../src/credentials/settings.ts';
import { testNowMs } from './context.ts';

export const cloudUrl = 'https://bitbucket.org';
export const otherUrl = 'https://git.example.com/bitbucket';

/** Every secret is recognisable, so that a test can search for it. */
export function credentialFor(
  host: string,
  name = 'maria',
  displayName: string | null = 'María Gómez',
): OAuth1Credential {
  const credential = {
    protocol: 'oauth1' as const,
    host,
    kind: 'cloud' as const,
    account: { name, displayName },
    consumer: { key: 'the-key', secret: 'the-consumer-secret' },
    token: `token-of-${name}`,
    tokenSecret: `token-secret-of-${name}`,
    sessionHandle: null,
    expiresAt: null,
  };
  return credential;
}

/** The world after these sign-ins, one after the other. */
export function signedIn(...credentials: readonly Credential[]) {
  return {
    settings: credentials.reduce((settings, credential) => {
      const known = withSignIn(settings, credential, 'keychain', new Date(testNowMs));
      if (!('consumer' in credential)) return known;
      const { host: url, kind, consumer } = credential;
      return withConsumer(known, { url, kind }, consumer.key);
    }, emptySettings),
    records: credentials.map((record) => ({
      reference: credentialReference(record.host, record.account.name),
      record,
    })),
  };
}
