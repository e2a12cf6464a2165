import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import * as v from 'valibot';
import { parse } from 'yaml';
import { runProcess } from '../helpers/keychain.ts';
import { emptyDirectory, root } from './packed.ts';

const step = v.union([
  v.strictObject({ run: v.string() }),
  v.strictObject({
    uses: v.pipe(v.string(), v.regex(/^actions\/[a-z-]+@v\d+$/)),
    with: v.optional(v.record(v.string(), v.unknown())),
  }),
]);

const job = v.object({
  'runs-on': v.string(),
  'timeout-minutes': v.number(),
  permissions: v.optional(v.record(v.string(), v.string())),
  strategy: v.optional(
    v.object({
      matrix: v.object({ node: v.array(v.number()), os: v.optional(v.array(v.string())) }),
    }),
  ),
  steps: v.array(step),
});

const workflow = v.object({
  name: v.string(),
  on: v.record(v.string(), v.unknown()),
  permissions: v.strictObject({ contents: v.literal('read') }),
  jobs: v.record(v.string(), job),
});

const directory = join(root, '.github/workflows');
const texts = new Map<string, string>();
for (const name of await readdir(directory)) {
  texts.set(name, await readFile(join(directory, name), 'utf8'));
}

function workflowNamed(name: string) {
  return v.parse(workflow, parse(texts.get(name) ?? '', { strict: true }));
}

function commandsOf(name: string, jobName: string): readonly string[] {
  const { steps = [] } = workflowNamed(name).jobs[jobName] ?? {};
  return steps.flatMap((each) => ('run' in each ? [each.run] : []));
}

test('there are two workflows, and each is one that the schema knows', () => {
  assert.deepEqual([...texts.keys()].sort(), ['ci.yml', 'release.yml']);
  for (const name of texts.keys()) assert.ok(Object.keys(workflowNamed(name).jobs).length > 0);
});

test('they name no host', () => {
  for (const [name, text] of texts) assert.doesNotMatch(text, /https?:|registry/, name);
});

test('they run scripts that there are', () => {
  for (const text of texts.values()) {
    const scripts = [...text.matchAll(/scripts\/[\w-]+/g)].map(([path]) => path);
    assert.deepEqual(
      scripts.filter((path) => !existsSync(join(root, path))),
      [],
    );
  }
});

test('CI runs every test on Linux, and what it can on macOS and Windows, on each Node', () => {
  const { linux, others } = workflowNamed('ci.yml').jobs;
  for (const each of [linux, others]) assert.deepEqual(each?.strategy?.matrix.node, [20, 22, 24]);
  assert.deepEqual(others?.strategy?.matrix.os, ['macos-latest', 'windows-latest']);
  assert.deepEqual(commandsOf('ci.yml', 'linux'), ['npm ci --ignore-scripts', 'scripts/test']);
  assert.deepEqual(commandsOf('ci.yml', 'others'), [
    'npm ci --ignore-scripts',
    'npm run build',
    'node dist/main.cjs --version',
    'scripts/test-portable',
  ]);
});

test('only the job that publishes may prove who it is, and it publishes last', () => {
  const { publish } = workflowNamed('release.yml').jobs;
  assert.deepEqual(publish?.permissions, { contents: 'read', 'id-token': 'write' });
  const commands = commandsOf('release.yml', 'publish');
  assert.equal(commands.at(-1), 'scripts/release');
  assert.ok(commands.includes('scripts/test'));
  for (const { permissions } of Object.values(workflowNamed('ci.yml').jobs)) {
    assert.equal(permissions, undefined);
  }
});

/** What bash learnt after 3.2, the one that macOS has. */
const laterBash =
  /\b(globstar|mapfile|readarray|coproc|BASHPID|EPOCHSECONDS)\b|\b(declare|local|typeset) -\w*[An]|\bwait -n|\$\{\w+(\^|,|@)|\$\{\w+\[-|&>>|\|&|;;?&|%\(/;

test('what runs on macOS is written for bash 3.2', async () => {
  const scripts = commandsOf('ci.yml', 'others').filter((command) =>
    command.startsWith('scripts/'),
  );
  assert.ok(scripts.length > 0);
  for (const script of scripts) {
    const lines = (await readFile(join(root, script), 'utf8')).split('\n');
    const code = lines.filter((line) => !line.startsWith('#'));
    assert.deepEqual(
      code.filter((line) => laterBash.test(line)),
      [],
    );
  }
});

test('the portable tests are files that there are, those in subfolders too', async (t) => {
  const directory = await emptyDirectory(t);
  await writeFile(join(directory, 'node'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
  const { code, stdout, stderr } = await runProcess([join(root, 'scripts/test-portable')], {
    env: { PATH: `${directory}:${process.env['PATH']}`, BITBRANCH_HOST: 'unset' },
  });
  assert.deepEqual([code, stderr], [0, '']);
  const files = stdout.split('\n').filter((word) => word.endsWith('.test.ts'));
  for (const folder of ['bitbucket', 'oauth1', 'oauth2']) {
    const all = await readdir(join(root, 'test', folder), { recursive: true });
    const tests = all
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => join('test', folder, name));
    assert.deepEqual(
      tests.filter((path) => !files.includes(path)),
      [],
    );
  }
  assert.deepEqual(
    files.filter((path) => !existsSync(join(root, path))),
    [],
  );
});
