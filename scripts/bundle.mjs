// The bundle of src/, the program and the library, as esbuild makes it in memory.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
export const outDirectory = join(root, 'dist');

/** Files as ES modules in `outputFiles`, and what went into each in `metafile`. */
export async function bundle() {
  const options = {
    ...(await asModules()),
    outdir: outDirectory,
    outExtension: { '.js': '.cjs' },
    target: 'node20.19',
    external: ['keytar'],
    legalComments: 'none',
    metafile: true,
  };
  const program = await build({
    ...options,
    entryPoints: { main: 'src/main.ts', library: 'src/library.ts' },
    chunkNames: '[name]-[hash]',
    splitting: true,
    plugins: [fewChunks(), evaluatedOverview(), withoutStreamPolyfill()],
  });
  // Shares no file with the program, so that it starts with one.
  const helper = await build({ ...options, entryPoints: ['src/system/keychain-helper.ts'] });
  return {
    outputFiles: [...program.outputFiles, ...helper.outputFiles],
    metafile: {
      inputs: { ...program.metafile.inputs, ...helper.metafile.inputs },
      outputs: { ...program.metafile.outputs, ...helper.metafile.outputs },
    },
  };
}

/** What a TypeScript file exports, by running it: bundled first, since Node 20 runs no TypeScript. */
export async function evaluate(path) {
  const { outputFiles } = await build({ ...(await asModules()), entryPoints: [path] });
  const [{ contents }] = outputFiles;
  return import(`data:text/javascript;base64,${Buffer.from(contents).toString('base64')}`);
}

async function asModules() {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return {
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    platform: 'node',
    define: { BITBRANCH_VERSION: JSON.stringify(version) },
    write: false,
  };
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
 * imports what has been loaded before it, and all but the light commands import all that a listing takes as well, which is
 * asked for most. So there are few combinations: what main.ts imports at once, what it loads for commands, and the listing. Not
 * main.ts itself, which runs the program.
 */
function fewChunks() {
  const inSources = (path) => join(root, 'src', path);
  const [main, library] = ['main.ts', 'library.ts'].map(inSources);
  const mainBase = ['cli/commands.ts', 'system/leave.ts', 'system/output.ts', 'version.ts'].map(
    inSources,
  );
  const commandBase = [
    ...['cli/run.ts', 'system/system-context.ts'],
    ...['cli/host-choice.ts', 'cli/options.ts', 'cli/output/branch-records.ts'],
  ].map(inSources);
  const lightCommands = ['cli/commands/help.ts', 'cli/commands/completion.ts'].map(inSources);
  const listing = inSources('cli/commands/branches.ts');
  const lazyPaths = new Set([library]);
  const earlyPaths = new Set();

  function loadedBefore(path) {
    if (commandBase.includes(path)) return [...mainBase, ...commandBase];
    if (earlyPaths.has(path)) return mainBase;
    const base = [...mainBase, ...commandBase];
    return lightCommands.includes(path) ? base : [...base, listing];
  }

  return {
    name: 'few-chunks',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ kind, path, resolveDir, importer }) => {
        if (kind !== 'dynamic-import') return;
        lazyPaths.add(join(resolveDir, path));
        if (importer === main) earlyPaths.add(join(resolveDir, path));
      });
      onLoad({ filter: /[/\\]src[/\\].*\.ts$/ }, async ({ path }) => {
        if (!lazyPaths.has(path)) return;
        const imports = loadedBefore(path).map((loaded) => `import ${JSON.stringify(loaded)};`);
        return { contents: [await readFile(path, 'utf8'), ...imports].join('\n'), loader: 'ts' };
      });
    },
  };
}

/** The text of the overview instead of all that it is made from. */
function evaluatedOverview() {
  return {
    name: 'evaluated-overview',
    setup({ onLoad }) {
      onLoad({ filter: /[/\\]src[/\\]cli[/\\]overview\.ts$/ }, async ({ path }) => {
        const { overview } = await evaluate(path);
        return { contents: `export const overview = ${JSON.stringify(overview)};` };
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

/** Bytes in the bundle of each package that src/ imports, with what it brings along. */
export function librarySizes({ inputs, outputs }) {
  const bytesOf = new Map();
  for (const output of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      bytesOf.set(path, (bytesOf.get(path) ?? 0) + bytesInOutput);
    }
  }
  const sizes = new Map();
  for (const [path, { imports }] of Object.entries(inputs)) {
    if (!path.startsWith('src/')) continue;
    for (const { path: entry } of imports) {
      const directory = packageDirectory(entry);
      if (directory === undefined) continue;
      const bytes = [...reachable(entry, inputs)].reduce(
        (sum, each) => sum + (bytesOf.get(each) ?? 0),
        0,
      );
      sizes.set(directory.slice('node_modules/'.length), bytes);
    }
  }
  return sizes;
}

function reachable(entry, inputs, seen = new Set()) {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  for (const { path } of inputs[entry]?.imports ?? []) reachable(path, inputs, seen);
  return seen;
}
