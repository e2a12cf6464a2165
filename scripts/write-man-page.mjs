import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './bundle.mjs';

/** The manual page, made by scripts/man-page.ts: bundled first, since Node 20 runs no TypeScript. */
export async function writeManPage(path) {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['scripts/man-page.ts'],
    bundle: true,
    format: 'esm',
    platform: 'node',
    define: { BITBRANCH_VERSION: JSON.stringify(version) },
    write: false,
  });
  const [{ contents }] = outputFiles;
  const code = `data:text/javascript;base64,${Buffer.from(contents).toString('base64')}`;
  const { manPage } = await import(code);
  await writeFile(path, manPage());
}
