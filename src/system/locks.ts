import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Locks } from '../context.ts';
import { BitbranchError } from '../errors.ts';
import { systemClock } from './clock-and-random.ts';
import { isSystemError, reasonOf, type SystemError } from './system-error.ts';

export interface LockOptions {
  /** Ends the waiting; its reason is what the promise rejects with. */
  readonly signal?: AbortSignal | undefined;
  readonly waitMs?: number;
}

/** How often the holder shows that it lives. */
const heartbeatMs = 1_000;
/** How long a holder may show nothing before it counts as dead. */
const patienceMs = 5_000;
/** The most between two looks at first. */
const firstPauseMs = 40;
/** Later: whoever has waited for long looks less often, since hundreds that wait would take the processor from the holder. */
const longestPauseMs = 400;
const pausePart = 1 / 4;
/** The most that the time between two looks at a holder counts. */
const longestGapMs = 400;

/** Locks across processes, as directories `HASH.lock`: a name may be of any length and hold any character. */
export function createLocks(directory: string): Locks {
  return {
    async withLock(name, work, signal) {
      const { createHash } = await import('node:crypto');
      const digest = createHash('sha256').update(name).digest('hex').slice(0, 32);
      const release = await acquireLock(join(directory, digest), { signal }).catch((error) => {
        throw isSystemError(error) ? noLocks(directory, error) : error;
      });
      try {
        return await work();
      } finally {
        await release();
      }
    },
  };
}

/**
 * Waits until this process is the only one that holds `PATH.lock`, and resolves with the function that releases it.
 * The directory is made where it is missing. A holder that was killed is replaced after {@link patienceMs}.
 * @throws {BitbranchError} `timeout` when another process held it for `waitMs`; errors of the file system as they are
 */
export async function acquireLock(
  path: string,
  { signal, waitMs = 60_000 }: LockOptions = {},
): Promise<() => Promise<void>> {
  const { default: lockfile } = await import('proper-lockfile');
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const startMs = performance.now();
  const watch = watchHolder(path);
  for (;;) {
    signal?.throwIfAborted();
    try {
      const release = await lockfile.lock(path, ownLock);
      return () => release().catch(() => {}); // what can't be released beats no more and is replaced
    } catch (error) {
      if (!isHeld(error)) throw error;
    }
    const { beat, silentMs } = await watch();
    if (silentMs > patienceMs) await removeDeadLock(path, beat);
    const waitedMs = performance.now() - startMs;
    if (waitedMs > waitMs) throw stillHeld(path, waitMs);
    await systemClock.sleep(Math.random() * pauseMs(waitedMs), signal);
  }
}

function pauseMs(waitedMs: number): number {
  return Math.min(Math.max(firstPauseMs, waitedMs * pausePart), longestPauseMs);
}

const ownLock = {
  realpath: false, // the file need not exist
  update: heartbeatMs,
  // Never stale for the library: where several processes find a dead lock, each would remove whatever is there by then, even
  // the new lock of the one that was faster.
  stale: Number.POSITIVE_INFINITY,
  onCompromised: () => {},
};

interface Watched {
  /** Last sign of life; null where nobody holds the lock. */
  readonly beat: number | null;
  /** For how long it was seen unchanged. */
  readonly silentMs: number;
}

/**
 * Looks for signs of life. It compares no clocks, since the file may lie on another machine; and the time between two looks
 * counts little, since holder and waiter may have slept in it, with the laptop or the container.
 */
function watchHolder(path: string): () => Promise<Watched> {
  let last: Watched = { beat: null, silentMs: 0 };
  let lookedAtMs = performance.now();
  return async () => {
    const beat = await beatOf(path);
    const sinceMs = Math.min(performance.now() - lookedAtMs, longestGapMs);
    lookedAtMs = performance.now();
    const isSilent = beat !== null && beat === last.beat;
    last = { beat, silentMs: isSilent ? last.silentMs + sinceMs : 0 };
    return last;
  };
}

async function beatOf(path: string): Promise<number | null> {
  try {
    return (await stat(`${path}.lock`)).mtimeMs;
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** One process at a time, and only while the lock is still the one that was watched. */
async function removeDeadLock(path: string, beat: number | null): Promise<void> {
  const { default: lockfile } = await import('proper-lockfile');
  try {
    const release = await lockfile.lock(`${path}.takeover`, { realpath: false, stale: patienceMs });
    if ((await beatOf(path)) === beat) await rm(`${path}.lock`, { recursive: true, force: true });
    await release();
  } catch (error) {
    if (!isHeld(error)) throw error;
  }
}

function isHeld(error: unknown): boolean {
  return isSystemError(error) && error.code === 'ELOCKED';
}

function stillHeld(path: string, waitMs: number): BitbranchError {
  return new BitbranchError(
    'timeout',
    `Another bitbranch has kept ${path} locked for ${waitMs / 1000} s.`,
    { hint: 'Wait for it to finish, or end it, and try again.' },
  );
}

function noLocks(directory: string, error: SystemError): BitbranchError {
  return new BitbranchError(
    'usage',
    `The configuration directory ${directory} can't be written: ${reasonOf(error)}.`,
    { hint: 'Put that right, or set BITBRANCH_CONFIG_DIR to another directory.', cause: error },
  );
}
