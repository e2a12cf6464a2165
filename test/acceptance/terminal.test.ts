import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { quote } from 'shell-quote';
import { type Program, startProgram } from '../helpers/program.ts';
import { startSandboxProcess } from '../helpers/sandbox-process.ts';
import { builtProgram, createHome, type Home } from '../helpers/spawn-cli.ts';
import { callbackAddress, decideAt } from '../helpers/user-agent.ts';

/** The built program on a pseudo-terminal, whose output all comes on stdout. */
function startOnTerminal(
  t: TestContext,
  home: Home,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Program {
  const command = quote([process.execPath, builtProgram, ...args]);
  return startProgram(t, ['script', '--quiet', '--return', '--command', command, '/dev/null'], {
    env: { ...home.env, TERM: 'xterm', SHELL: '/bin/sh', ...env },
    cwd: home.env['HOME'] ?? '/',
  });
}

const consentPage = /http\S+oauth_token=[\w.~%-]+/;

test('a redirect address that is pasted signs in, a wrong one is asked for again', async (t) => {
  const home = await createHome(t);
  const sandbox = await startSandboxProcess(home);
  const login = startOnTerminal(t, home, [...sandbox.loginArgs, '--no-browser'], {
    ...sandbox.loginEnv,
    SSH_CONNECTION: '192.0.2.1 50000 192.0.2.2 22',
  });
  const [consentUrl] = await login.printed(consentPage);
  const callback = new URL(await callbackAddress(consentUrl, 'grant'));
  await login.printed(new RegExp(`ssh .*-L ${callback.port}:127\\.0\\.0\\.1:${callback.port} `));
  await login.printed(/paste/);

  login.type('http://127.0.0.1:1/callback?oauth_token=wrong&oauth_verifier=wrong\n');
  await login.printed(/not the address of this sign-in/);
  login.type(`${callback}\n`);
  await login.printed(/Signed in to/);
  assert.equal((await login.ended).exitCode, 0);
});

test('the consumer is asked for, its secret without echo, and is remembered', async (t) => {
  const home = await createHome(t);
  const sandbox = await startSandboxProcess(home);
  const host = ['--host', sandbox.url, '--kind', 'cloud'];
  const login = startOnTerminal(t, home, ['login', ...host, '--no-browser']);
  await login.printed(/Consumer key/);
  login.type(`${sandbox.consumerKey}\n`);
  await login.printed(/Secret of consumer/);
  login.type(`${sandbox.consumerSecret}\n`);
  const [consentUrl] = await login.printed(consentPage);
  await decideAt(consentUrl, 'grant');
  const { exitCode, stdout } = await login.ended;
  assert.equal(exitCode, 0, stdout);
  assert.ok(stdout.includes(sandbox.consumerKey));
  assert.ok(!stdout.includes(sandbox.consumerSecret), 'the secret is not echoed');
});

test('Ctrl-C at a prompt ends it with exit code 130', async (t) => {
  const home = await createHome(t);
  const login = startOnTerminal(t, home, ['login', '--host', 'http://127.0.0.1:9']);
  await login.printed(/Consumer key/);
  login.type('\x03');
  assert.equal((await login.ended).exitCode, 130);
});

test('branches prints a table on a terminal', async (t) => {
  const home = await createHome(t);
  const sandbox = await startSandboxProcess(home);
  const login = home.start([...sandbox.loginArgs, '--no-browser'], { env: sandbox.loginEnv });
  await decideAt((await login.printed(consentPage))[0], 'grant');
  assert.equal((await login.ended).exitCode, 0);
  const branches = startOnTerminal(t, home, ['branches', sandbox.repositories[0]], {
    NO_COLOR: '1',
  });
  const { exitCode, stdout } = await branches.ended;
  assert.equal(exitCode, 0, stdout);
  assert.match(stdout, /^ *NAME +/im);
  assert.match(stdout, /^.*main +/m);
  assert.ok(!stdout.includes('\t'));
});
