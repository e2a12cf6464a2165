import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { canLeaveHang } from '../../src/system/leave.ts';
import { startProgram } from '../helpers/program.ts';
import { startSandboxProcess } from '../helpers/sandbox-process.ts';
import { builtProgram, createHome, type Home } from '../helpers/spawn-cli.ts';
import { userAgentCommand } from '../helpers/user-agent.ts';

/** Text by which the code of a library is known, whatever the chunk is called that it was bundled into. */
const marks = {
  fastify: 'FST_ERR_',
  open: 'xdg-open',
  'node-fetch': 'Premature close',
  'https-proxy-agent': 'Proxy connection ended',
  keytar: 'require("keytar")',
} as const;

type Library = keyof typeof marks;

interface Loaded {
  readonly builtins: ReadonlySet<string>;
  readonly libraries: ReadonlySet<Library>;
  /** Names of the program's own files, in the order in which they were loaded. */
  readonly own: readonly string[];
}

/** Runs the built program and tells what it loaded. */
async function loadedBy(t: TestContext, home: Home, args: readonly string[], env = {}) {
  const report = join(home.directory, 'loaded.json');
  const preload = join(import.meta.dirname, '../helpers/loaded-modules.cjs');
  const command = [process.execPath, '--require', preload, builtProgram, ...args];
  const program = startProgram(t, command, {
    env: { ...home.env, LOADED_MODULES: report, ...env },
  });
  const { exitCode, stderr } = await program.ended;
  assert.equal(exitCode, 0, stderr);
  const { builtins, files } = JSON.parse(await readFile(report, 'utf8'));
  const libraries = await librariesIn(files);
  const own = ownOf(files).map((file) => basename(file));
  const loaded: Loaded = { builtins: new Set(builtins), libraries: new Set(libraries), own };
  return loaded;
}

function ownOf(files: readonly string[]): readonly string[] {
  return files.filter((file) => file.startsWith(dirname(builtProgram)));
}

async function librariesIn(files: readonly string[]): Promise<Library[]> {
  const code = (await Promise.all(ownOf(files).map((file) => readFile(file, 'utf8')))).join('');
  return libraries.filter((name) => code.includes(marks[name]));
}

const libraries: readonly Library[] = [
  'fastify',
  'open',
  'node-fetch',
  'https-proxy-agent',
  'keytar',
];

test('the libraries are recognised in the bundle', async () => {
  const dist = dirname(builtProgram);
  const files = (await readdir(dist)).filter((name) => name.endsWith('.cjs'));
  assert.deepEqual(await librariesIn(files.map((name) => join(dist, name))), libraries);
  assert.ok(files.includes(basename(builtProgram)));
});

for (const args of [
  ['--version'],
  ['--help'],
  ['login', '--help'],
  ['completion', '--candidates', 'hosts'],
]) {
  test(`${args.join(' ')} loads neither HTTP nor a library`, async (t) => {
    const { builtins, libraries } = await loadedBy(t, await createHome(t), args);
    assert.ok(builtins.has('fs'), 'the report tells built-in modules');
    for (const name of ['http', 'https', 'http2']) {
      assert.ok(!builtins.has(name), name);
    }
    assert.deepEqual([...libraries], []);
  });
}

for (const args of [['--version'], ['--help']]) {
  test(`${args.join(' ')} loads next to nothing`, async (t) => {
    const { own } = await loadedBy(t, await createHome(t), args);
    assert.deepEqual(own, ['main.cjs', 'base.cjs']);
  });
}

test('branches loads neither Fastify nor open, which login does', async (t) => {
  const home = await createHome(t);
  const sandbox = await startSandboxProcess(home);
  const login = await loadedBy(t, home, sandbox.loginArgs, {
    ...sandbox.loginEnv,
    BITBRANCH_BROWSER: userAgentCommand(),
  });
  assert.ok(login.libraries.has('fastify'));
  const list = ['branches', ...sandbox.repositories];
  await home.run(list); // the first time the repository is remembered, under a lock
  const branches = await loadedBy(t, home, list);
  const asksKeychain = canLeaveHang(process.platform);
  assert.deepEqual([...branches.libraries], ['node-fetch', ...(asksKeychain ? ['keytar'] : [])]);
  const own = ['main.cjs', 'base.cjs', 'outset.cjs', 'command.cjs', 'listing.cjs'];
  assert.deepEqual(
    branches.own.filter((name) => !name.startsWith('keytar-')),
    own,
    'few files, each of which costs a third of a millisecond',
  );
});
