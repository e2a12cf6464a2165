// Bundles src/ into dist/: a few CommonJS chunks, each loaded only when a command needs it.
// esbuild splits ES modules only, so the bundle is made as ES modules and swc then turns each chunk into CommonJS: an ES
// module that imports node:http costs 35 ms at start-up on Node 22 and later, a CommonJS one 4 ms, and one that loads
// each of Node's modules at its first use less still.
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const outDirectory = join(root, 'dist');
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

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
  target: 'node20.19',
  external: ['keytar'],
  define: { BITBRANCH_VERSION: JSON.stringify(version) },
  plugins: [fewChunks(), withoutStreamPolyfill()],
  legalComments: 'none',
  metafile: true,
  write: false,
});

await rm(outDirectory, { recursive: true, force: true });
for (const file of bundle.outputFiles) {
  await mkdir(dirname(file.path), { recursive: true });
  await writeFile(file.path, await commonJs(file));
}
await chmod(join(outDirectory, 'main.cjs'), 0o755);
await writeFile(join(outDirectory, 'THIRD-PARTY-LICENSES.txt'), await licences(bundle.metafile));

/** The real world is set up before it is known what of it a command will use; the other chunks are loaded to be used. */
async function commonJs({ path, text }) {
  const { inputs } = bundle.metafile.outputs[relative(root, path)];
  const isLazy = Object.keys(inputs).some((input) => input.startsWith('src/system/'));
  const { code } = await transform(text, {
    swcrc: false,
    minify: true,
    jsc: {
      minify: { compress: false, mangle: false },
      parser: { syntax: 'ecmascript' },
      target: 'es2022',
    },
    module: {
      type: 'commonjs',
      lazy: isLazy ? builtinModules.flatMap((name) => [name, `node:${name}`]) : false,
    },
  });
  return code;
}

/**
 * esbuild makes a chunk of each combination of lazily loaded files that share a module. Each of these files therefore
 * imports what has been loaded before it, so that there are two combinations: what main.ts needs at once, and what it
 * needs for commands.
 */
function fewChunks() {
  const main = join(root, 'src/main.ts');
  const commandBase = [join(root, 'src/cli/run.ts'), join(root, 'src/system/system-context.ts')];
  const lazyPaths = new Set();
  const latePaths = new Set(commandBase);
  return {
    name: 'few-chunks',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ kind, path, resolveDir, importer }) => {
        if (kind !== 'dynamic-import') return;
        lazyPaths.add(join(resolveDir, path));
        if (importer !== main) latePaths.add(join(resolveDir, path));
      });
      onLoad({ filter: /[/\\]src[/\\].*\.ts$/ }, async ({ path }) => {
        if (!lazyPaths.has(path)) return;
        const loaded = latePaths.has(path) ? [main, ...commandBase] : [main];
        const imports = loaded.map((loadedPath) => `import ${JSON.stringify(loadedPath)};`);
        return { contents: [await readFile(path, 'utf8'), ...imports].join('\n'), loader: 'ts' };
      });
    },
  };
}

/** node-fetch brings web streams for versions of Node that have none. */
function withoutStreamPolyfill() {
  return {
    name: 'without-stream-polyfill',
    setup({ onLoad }) {
      onLoad({ filter: /[/\\]fetch-blob[/\\]streams\.cjs$/ }, () => ({ contents: '' }));
    },
  };
}
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
