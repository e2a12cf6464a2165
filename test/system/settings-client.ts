// Adds accounts to the settings file, for tests that need whole processes: settings-client.ts DIRECTORY NAME…
import type { Settings } from '../../src/credentials/settings.ts';
import { createSettingsFile } from '../../src/system/settings-file.ts';

const [directory = '', ...names] = process.argv.slice(2);
const settingsFile = createSettingsFile({
  env: { BITBRANCH_CONFIG_DIR: directory },
  platform: process.platform,
  homedir: '/nowhere',
});
for (const name of names) await settingsFile.update((settings) => withAccount(settings, name));

function withAccount(settings: Settings, name: string): Settings {
  const accounts = settings.hosts['https://bitbucket.org']?.accounts ?? {};
  const account = {
    displayName: null,
    protocol: 'oauth1',
    store: 'keychain',
    signedInAt: '2026-01-02T03:04:05.000Z',
    expiresAt: null,
  } as const;
  return {
    ...settings,
    hosts: {
      ...settings.hosts,
      'https://bitbucket.org': { kind: 'cloud', accounts: { ...accounts, [name]: account } },
    },
  };
}
