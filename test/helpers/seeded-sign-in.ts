import { dirname, join } from 'node:path';
import { withSignIn } from '../../src/auth/accounts.ts';
import { credentialReference } from '../../src/auth/stored-credential.ts';
import type { Credential, OAuth2Credential } from '../../src/credentials/credential.ts';
import { createKeychainStore } from '../../src/credentials/keychain-store.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { systemRandom } from '../../src/system/clock-and-random.ts';
import { createKeychain } from '../../src/system/keychain-process.ts';
import { createSettingsFile } from '../../src/system/settings-file.ts';
import { type HostKind, newTokens } from './oauth2-client.ts';
import { builtProgram, type Home } from './spawn-cli.ts';

/** Leaves in a home, and in its keychain, what a login leaves there. */
export async function seedSignIn(home: Home, ...credentials: readonly Credential[]): Promise<void> {
  const { platform } = process;
  const keychain = createKeychain({
    env: home.env,
    platform,
    interactive: false,
    onWaiting: () => {},
    helperCommand: [process.execPath, join(dirname(builtProgram), 'keychain-helper.cjs')],
  });
  const store = createKeychainStore({ keychain, platform, random: systemRandom });
  const settings = createSettingsFile({ env: home.env, platform, homedir: home.directory });
  try {
    for (const credential of credentials) {
      await store.write(credentialReference(credential.host, credential.account.name), credential);
      await settings.update((current) => withSignIn(current, credential, 'keychain', new Date()));
    }
  } finally {
    keychain.dispose();
  }
}

const hourMs = 60 * 60 * 1000;

/** A sign-in of maria whose access token was issued three hours ago and has been good for two. */
export async function outdatedCredential(
  sandbox: Sandbox,
  kind: HostKind,
): Promise<OAuth2Credential> {
  const tokens = await newTokens(sandbox, kind);
  return {
    protocol: 'oauth2',
    host: sandbox.url,
    kind,
    account: { name: 'maria', displayName: 'María Gómez' },
    consumer: sandbox.consumer,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    issuedAt: new Date(Date.now() - 3 * hourMs).toISOString(),
    expiresAt: new Date(Date.now() - hourMs).toISOString(),
  };
}

/** The same, as if it were to be good for another hour. */
export function asUnexpired(credential: OAuth2Credential): OAuth2Credential {
  return { ...credential, expiresAt: new Date(Date.now() + hourMs).toISOString() };
}
