import { open, readdir, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Replaces a file so that whoever reads at any moment, and after a crash at any point, finds the old content or the new one,
 * whole. For its owner only. To be called under the lock of the file.
 *
 * Not write-file-atomic: it takes a short write for a whole one, and on a full disk puts half of the new content in the
 * place of the old.
 */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const target = await realpath(path).catch(() => path); // a link stays a link
  await removeRemains(target);
  const temporary = `${target}.${crypto.randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** What killed processes left, which may hold secrets that were removed since. */
async function removeRemains(target: string): Promise<void> {
  const directory = dirname(target);
  const remains = (await readdir(directory)).filter(
    (name) => name.startsWith(`${basename(target)}.`) && name.endsWith('.tmp'),
  );
  for (const name of remains) await rm(join(directory, name), { force: true });
}
