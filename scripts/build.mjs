// Bundles src/ into dist/: small CommonJS chunks, each loaded only when a command needs it.
// esbuild splits ES modules only, so the bundle is made as ES modules and each chunk is then turned into CommonJS
// (an ES module that imports node:http costs 35 ms at start-up on Node 22 and later, a CommonJS one 4 ms).
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const outDirectory = join(root, 'dist');
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

const target = 'node20.19';

const bundle = await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/main.ts', 'keychain-helper': 'src/system/keychain-helper.ts' },
  outdir: outDirectory,
  outExtension: { '.js': '.cjs' },
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target,
  external: ['keytar'],
  define: { BITBRANCH_VERSION: JSON.stringify(version) },
  legalComments: 'none',
  metafile: true,
  write: false,
});

await rm(outDirectory, { recursive: true, force: true });
for (const file of bundle.outputFiles) {
  const { code } = await transform(file.text, {
    format: 'cjs',
    platform: 'node',
    target,
    supported: { 'dynamic-import': false },
    define: {
      'import.meta.dirname': '__dirname',
      'import.meta.filename': '__filename',
      'import.meta.url': 'importMetaUrl',
    },
    banner: file.text.includes('import.meta.url')
      ? "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;"
      : '',
  });
  await mkdir(dirname(file.path), { recursive: true });
  await writeFile(file.path, code);
}
await chmod(join(outDirectory, 'main.cjs'), 0o755);
await writeFile(join(outDirectory, 'THIRD-PARTY-LICENSES.txt'), await licences(bundle.metafile));

/** The licence text of every package that has code in the bundle. */
async function licences(metafile) {
  const bundled = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs));
  const directories = new Set(bundled.map(packageDirectory).filter(Boolean));
  const sections = [];
  for (const directory of [...directories].sort()) {
    const { name, version, license } = JSON.parse(
      await readFile(join(root, directory, 'package.json'), 'utf8'),
    );
    sections.push(`${name}@${version} (${license})\n\n${(await licenceText(directory)).trim()}\n`);
  }
  return sections.join(`\n${'-'.repeat(80)}\n\n`);
}

function packageDirectory(input) {
  const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
  return match?.[1];
}

async function licenceText(directory) {
  const file = (await readdir(join(root, directory))).find((name) =>
    /^licen[cs]e(\.|$)/i.test(name),
  );
  if (file === undefined) return 'The package ships no text of this licence.';
  return readFile(join(root, directory, file), 'utf8');
}
