import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runProcess, withKeychain } from '../helpers/keychain.ts';

const run = (script: string, options: Parameters<typeof runProcess>[1] = {}, ...flags: string[]) =>
  runProcess([withKeychain, ...flags, 'sh', '-c', script], options);

test('with-keychain is transparent: arguments, stdin, stdout, stderr, directory and exit code', async () => {
  const script = [withKeychain, 'sh', '-c', 'printf %s "$1" >&2; pwd; cat; exit 7', 'sh', 'a  b'];
  assert.deepEqual(await runProcess(script, { cwd: '/usr', stdin: 'input' }), {
    code: 7,
    signal: null,
    stdout: '/usr\ninput',
    stderr: 'a  b',
  });
});

test('with-keychain gives an unlocked keychain in a private home', async () => {
  const { stdout } = await run(
    'printf x | secret-tool store --label l service s account a && secret-tool lookup service s account a && echo "$HOME"',
  );
  assert.match(stdout, /^x.+/);
  assert.notEqual(stdout, `x${process.env['HOME']}\n`);
});

test('with-keychain --locked gives a keychain that refuses', async () => {
  const script = 'printf x | secret-tool store --label l service s account a';
  const { code, stderr } = await run(script, {}, '--locked');
  assert.equal(code, 1);
  assert.match(stderr, /locked collection/);
});

test('with-keychain leaves no process and no directory, whatever the command did', async (context) => {
  const TMPDIR = await mkdtemp(join(tmpdir(), 'bitbranch-session-'));
  context.after(() => rm(TMPDIR, { recursive: true }));
  const env = { ...process.env, TMPDIR };
  const facts = 'echo "$SECRET_SERVICE_PID"';
  for (const script of [
    facts,
    `${facts}; exit 1`,
    `${facts}; kill -STOP "$SECRET_SERVICE_PID"`,
    `${facts}; kill -KILL "$SECRET_SERVICE_PID"`,
    `${facts}; kill -KILL $$`,
  ]) {
    const { stdout, stderr } = await run(script, { env });
    assert.equal(stderr, '', script);
    assert.ok(!existsSync(`/proc/${stdout.trim()}`), script);
    assert.deepEqual(await readdir(TMPDIR), [], script);
  }
});

test('with-keychain passes SIGTERM on and cleans up', async (context) => {
  const TMPDIR = await mkdtemp(join(tmpdir(), 'bitbranch-session-'));
  context.after(() => rm(TMPDIR, { recursive: true }));
  const script = 'trap "exit 5" TERM; echo ready; while :; do sleep 0.1; done';
  const child = spawn(withKeychain, ['sh', '-c', script], {
    env: { ...process.env, TMPDIR },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [5, null]);
  assert.deepEqual(await readdir(TMPDIR), []);
});

test('with-keychain names the packages that are missing', async (context) => {
  const bin = await mkdtemp(join(tmpdir(), 'bitbranch-session-'));
  context.after(() => rm(bin, { recursive: true }));
  await symlink('/bin/bash', join(bin, 'bash'));
  await symlink('/usr/bin/env', join(bin, 'env'));
  const { code, stderr } = await run('true', { env: { PATH: bin } });
  assert.equal(code, 8);
  for (const name of ['dbus-daemon', 'gnome-keyring', 'libglib2.0-bin', 'libsecret-tools']) {
    assert.ok(stderr.includes(` ${name}`), name);
  }
});

test('with-keychain without a command is a mistake', async () => {
  assert.equal((await runProcess([withKeychain])).code, 2);
});
