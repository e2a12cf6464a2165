import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './bundle.mjs';

/** The declarations of the library and of what it names, in a folder that says that they are of a CommonJS module. */
export async function writeLibraryTypes(directory) {
  const emitted = join(directory, 'emitted');
  await promisify(execFile)(process.execPath, [
    join(root, 'node_modules/typescript/bin/tsc'),
    ...['--project', join(root, 'scripts/library.tsconfig.json'), '--outDir', emitted],
  ]);
  const written = new Set();
  async function write(path) {
    if (written.has(path)) return;
    written.add(path);
    const text = await readFile(join(emitted, path), 'utf8');
    const target = join(directory, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text.replace(/(?<=from '\.[^']*)\.ts(?=')/g, '.js'));
    for (const [, imported] of text.matchAll(/from '(\.[^']*)\.ts'/g)) {
      await write(join(dirname(path), `${imported}.d.ts`));
    }
  }
  await write('library.d.ts');
  await writeFile(join(directory, 'package.json'), '{ "type": "commonjs" }\n');
  await rm(emitted, { recursive: true });
}
