import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { build } from 'esbuild';

/** The command of a TypeScript program, bundled so that many of them start quickly. To be called outside of any test. */
export async function bundledProgram(url: URL): Promise<readonly string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'bitbranch-program-'));
  after(() => rm(directory, { recursive: true }));
  const outfile = join(directory, 'program.cjs');
  await build({
    entryPoints: [url.pathname],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
  return [process.execPath, outfile];
}
