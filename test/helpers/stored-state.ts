import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Credential } from '../../src/credentials/credential.ts';
import type { HostSettings } from '../../src/credentials/settings.ts';
import type { Home } from './spawn-cli.ts';

const run = promisify(execFile);

/** What is stored of one host, as other programs see it. */
export interface StoredState {
  /** Secrets in the keychain, by kind of record. */
  readonly keychain: Readonly<Record<'credential' | 'consumer' | 'pending', readonly string[]>>;
  /** The host's entry in the settings; undefined without one. */
  readonly settings: HostSettings | undefined;
}

const services = {
  credential: 'bitbranch',
  consumer: 'bitbranch-consumer',
  pending: 'bitbranch-pending',
} as const;

export async function storedState(home: Home, hostUrl: string): Promise<StoredState> {
  const [credential, consumer, pending] = await Promise.all(
    Object.values(services).map((service) => secretsOf(`${service}:${hostUrl}`, home.env)),
  );
  return {
    keychain: { credential: credential ?? [], consumer: consumer ?? [], pending: pending ?? [] },
    settings: (await settingsOf(home)).hosts?.[hostUrl],
  };
}

/** The credentials that the keychain holds for a host. */
export async function keychainCredentials(hostUrl: string): Promise<readonly Credential[]> {
  const secrets = await secretsOf(`${services.credential}:${hostUrl}`);
  return secrets.map((secret) => JSON.parse(secret).record);
}

async function secretsOf(
  service: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<readonly string[]> {
  const { stdout } = await run('secret-tool', ['search', '--all', 'service', service], { env });
  return [...stdout.matchAll(/^secret = (.*)$/gm)].map(([, secret = '']) => secret);
}

async function settingsOf(home: Home): Promise<{ hosts?: Record<string, HostSettings> }> {
  const path = join(home.env['BITBRANCH_CONFIG_DIR'] ?? '', 'settings.json');
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return {};
  }
}
