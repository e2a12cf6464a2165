import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { updated } from '../scripts/update-readme.ts';
import { environmentRows } from '../src/cli/help-topics.ts';
import { run } from '../src/cli/run.ts';
import { fixedClock, testContext, testNowMs } from './helpers/context.ts';
import { sandboxWorld } from './helpers/sandbox-world.ts';

const root = join(import.meta.dirname, '..');
const readme = await readFile(join(root, 'README.md'), 'utf8');

async function sources(): Promise<string> {
  const files = await readdir(join(root, 'src'), { recursive: true });
  const sourceFiles = files.filter((file) => file.endsWith('.ts'));
  const texts = sourceFiles.map((file) => readFile(join(root, 'src', file), 'utf8'));
  return (await Promise.all(texts)).join('\n');
}

test('the README has the commands, flags, variables and exit codes of the program', () => {
  assert.equal(readme, updated(readme), 'run scripts/update-readme.ts');
});

test('the README shows what the program prints', async (t) => {
  const { world } = await sandboxWorld(t, { clock: fixedClock(testNowMs) });
  const context = testContext({ ...world, stdoutIsTerminal: true });
  assert.equal(await run(['branches', 'maria/sample', '--color=never'], context), 0);
  assert.ok(readme.includes(context.printed.stdout), context.printed.stdout);
});

test('every variable of ours that the sources name is documented, and the other way round', async () => {
  const named = new Set((await sources()).match(/\bBITBRANCH_[A-Z_]+\b/g));
  named.delete('BITBRANCH_VERSION'); // a constant of the build
  const documented = environmentRows().map(([name]) => name);
  assert.deepEqual(
    documented.filter((name) => name.startsWith('BITBRANCH_')).sort(),
    [...named].sort(),
  );
});

test('the variables that say where the settings live are documented', async () => {
  const source = await readFile(join(root, 'src/system/config-directory.ts'), 'utf8');
  const named = [...source.matchAll(/env\['(\w+)'\]/g)].map(([, name = '']) => name);
  assert.ok(named.length > 1);
  const undocumented = named.filter((name) => !readme.includes(name));
  assert.deepEqual(undocumented, []);
});

test('the README names every library inside the program, with its licence', async () => {
  const imports = (await sources()).matchAll(
    /(?<!import type [^;]*)(?:from|import\(|require\(|resolve\()\s*'((?:@[\w-]+\/)?[\w.-]+)'/g,
  );
  const used = new Set([...imports].map(([, name = '']) => name).filter(isPackage));
  const rows = [...readme.matchAll(/^\| `([\w.-]+)`(?: \(`[^`]+`\))? \| .* \| (\S+) \|$/gm)];
  const listed = new Map(rows.map(([, name = '', licence]) => [name, licence]));
  assert.deepEqual([...listed.keys()].sort(), [...used].sort());
  for (const [name, licence] of listed) {
    const manifest = await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8');
    assert.equal(JSON.parse(manifest).license, licence, name);
  }
});

function isPackage(name: string): boolean {
  return !name.startsWith('.') && existsSync(join(root, 'node_modules', name, 'package.json'));
}

for (const page of ['README.md', 'CONTRIBUTING.md']) {
  test(`every file and folder that ${page} names is there`, async () => {
    const text = await readFile(join(root, page), 'utf8');
    const names = text.matchAll(/`((?:src|scripts|test|\.github)\/[\w./-]*\w)/g);
    const paths = [...names].map(([, path = '']) => path);
    assert.ok(paths.length > 10);
    assert.deepEqual(
      paths.filter((path) => !existsSync(join(root, path))),
      [],
    );
  });
}
