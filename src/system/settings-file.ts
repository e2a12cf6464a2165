import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { emptySettings, type Settings, type SettingsStore } from '../credentials/settings.ts';
import {
  formatSettings,
  parseSettings,
  SettingsFormatError,
} from '../credentials/settings-format.ts';
import { BitbranchError } from '../errors.ts';
import { writeAtomically } from './atomic-file.ts';
import { type ConfigDirectoryOptions, configDirectory } from './config-directory.ts';
import { acquireLock } from './locks.ts';
import { isSystemError, reasonOf, type SystemError } from './system-error.ts';

/** The settings as `settings.json` in the configuration directory, both for their owner only. */
export function createSettingsFile(options: ConfigDirectoryOptions): SettingsStore {
  const path = join(configDirectory(options), 'settings.json');
  return {
    path,
    read: () => readSettings(path),
    update: (change) => updateSettings(path, change),
    probe: (interrupted) => probeSettings(path, interrupted),
  };
}

async function readSettings(path: string): Promise<Settings> {
  try {
    // Every command waits for this small file, and the asynchronous way to it takes milliseconds to set up.
    return parseSettings(readFileSync(path, 'utf8'));
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
  await writing(path, async () => {
    await writeAtomically(path, formatSettings(change(await readSettings(path))));
  });
}

async function probeSettings(path: string, interrupted?: AbortSignal): Promise<void> {
  const probe = `${path}.probe`;
  const write = async () => {
    try {
      await writeAtomically(probe, formatSettings(await readSettings(path)));
    } finally {
      await rm(probe, { force: true });
    }
  };
  await writing(path, write, interrupted);
}

/** Does what writes under the lock of the file. */
async function writing(
  path: string,
  work: () => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  try {
    const unlock = await acquireLock(path, { signal });
    try {
      await work();
    } finally {
      await unlock();
    }
  } catch (error) {
    throw isSystemError(error) ? inaccessible(path, 'written', error) : error;
  }
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
  return new BitbranchError(
    'usage',
    `The settings file ${path} can't be ${verb}: ${reasonOf(error)}.`,
    {
      hint: 'Put that right, or set BITBRANCH_CONFIG_DIR to another directory.',
      cause: error,
    },
  );
}
