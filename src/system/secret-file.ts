import { constants, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SecretFile } from '../credentials/file-keychain.ts';
import { BitbranchError } from '../errors.ts';
import { writeAtomically } from './atomic-file.ts';
import { acquireLock } from './locks.ts';
import { isSystemError, reasonOf } from './system-error.ts';

/** @param interrupted ends the waiting for another process that writes */
export function createSecretFile(
  path: string,
  platform: NodeJS.Platform,
  interrupted?: AbortSignal,
): SecretFile {
  const userId = platform === 'win32' ? undefined : process.geteuid?.();
  return {
    path,
    read: () => readSecret(path, userId),

    async update(change) {
      const release = await acquireLock(path, { signal: interrupted }).catch((error) => {
        throw explained(path, error);
      });
      try {
        const changed = await change(await readSecret(path, userId));
        if (changed === null) return false;
        await writeAtomically(path, changed);
        return true;
      } catch (error) {
        throw explained(path, error);
      } finally {
        await release();
      }
    },
  };
}

/** Looks at the very file that it reads, and neither follows a link nor waits at a pipe. */
async function readSecret(path: string, userId: number | undefined): Promise<Uint8Array | null> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  try {
    const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      refuseUnsafe(path, { file: await file.stat(), directory: await stat(dirname(path)), userId });
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return null;
    throw explained(path, error);
  }
}

interface Ownership {
  readonly file: Stats;
  readonly directory: Stats;
  /** Undefined on Windows, which knows neither such owners nor such modes; there the directory is one user's from the start. */
  readonly userId: number | undefined;
}

function refuseUnsafe(path: string, { file, directory, userId }: Ownership): void {
  if (!file.isFile()) throw refused(path, 'it is no ordinary file', moveAway);
  if (userId === undefined) return;
  if (file.uid !== userId) throw refused(path, 'it belongs to another user', moveAway);
  if ((file.mode & 0o077) !== 0) {
    const mode = (file.mode & 0o777).toString(8);
    throw refused(path, `other users can open it (mode ${mode})`, `Run: chmod 600 '${path}'`);
  }
  if (directory.uid !== userId || (directory.mode & 0o022) !== 0) {
    const fix = `Make the directory yours alone: chmod 700 '${dirname(path)}'`;
    throw refused(path, 'other users can change its directory', fix);
  }
}

const moveAway =
  'Move it away and sign in again, or set BITBRANCH_CONFIG_DIR to another directory.';

function refused(path: string, reason: string, hint: string): BitbranchError {
  return new BitbranchError(
    'store_unavailable',
    `The credential file ${path} is not safe: ${reason}.`,
    { hint },
  );
}

/** As a failure of the store, where it is one of the lock or of the file system. */
function explained(path: string, error: unknown): unknown {
  if (error instanceof BitbranchError && error.code === 'timeout') {
    const { message, hint } = error;
    return new BitbranchError('store_locked', message, { ...(hint && { hint }), cause: error });
  }
  if (!isSystemError(error)) return error;
  // How open() with O_NOFOLLOW says that it met a link.
  if (error.code === 'ELOOP') return refused(path, 'it is a symbolic link', moveAway);
  return new BitbranchError(
    'store_unavailable',
    `The credential file ${path} can't be used: ${reasonOf(error)}.`,
    { hint: 'Put that right, or set BITBRANCH_CONFIG_DIR to another directory.', cause: error },
  );
}
