import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { createFileStore } from '../credentials/file-store.ts';
import { createKeychainStore } from '../credentials/keychain-store.ts';
import { passphraseFrom } from '../credentials/passphrase.ts';
import { version } from '../version.ts';
import { createBrowser } from './browser.ts';
import { newPrivateKey, systemClock, systemRandom } from './clock-and-random.ts';
import { configDirectory } from './config-directory.ts';
import { systemFiles } from './files.ts';
import { createGit } from './git.ts';
import { createHttpClient } from './http.ts';
import { createLocks } from './locks.ts';
import type { Outset } from './outset.ts';
import { createSystem } from './programs.ts';
import { discreet } from './redaction.ts';
import { createSecretFile } from './secret-file.ts';
import { createSettingsFile } from './settings-file.ts';
import { createTrace, traced, withoutSteering } from './trace.ts';

/** The real world. Everything that costs is loaded only when it is used. */
export function createSystemContext(argv: readonly string[], outset: Outset): Context {
  const { env, platform, interrupted, terminal, keychain } = outset;
  const trace = createTrace(
    terminal.stderr,
    argv.includes('--verbose') || env['BITBRANCH_DEBUG'] === '1',
  );
  const note = (sentence: string) => terminal.stderr.write(`${withoutSteering(sentence)}\n`);
  const home = { env, platform, homedir: homedir() };
  const stores = {
    keychain: createKeychainStore({ keychain, platform, random: systemRandom }),
    file: createFileStore({
      file: createSecretFile(
        join(configDirectory(home), 'credentials.encrypted'),
        platform,
        interrupted,
      ),
      askPassphrase: passphraseFrom(env, terminal),
      random: (length) => systemRandom.bytes(length),
    }),
  };
  return {
    env,
    platform,
    ownCommand: [process.execPath, ...process.argv.slice(1, 2)],
    terminal,
    clock: systemClock,
    random: systemRandom,
    newPrivateKey,
    http: traced(
      discreet(createHttpClient({ userAgent: `bitbranch/${version}`, interrupted, env })),
      trace,
      systemClock,
    ),
    browser: createBrowser(env, platform),
    git: createGit(env, platform),
    system: createSystem(env, platform),
    files: systemFiles,
    storeNamed: (name) => stores[name],
    settings: createSettingsFile(home),
    locks: createLocks(configDirectory(home)),
    trace,
    note,
    interrupted,
  };
}
