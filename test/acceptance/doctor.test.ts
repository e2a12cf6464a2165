import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { makeCertificate } from '../helpers/certificates.ts';
import { startHttpServer } from '../helpers/http-server.ts';
import { startKeychain } from '../helpers/own-keychain.ts';
import { startProgram } from '../helpers/program.ts';
import { startSandboxProcess } from '../helpers/sandbox-process.ts';
import { builtProgram, type CliOptions, createHome, type Home } from '../helpers/spawn-cli.ts';
import { userAgentCommand } from '../helpers/user-agent.ts';

interface Row {
  readonly name: string;
  readonly result: 'ok' | 'warning' | 'failure';
  readonly detail: string;
  readonly hint: string | null;
}

/** A person signed in to a sandbox, whose browser is a program that is there. */
async function signedIn(t: TestContext, keychain?: Readonly<Record<string, string>>) {
  const home = await createHome(t, keychain);
  const sandbox = await startSandboxProcess(home);
  const browser = userAgentCommand();
  const login = await home.run([...sandbox.loginArgs, '--browser', browser], {
    env: sandbox.loginEnv,
  });
  assert.equal(login.exitCode, 0, login.stderr);
  return { home, sandbox, browser };
}

/** The exit code, and the rows by name, of which each name is there once. */
async function doctor(home: Home, args: readonly string[] = [], options: CliOptions = {}) {
  const { exitCode, stdout, stderr } = await home.run(
    ['doctor', '--json', '--browser', userAgentCommand(), ...args],
    options,
  );
  const rows: readonly Row[] = JSON.parse(stdout);
  const byName = new Map(rows.map((row) => [row.name, row]));
  assert.equal(byName.size, rows.length);
  for (const { detail, result, hint } of rows) {
    assert.match(detail, /^[A-Za-z/0-9].*\.$/);
    if (result === 'failure') assert.ok(hint, detail);
  }
  const failures = rows.filter(({ result }) => result === 'failure').map(({ name }) => name);
  assert.equal(stderr === '', failures.length === 0, stderr);
  return {
    exitCode,
    failures,
    outcome: (name: string) => {
      const { result, detail, hint } = byName.get(name) ?? assert.fail(name);
      return `${result}: ${detail}${hint === null ? '' : ` → ${hint}`}`;
    },
  };
}

const run = promisify(execFile);

/** What the keychain holds of the probes of doctor, as another program sees it. */
async function probes(name: string): Promise<string> {
  const { stdout, stderr } = await run('secret-tool', ['search', '--all', 'service', name]);
  return stdout + stderr;
}

test('all is well: exit code 0, and no probe is left', async (t) => {
  const { home, browser } = await signedIn(t);
  const { exitCode, failures, outcome } = await doctor(home);
  assert.deepEqual([exitCode, failures], [0, []]);
  for (const name of ['settings', 'keychain', 'browser', 'callback', 'host', 'clock', 'git']) {
    assert.match(outcome(name), /^ok: /);
  }
  assert.match(outcome('credential'), /^ok: 127\.0\.0\.1:\d+ accepts the credential of /);
  assert.equal(await probes('bitbranch-consumer:doctor'), '');

  const text = await home.run(['doctor', '--browser', browser]);
  assert.deepEqual([text.exitCode, text.stderr], [0, '']);
  assert.match(text.stdout, /^ok {7}credential {4}127/m);
});

test('no secret is told, whatever --verbose tells', async (t) => {
  const { home, sandbox } = await signedIn(t);
  const { stdout, stderr } = await home.run(['doctor', '--verbose']);
  const { stdout: items } = await run('secret-tool', [
    'search',
    '--all',
    'service',
    `bitbranch:${sandbox.url}`,
  ]);
  const { token, tokenSecret, consumer } = JSON.parse(
    /^secret = (.*)$/m.exec(items)?.[1] ?? '',
  ).record;
  for (const secret of [token, tokenSecret, consumer.secret]) {
    assert.ok(secret.length > 8 && !(stdout + stderr).includes(secret));
  }
});

test('without D-Bus: exit code 8', async (t) => {
  const { home } = await signedIn(t);
  const { exitCode, failures, outcome } = await doctor(home, [], {
    env: { DBUS_SESSION_BUS_ADDRESS: undefined, XDG_RUNTIME_DIR: undefined },
  });
  assert.deepEqual([exitCode, failures], [8, ['keychain']]);
  assert.match(outcome('keychain'), /There is no D-Bus session/);
  assert.match(outcome('credential'), /^warning: .*not tried: the check "keychain" failed/);
});

test('with a locked keychain: exit code 8', async (t) => {
  const keychain = await startKeychain(t, '--locked');
  const { exitCode, failures, outcome } = await doctor(await createHome(t, keychain.env), [
    '--host',
    (await startSandboxProcess(await createHome(t))).url,
  ]);
  assert.deepEqual([exitCode, failures], [8, ['keychain']]);
  assert.match(outcome('keychain'), /^failure: The keychain is locked\. → Unlock it/);
});

test('with a keychain service that stands still: exit code 8, and later all is well', async (t) => {
  const keychain = await startKeychain(t);
  const { home } = await signedIn(t, keychain.env);
  process.kill(keychain.daemonPid, 'SIGSTOP');
  const stopped = await doctor(home);
  process.kill(keychain.daemonPid, 'SIGCONT');
  assert.deepEqual([stopped.exitCode, stopped.failures], [8, ['keychain']]);
  assert.match(stopped.outcome('keychain'), /did not answer within (5|15) s\. → Unlock it/);
  assert.equal((await doctor(home)).exitCode, 0);
});

test('with a callback port that is taken: exit code 2', async (t) => {
  const { home, sandbox } = await signedIn(t);
  const { exitCode, failures, outcome } = await doctor(home, [
    `--callback-port=${new URL(sandbox.url).port}`,
  ]);
  assert.deepEqual([exitCode, failures], [2, ['callback']]);
  assert.match(outcome('callback'), /another program uses it\. → Give another --callback-port/);
});

test('with a host where nothing listens: exit code 6', async (t) => {
  const { exitCode, failures, outcome } = await doctor(await createHome(t), ['--host=127.0.0.1:9']);
  assert.deepEqual([exitCode, failures], [6, ['host']]);
  assert.match(outcome('host'), /127\.0\.0\.1:9 refused the connection/);
  assert.match(outcome('clock'), /^warning: /);
});

test('with a certificate that signs itself: exit code 6, and trusting it helps', async (t) => {
  const certificate = await makeCertificate();
  const asked = { request: 'HEAD /rest/api/latest/application-properties', answer: {} };
  const server = await startHttpServer(t, [asked], certificate);
  const home = await createHome(t);
  const host = ['--host', server.url];
  const { exitCode, failures, outcome } = await doctor(home, host);
  assert.deepEqual([exitCode, failures], [6, ['host']]);
  assert.match(outcome('host'), /is self-signed.* → .*NODE_EXTRA_CA_CERTS/);

  const path = join(home.directory, 'ca.pem');
  const env = { NODE_EXTRA_CA_CERTS: path };
  const missing = await doctor(home, host, { env });
  assert.deepEqual([missing.exitCode, missing.failures], [2, ['certificates', 'host']]);
  await writeFile(path, certificate.cert);
  const trusted = await doctor(home, host, { env });
  assert.deepEqual([trusted.exitCode, trusted.failures], [0, []]);
  assert.match(trusted.outcome('host'), /^ok: .* over TLS\.$/);
});

test('without the check of certificates: exit code 2', async (t) => {
  const { home } = await signedIn(t);
  const { exitCode, failures } = await doctor(home, [], {
    env: { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' },
  });
  assert.deepEqual([exitCode, failures], [2, ['certificates']]);
});

test('with a clock that is 10 minutes off: a warning in words', async (t) => {
  const { home, browser } = await signedIn(t);
  const preload = join(import.meta.dirname, '../helpers/shifted-clock.cjs');
  const program = startProgram(
    t,
    [process.execPath, '--require', preload, builtProgram, 'doctor', '--browser', browser],
    { env: { ...home.env, CLOCK_SHIFT_MS: '600000' } },
  );
  const { exitCode, stdout, stderr } = await program.ended;
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.match(
    stdout,
    /^warning {2}clock .*clock is 10 minutes ahead of the server's\.\n +Set the/m,
  );
  assert.match(stdout, /^ok {7}credential /m);
});

test('with a credential that was withdrawn: exit code 4', async (t) => {
  const { home, sandbox } = await signedIn(t);
  const { port } = new URL(sandbox.url);
  await sandbox.stop();
  await startSandboxProcess(home, '--port', port); // which has never heard of the token
  const { exitCode, failures, outcome } = await doctor(home);
  assert.deepEqual([exitCode, failures], [4, ['credential']]);
  assert.match(outcome('credential'), /does not accept the credential.* Sign in again/);
});

test('with settings that can not be read: exit code 2', async (t) => {
  const home = await createHome(t);
  const { url } = await startSandboxProcess(home);
  const asDirectory = join(home.directory, 'settings-is-a-directory');
  await mkdir(join(asDirectory, 'settings.json'), { recursive: true });
  const asFile = join(home.directory, 'directory-is-a-file');
  await writeFile(asFile, '');
  const damaged = join(home.directory, 'damaged');
  await mkdir(damaged);
  await writeFile(join(damaged, 'settings.json'), '{"version":');
  for (const BITBRANCH_CONFIG_DIR of [asDirectory, asFile, damaged]) {
    const { exitCode, failures, outcome } = await doctor(home, ['--host', url], {
      env: { BITBRANCH_CONFIG_DIR },
    });
    assert.deepEqual([exitCode, failures], [2, ['settings']]);
    assert.match(outcome('settings'), /settings\.json can't be (read|used): .* → ./);
    assert.match(outcome('credential'), /^warning: .*not tried: the check "settings" failed/);
  }
});
