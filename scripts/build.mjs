// Bundles src/ into dist/: a few CommonJS chunks, each loaded only when a command needs it.
// esbuild splits ES modules only, so the bundle is made as ES modules and swc then turns each chunk into CommonJS: an ES
// module that imports node:http costs 35 ms at start-up on Node 22 and later, a CommonJS one 4 ms, and one that loads
// each of Node's modules at its first use less still.
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { basename, join, relative } from 'node:path';
import { transform } from '@swc/core';
import { bundle, bundledPackages, outDirectory, root } from './bundle.mjs';
import { writeLibraryTypes } from './library-types.mjs';
import { pack } from './pack.mjs';
import { writeManPage } from './write-man-page.mjs';

const { outputFiles, metafile } = await bundle();

await rm(outDirectory, { recursive: true, force: true });
await mkdir(outDirectory);
const codeOf = new Map();
for (const file of outputFiles) codeOf.set(basename(file.path), await commonJs(file));
for (const [name, code] of pack(codeOf, metafile.outputs)) {
  await writeFile(join(outDirectory, name), code);
}
await chmod(join(outDirectory, 'main.cjs'), 0o755);
await writeFile(join(outDirectory, 'THIRD-PARTY-LICENSES.txt'), await licences());
await writeLibraryTypes(join(outDirectory, 'types'));
await writeManPage(join(outDirectory, 'bitbranch.1'));

/** Modules of Node are loaded at their first use: much of what a chunk can do is not done in every run. */
async function commonJs({ path, text }) {
  const { exports } = metafile.outputs[relative(root, path)];
  const { code } = await transform(text, {
    swcrc: false,
    minify: true,
    jsc: {
      // What is shorter is read faster. Functions keep their names, which a stack trace shows.
      minify: { compress: true, mangle: { keep_fnames: true, keep_classnames: true } },
      parser: { syntax: 'ecmascript' },
      target: 'es2022',
    },
    module: {
      type: 'commonjs',
      lazy: builtinModules.flatMap((name) => [name, `node:${name}`]),
    },
  });
  return basename(path) === 'library.cjs' ? code + namedExports(exports) : code;
}

/** Never run, but how Node finds the names that an ES module may import from a CommonJS one. */
function namedExports(names) {
  return `\n0 && (module.exports = { ${names.join(', ')} });\n`;
}

/** The licence text of every package that has code in the bundle. */
async function licences() {
  const sections = [];
  for (const { directory, name, version, license } of await bundledPackages(metafile)) {
    const text = await licenceText(directory, license);
    sections.push(`${name}@${version} (${license})\n\n${text.trim()}\n`);
  }
  return sections.join(`\n${'-'.repeat(80)}\n\n`);
}

async function licenceText(directory, license) {
  const file = (await readdir(join(root, directory))).find((name) =>
    /^licen[cs]e(\.|$)/i.test(name),
  );
  if (file !== undefined) return readFile(join(root, directory, file), 'utf8');
  if (license !== 'MIT') throw new Error(`${directory} ships no text of its licence, ${license}.`);
  // Ours is the same text, but for whose it is.
  const { author } = JSON.parse(await readFile(join(root, directory, 'package.json'), 'utf8'));
  const own = await readFile(join(root, 'LICENSE'), 'utf8');
  return own.replace(/^Copyright .*$/m, `Copyright (c) ${author.name ?? author}`);
}
