import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHttpServer } from '../helpers/http-server.ts';
import { startKeychain } from '../helpers/own-keychain.ts';
import { type SandboxProcess, startSandboxProcess } from '../helpers/sandbox-process.ts';
import { createHome, type Home } from '../helpers/spawn-cli.ts';
import { userAgentCommand } from '../helpers/user-agent.ts';
import { startWatchedBus } from '../helpers/watched-bus.ts';

const noBus = { DBUS_SESSION_BUS_ADDRESS: undefined, XDG_RUNTIME_DIR: undefined };

async function signIn(home: Home, sandbox: SandboxProcess, env = {}) {
  return home.run([...sandbox.loginArgs, '--browser', userAgentCommand()], {
    env: { ...sandbox.loginEnv, ...env },
  });
}

test('without D-Bus nothing is stored elsewhere: exit code 8 and what to do', async (t) => {
  const home = await createHome(t);
  const sandbox = await startSandboxProcess(home);
  const login = await signIn(home, sandbox, noBus);
  assert.equal(login.exitCode, 8, login.stderr);
  assert.match(login.stderr, /^bitbranch: .*keychain.*\.\n.+/m);
  assert.equal((await home.run(['status'])).exitCode, 4, 'nobody is signed in');

  assert.equal((await signIn(home, sandbox)).exitCode, 0);
  for (const args of [['branches', sandbox.repositories[0]], ['status'], ['api', '/2.0/user']]) {
    const { exitCode, stdout, stderr } = await home.run(args, { env: noBus });
    assert.equal(exitCode, 8, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^bitbranch: .*keychain.*\.\n.+/m);
  }
});

test('a keychain that does not answer is given up: exit code 8, and later it works again', async (t) => {
  const keychain = await startKeychain(t);
  const home = await createHome(t, keychain.env);
  const sandbox = await startSandboxProcess(home);
  assert.equal((await signIn(home, sandbox)).exitCode, 0);

  process.kill(keychain.daemonPid, 'SIGSTOP');
  const stopped = await home.run(['branches', sandbox.repositories[0]]);
  process.kill(keychain.daemonPid, 'SIGCONT');
  assert.equal(stopped.exitCode, 8, stopped.stderr);
  assert.match(stopped.stderr, /^bitbranch: .*keychain.*\.\n.+/m);

  const resumed = await home.run(['branches', sandbox.repositories[0]]);
  assert.equal(resumed.exitCode, 0, resumed.stderr);
});

test('a locked keychain is told apart from an empty one: exit code 8', async (t) => {
  const keychain = await startKeychain(t, '--locked');
  const home = await createHome(t);
  const sandbox = await startSandboxProcess(home);
  const login = await signIn(home, sandbox, keychain.env);
  assert.equal(login.exitCode, 8, login.stderr);
  assert.match(login.stderr, /locked/);

  assert.equal((await signIn(home, sandbox)).exitCode, 0);
  const branches = await home.run(['branches', sandbox.repositories[0]], { env: keychain.env });
  assert.equal(branches.exitCode, 8, branches.stderr);
  assert.match(branches.stderr, /locked/);
});

test('with BITBRANCH_TOKEN nothing connects to the keychain', async (t) => {
  const home = await createHome(t, {});
  const bus = await startWatchedBus(t, home);
  const server = await startHttpServer(t, [
    { request: 'GET /2.0/user', answer: { body: '{"username":"maria"}' } },
    { request: 'GET /2.0/user', answer: { body: '{"username":"maria"}' } },
  ]);

  for (const env of [{}, bus.env]) {
    const { exitCode, stdout, stderr } = await home.run(
      ['api', '/2.0/user', '--host', server.url, '--kind', 'cloud'],
      { env: { ...env, BITBRANCH_TOKEN: 'token-from-the-environment' } },
    );
    assert.equal(exitCode, 0, stderr);
    assert.equal(stdout, '{"username":"maria"}');
  }
  assert.equal(bus.connections(), 0);
  for (const { headers } of server.requests) {
    assert.equal(headers.authorization, 'Bearer token-from-the-environment');
  }
});
