// Chunks that are always loaded together become one file: each file costs a third of a millisecond at every start.

/** The entries of the bundle, by what starts them first; what one has in common with an earlier one stays there. */
const packs = [
  { name: 'base', entries: ['src/main.ts'] },
  { name: 'outset', entries: ['src/system/outset.ts'] },
  { name: 'command', entries: ['src/cli/run.ts', 'src/system/system-context.ts'] },
  {
    name: 'listing',
    entries: ['src/cli/commands/branches.ts', 'node_modules/node-fetch/src/index.js'],
  },
];

/** What Node itself starts, each by its name. */
const started = ['main.cjs', 'library.cjs', 'keychain-helper.cjs'];

/**
 * Code by file name, with the packs in place of the chunks that went into them.
 * @param codeOf CommonJS by file name, as chunks require each other
 * @param outputs the same chunks in esbuild's metafile
 */
export function pack(codeOf, outputs) {
  const packOf = new Map();
  for (const { name, entries } of packs) {
    for (const chunk of entries.flatMap((entry) => loadedBy(entry, outputs))) {
      if (!started.includes(chunk) && !packOf.has(chunk)) packOf.set(chunk, name);
    }
  }
  const files = new Map();
  for (const [chunk, code] of codeOf) {
    if (!packOf.has(chunk)) files.set(chunk, linked(code, packOf));
  }
  for (const { name } of packs) {
    const chunks = [...codeOf].filter(([chunk]) => packOf.get(chunk) === name);
    files.set(
      `${name}.cjs`,
      packFile(chunks.map(([chunk, code]) => [chunk, linked(code, packOf, name)])),
    );
  }
  return files;
}

/** Names of the chunks that an entry requires at once, with those that they require, and its own. */
function loadedBy(entry, outputs) {
  const [first] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === entry) ?? [];
  if (first === undefined) throw new Error(`The bundle has no entry ${entry}.`);
  const paths = new Set([first]);
  for (const path of paths) {
    for (const { kind, path: required, external } of outputs[path].imports) {
      if (kind === 'import-statement' && !external) paths.add(required);
    }
  }
  return [...paths].map((path) => path.slice(path.lastIndexOf('/') + 1));
}

/** The code of a chunk, with what it requires of packs asked of these. */
function linked(code, packOf, own) {
  return code.replace(/\brequire\("\.\/([\w-]+\.cjs)"\)/g, (asIs, chunk) => {
    const name = packOf.get(chunk);
    if (name === undefined) return asIs;
    return name === own ? `load("${chunk}")` : `require("./${name}.cjs").load("${chunk}")`;
  });
}

/** Functions in parentheses are compiled at once, not looked through first and compiled when they are called. */
function packFile(chunks) {
  const functions = chunks.map(([chunk, code]) => `"${chunk}":(function(exports){${code}})`);
  return `"use strict";
const chunks={${functions.join(',\n')}};
const loaded={};
function load(chunk){return loaded[chunk]??(chunks[chunk](loaded[chunk]={}),loaded[chunk])}
exports.load=load;
`;
}
