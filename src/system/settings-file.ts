import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { emptySettings, type Settings, type SettingsStore } from '../credentials/settings.ts';
import {
  formatSettings,
  parseSettings,
  SettingsFormatError,
} from '../credentials/settings-format.ts';
import { BitbranchError } from '../errors.ts';
import { type ConfigDirectoryOptions, configDirectory } from './config-directory.ts';

/** The settings as `settings.json` in the configuration directory, both for their owner only. */
export function createSettingsFile(options: ConfigDirectoryOptions): SettingsStore {
  const path = join(configDirectory(options), 'settings.json');
  return {
    path,
    read: () => readSettings(path),
    update: (change) => updateSettings(path, change),
  };
}

async function readSettings(path: string): Promise<Settings> {
  try {
    return parseSettings(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof SettingsFormatError) throw unusable(path, error);
    if (!isSystemError(error)) throw error;
    if (error.code === 'ENOENT') return emptySettings;
    throw inaccessible(path, 'read', error);
  }
}

async function updateSettings(
  path: string,
  change: (settings: Settings) => Settings,
): Promise<void> {
  // Loaded here, as the lock's library is below, because only a command that changes something should pay for it.
  const { default: writeFileAtomic } = await import('write-file-atomic');
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const unlock = await lock(path);
    try {
      const changed = change(await readSettings(path));
      await writeFileAtomic(path, formatSettings(changed), { mode: 0o600 });
    } finally {
      await unlock();
    }
  } catch (error) {
    throw isSystemError(error) ? inaccessible(path, 'written', error) : error;
  }
}

/** Tries for longer than the 10 s after which the lock of a process that died counts for nothing. */
async function lock(path: string): Promise<() => Promise<void>> {
  const { default: lockfile } = await import('proper-lockfile');
  const deadlineMs = performance.now() + 20_000;
  for (;;) {
    try {
      return await lockfile.lock(path, { realpath: false, stale: 10_000 }); // no file yet, no real path
    } catch (error) {
      const isHeld = isSystemError(error) && error.code === 'ELOCKED';
      if (!isHeld || performance.now() > deadlineMs) throw error;
    }
    await setTimeout(10 + 30 * Math.random());
  }
}

type SystemError = Error & { readonly code: string };

/** An error of the file system or of the lock; BitbranchErrors have a code too. */
function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && !(error instanceof BitbranchError);
}

function unusable(path: string, error: SettingsFormatError): BitbranchError {
  if (error.isNewer) {
    return new BitbranchError(
      'usage',
      `A newer version of bitbranch wrote ${path}: ${error.message}.`,
      {
        hint: 'Upgrade bitbranch, or set BITBRANCH_CONFIG_DIR to another directory.',
      },
    );
  }
  return new BitbranchError('usage', `The settings in ${path} can't be used: ${error.message}.`, {
    hint: 'Correct the file, or move it away and sign in again.',
  });
}

function inaccessible(path: string, verb: 'read' | 'written', error: SystemError): BitbranchError {
  if (error.code === 'ELOCKED') {
    return new BitbranchError('timeout', `Another bitbranch keeps ${path} locked.`, {
      hint: `Try again; if no other one is running, remove ${path}.lock.`,
      cause: error,
    });
  }
  const reason = /^\w+: ([^,]+)/.exec(error.message)?.[1] ?? error.code;
  return new BitbranchError('usage', `The settings file ${path} can't be ${verb}: ${reason}.`, {
    hint: 'Put that right, or set BITBRANCH_CONFIG_DIR to another directory.',
    cause: error,
  });
}
