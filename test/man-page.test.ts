import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { commands } from '../src/cli/commands.ts';
import { allFlags } from '../src/cli/flags.ts';
import { environmentRows } from '../src/cli/help-topics.ts';
import { errorTable } from '../src/errors.ts';
import { startProgram } from './helpers/program.ts';

const root = join(import.meta.dirname, '..');
const {
  man: [page],
  version,
} = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const path = join(root, page);

async function printed(t: TestContext, command: readonly string[]): Promise<string> {
  const env = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8' };
  const { stdout, stderr } = await startProgram(t, command, { env }).ended;
  return stdout + stderr;
}

/** As a reader sees it, on very long lines and without bold type. */
async function pageText(t: TestContext): Promise<string> {
  const text = await printed(t, ['mandoc', '-T', 'utf8', '-O', 'width=500', path]);
  const [last = '', ...struckOver] = text.split('\b').reverse();
  return [last, ...struckOver.map((part) => part.slice(0, -1))].reverse().join('');
}

test('the manual page is right by mandoc, but for the date that it leaves out', async (t) => {
  const findings = (await printed(t, ['mandoc', '-T', 'lint', path])).trim().split('\n');
  assert.deepEqual(
    findings.filter((finding) => !finding.endsWith('missing date, using "": TH')),
    [],
  );
});

test('the manual page of the package names its version', async (t) => {
  assert.ok((await pageText(t)).includes(`bitbranch ${version}`));
});

test('the manual page names every command, flag, variable and exit code', async (t) => {
  const text = await pageText(t);
  const lines = new Set(text.split('\n').map((line) => line.trim().replace(/ {2,}.*/, '')));
  for (const [name, { operands }] of Object.entries(commands)) {
    assert.ok(lines.has(`bitbranch ${name} ${operands}`.trim()), name);
  }
  const terms = [...lines]
    .filter((line) => line.startsWith('-'))
    .flatMap((line) => line.split(/[ ,[=]+/));
  for (const name of Object.keys(allFlags)) assert.ok(terms.includes(`--${name}`), name);
  for (const [variable] of environmentRows()) assert.ok(lines.has(variable), variable);
  for (const [code, { exitCode, meaning }] of Object.entries(errorTable)) {
    const row = text.replace(/ +/g, ' ').includes(`\n ${exitCode} ${meaning} (${code})\n`);
    assert.ok(row, code);
  }
});

test('the manual page keeps what a shell or a person would copy', async (t) => {
  const text = await pageText(t);
  for (const { examples } of Object.values(commands)) {
    for (const example of examples) assert.ok(text.includes(`    ${example}\n`), example);
  }
  assert.ok(text.includes('~/.config/bitbranch/settings.json'));
  assert.ok(text.includes('%APPDATA%\\bitbranch'));
});
