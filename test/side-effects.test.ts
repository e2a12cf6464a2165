import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { test } from 'node:test';

// What the rules of imports (.dependency-cruiser.cjs) can't see: globals, members of modules, and imports of types alone.

const root = join(import.meta.dirname, '../src');
const names = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.ts'));
const sources = await Promise.all(
  names.map(async (name) => ({
    file: name.replaceAll(sep, '/'),
    code: withoutComments(await readFile(join(root, name), 'utf8')),
  })),
);

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}

/** The library wires the real world as main does; the sandbox is a world of its own. */
const isWorld = (file: string) => /^(main\.ts$|library\.ts$|system\/|sandbox\/)/.test(file);

/** Every `file: what` that the pattern finds; what its first group holds, where it has one. */
function found(pattern: RegExp, isLookedAt: (file: string) => boolean): readonly string[] {
  return sources
    .filter(({ file }) => isLookedAt(file))
    .flatMap(({ file, code }) =>
      [...code.matchAll(pattern)].map(([whole, group]) => `${file}: ${group ?? whole}`),
    );
}

const globals =
  /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|(?<![.\w])(?:fetch|setTimeout|setInterval)\(|(?<![.\w])(?:process|performance|globalThis|crypto)\./g;
const randomSources =
  /\b(random(?:Bytes|Fill\w*|Int|UUID)|getRandomValues|generateKey\w*|webcrypto)\b(?=[^;]*'node:crypto')/g;
/** `import type` and `typeof import()` are gone once the program is built. */
const loadedModules =
  /(?:^(?:import|export)\s+(?!type\b)[^;]*?\bfrom\s+|(?<!typeof )\bimport\()'node:([^']+)'/gm;
const loadedCredentials =
  /^(?:import|export)\s+(?!type\b)[^;]*?\bfrom\s+'([^']*\/credentials\/[^']+)'/gm;

test('clock, randomness, network and process are reached through the context', () => {
  const isHeld = (file: string) => !isWorld(file);
  assert.ok(sources.filter(({ file }) => isHeld(file)).length > 100);
  assert.deepEqual([...found(globals, isHeld), ...found(randomSources, isHeld)], []);
});

test('of the modules of Node only those that compute are loaded outside of the real world', () => {
  const loaded = found(loadedModules, (file) => !isWorld(file));
  assert.deepEqual(
    loaded.filter((each) => !/: (crypto|path|util)$/.test(each)),
    ['cli/commands/api.ts: http'], // for the names of status codes
  );
});

test('the context and the REST model know credentials by their types', () => {
  assert.deepEqual(
    found(loadedCredentials, (file) => /^(context\.ts$|bitbucket\/)/.test(file)),
    [],
  );
});

test('these patterns find what is there', () => {
  const reached = [globals, randomSources, loadedModules].flatMap((each) => found(each, isWorld));
  for (const what of ['Date.now', 'process.', 'setTimeout(', 'randomBytes', 'child_process']) {
    assert.ok(
      reached.some((each) => each.endsWith(`: ${what}`)),
      what,
    );
  }
  assert.ok(found(loadedCredentials, isWorld).length > 0);
});
