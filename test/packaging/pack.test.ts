import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { startProgram } from '../helpers/program.ts';
import { emptyDirectory, install, installedSize, installNode, npm, pack, root } from './packed.ts';

const packed = await pack({ after });
const nodes = new Map([
  [`the running Node ${process.versions.node}`, process.execPath],
  ['Node 22', await installNode({ after }, 22)],
  ['Node 24', await installNode({ after }, 24)],
]);

/** Names of chunks hold a hash of their content. */
const shapes = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'dist/*.cjs',
  'dist/THIRD-PARTY-LICENSES.txt',
  'dist/base.cjs',
  'dist/bitbranch.1',
  'dist/command.cjs',
  'dist/keychain-helper.cjs',
  'dist/library.cjs',
  'dist/listing.cjs',
  'dist/main.cjs',
  'dist/outset.cjs',
  'dist/types/bitbucket/branch-query.d.ts',
  'dist/types/bitbucket/branch.d.ts',
  'dist/types/bitbucket/hosts.d.ts',
  'dist/types/bitbucket/listing-notices.d.ts',
  'dist/types/bitbucket/row-pages.d.ts',
  'dist/types/credentials/credential-store.d.ts',
  'dist/types/credentials/credential.d.ts',
  'dist/types/credentials/pending-sign-in.d.ts',
  'dist/types/errors.d.ts',
  'dist/types/library.d.ts',
  'dist/types/package.json',
  'package.json',
];

test('the tarball holds exactly these files', () => {
  const found = new Set(
    packed.files.map((path) => path.replace(/^dist\/[\w-]+-[A-Z0-9]{8}\.cjs$/, 'dist/*.cjs')),
  );
  assert.deepEqual([...found].sort(), shapes);
});

const token = 'ATATT3x';

/** Runs the installed program in an environment that holds no more than it needs. */
async function installation(t: TestContext, node: string, flags: readonly string[] = []) {
  const directory = await install(t, [packed.tarball], { node, flags });
  const program = join(directory, 'node_modules/bitbranch/dist/main.cjs');
  const config = await emptyDirectory(t);
  const { DBUS_SESSION_BUS_ADDRESS = '', XDG_RUNTIME_DIR = '' } = process.env;
  const keychain = { DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR };
  function run(args: readonly string[], env: Readonly<Record<string, string>> = {}, stdin = '') {
    const running = startProgram(t, [node, program, ...args], {
      env: { HOME: config, BITBRANCH_CONFIG_DIR: config, ...keychain, ...env },
      cwd: directory,
    });
    running.type(stdin);
    running.endInput();
    return running.ended;
  }
  return { directory, run };
}

async function host(t: TestContext) {
  const sandbox = await startSandbox({
    generated: [{ fullName: 'acme/site', branches: 3 }],
    tokens: [{ token, kind: 'user' }],
  });
  t.after(() => sandbox.close());
  return ['--host', sandbox.url, '--kind', 'cloud'];
}

for (const [name, node] of nodes) {
  test(`installed into an empty directory, it runs on ${name}`, async (t) => {
    const { directory, run } = await installation(t, node);
    const { packageCount, bytes } = await installedSize(directory);
    t.diagnostic(`${packageCount} packages, ${(bytes / 1e6).toFixed(1)} MB installed`);
    assert.ok(existsSync(join(directory, 'node_modules/.bin/bitbranch')));

    const version = await run(['--version']);
    assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/, version.stderr);
    const help = await run(['--help']);
    assert.match(help.stdout, /^ *login +sign in /m, help.stderr);

    const atHost = await host(t);
    const branches = await run(['branches', 'acme/site', ...atHost], { BITBRANCH_TOKEN: token });
    assert.equal(branches.exitCode, 0, branches.stderr);
    assert.equal(branches.stdout.trim().split('\n').length, 3);

    const signedIn = await run(['login', ...atHost, '--protocol', 'token'], {}, token);
    assert.equal(signedIn.exitCode, 0, signedIn.stderr);
    const again = await run(['branches', 'acme/site', ...atHost]);
    assert.equal(again.stdout, branches.stdout, again.stderr);
    const signedOut = await run(['logout']);
    assert.equal(signedOut.exitCode, 0, signedOut.stderr);
  });
}

test('installed globally, its manual page is where man looks', async (t) => {
  const prefix = await emptyDirectory(t);
  const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  const install = ['install', '--global', '--prefix', prefix, ...flags, packed.tarball];
  await npm(process.execPath, install, prefix);
  assert.ok(existsSync(join(prefix, 'bin/bitbranch')));
  assert.ok(existsSync(join(prefix, 'share/man/man1/bitbranch.1')));
});

test('without optional packages the keychain is an explained error, and everything else works', async (t) => {
  const { directory, run } = await installation(t, process.execPath, ['--omit=optional']);
  const { packageCount, bytes } = await installedSize(directory);
  t.diagnostic(`${packageCount} package, ${(bytes / 1e6).toFixed(1)} MB installed`);
  assert.equal(packageCount, 1);

  const atHost = await host(t);
  const login = ['login', ...atHost, '--protocol', 'token'];
  const refused = await run(login, {}, token);
  assert.equal(refused.exitCode, 8);
  assert.match(refused.stderr, /The package keytar, which reaches the keychain, is missing/);

  const branches = await run(['branches', 'acme/site', ...atHost], { BITBRANCH_TOKEN: token });
  assert.equal(branches.exitCode, 0, branches.stderr);
  const passphrase = { BITBRANCH_PASSPHRASE: 'correct horse' };
  const signedIn = await run([...login, '--store', 'file'], passphrase, token);
  assert.equal(signedIn.exitCode, 0, signedIn.stderr);
  const again = await run(['branches', 'acme/site', ...atHost], passphrase);
  assert.equal(again.stdout, branches.stdout, again.stderr);
});

test('npm ci --ignore-scripts installs what the lockfile names', async (t) => {
  const directory = await emptyDirectory(t);
  await mkdir(join(directory, 'project'));
  for (const name of ['package.json', 'package-lock.json']) {
    await copyFile(join(root, name), join(directory, 'project', name));
  }
  const flags = ['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  await npm(process.execPath, flags, join(directory, 'project'));
  assert.ok(existsSync(join(directory, 'project/node_modules/.bin/esbuild')));
});
