import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Scope } from '../helpers/program.ts';

export const root = join(import.meta.dirname, '../..');

export interface Packed {
  /** Path of the tarball. */
  readonly tarball: string;
  /** Paths inside of it, sorted. */
  readonly files: readonly string[];
}

/** The package as it would be published, from the program that is built. */
export async function pack(scope: Scope): Promise<Packed> {
  const directory = await emptyDirectory(scope);
  const flags = ['pack', '--json', '--ignore-scripts', '--pack-destination', directory];
  const [report] = JSON.parse(await npm(process.execPath, flags, root));
  const files = report.files.map(({ path }: { path: string }) => path).sort();
  return { tarball: join(directory, report.filename), files };
}

/** An empty directory into which the packages are installed without running any of their scripts. */
export async function install(
  scope: Scope,
  packages: readonly string[],
  { node = process.execPath, flags = [] }: { node?: string; flags?: readonly string[] } = {},
): Promise<string> {
  const directory = await emptyDirectory(scope);
  const common = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  await npm(node, ['install', ...common, ...flags, ...packages], directory);
  return directory;
}

/** A Node of that major version, as npm packs it. */
export async function installNode(scope: Scope, major: number): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`;
  const directory = await install(scope, [`${name}@${major}`]);
  const node = join(directory, 'node_modules', name, 'bin/node');
  const { stdout } = await promisify(execFile)(node, ['--version']);
  assert.match(stdout, new RegExp(`^v${major}\\.`));
  return node;
}

export interface InstalledSize {
  readonly packageCount: number;
  readonly bytes: number;
}

export async function installedSize(directory: string): Promise<InstalledSize> {
  const entries = await readdir(join(directory, 'node_modules'), {
    recursive: true,
    withFileTypes: true,
  });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = files.map(
    async ({ parentPath, name }) => (await stat(join(parentPath, name))).size,
  );
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  const isPackage = /node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+$/;
  const packageCount = files.filter(
    ({ parentPath, name }) => name === 'package.json' && isPackage.test(parentPath),
  ).length;
  return { packageCount, bytes };
}

export async function emptyDirectory(scope: Scope): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'bitbranch-packed-')));
  scope.after(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  return directory;
}

/** npm, run by that Node. */
export async function npm(node: string, args: readonly string[], cwd: string): Promise<string> {
  const program = await npmProgram();
  const { stdout } = await promisify(execFile)(node, [program, ...args], {
    cwd,
    env: { ...process.env, npm_config_update_notifier: 'false' },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

async function npmProgram(): Promise<string> {
  for (const directory of (process.env['PATH'] ?? '').split(':')) {
    const path = await realpath(join(directory, 'npm')).catch(() => null);
    if (path?.endsWith('npm-cli.js')) return path;
  }
  return assert.fail('There is no npm on PATH.');
}
