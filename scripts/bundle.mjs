// The bundle of src/, the program and the library, as esbuild makes it in memory.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
export const outDirectory = join(root, 'dist');

/** Files as ES modules in `outputFiles`, and what went into each in `metafile`. */
export async function bundle() {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return build({
    absWorkingDir: root,
    entryPoints: {
      main: 'src/main.ts',
      library: 'src/library.ts',
      'keychain-helper': 'src/system/keychain-helper.ts',
    },
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
}

/** Every package that has code in the bundle, with its directory, by name. */
export async function bundledPackages(metafile) {
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs));
  const directories = new Set(inputs.map(packageDirectory).filter(Boolean));
  return Promise.all([...directories].sort().map(readPackage));
}

async function readPackage(directory) {
  const manifest = await readFile(join(root, directory, 'package.json'), 'utf8');
  const { name, version, license } = JSON.parse(manifest);
  return { directory, name, version, license };
}

function packageDirectory(input) {
  const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
  return match?.[1];
}

/**
 * esbuild makes a chunk of each combination of entries that share a module. Each lazily loaded file, and the library, therefore
 * imports what has been loaded before it, so that there are two combinations: what main.ts imports at once, and what it
 * loads for commands. Not main.ts itself, which runs the program.
 */
function fewChunks() {
  const main = join(root, 'src/main.ts');
  const library = join(root, 'src/library.ts');
  const inSources = (path) => join(root, 'src', path);
  const mainBase = ['cli/commands.ts', 'system/output.ts', 'version.ts'].map(inSources);
  const commandBase = ['cli/run.ts', 'system/system-context.ts'].map(inSources);
  const lazyPaths = new Set([library]);
  const latePaths = new Set([...commandBase, library]);
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
        const loaded = latePaths.has(path) ? [...mainBase, ...commandBase] : mainBase;
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
