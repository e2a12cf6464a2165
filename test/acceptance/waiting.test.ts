import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../helpers/free-port.ts';
import { keychainItems } from '../helpers/keychain-items.ts';
import { type SandboxProcess, startSandboxProcess } from '../helpers/sandbox-process.ts';
import { createHome, type Home } from '../helpers/spawn-cli.ts';
import { callbackAddress, decideAt, load, userAgentCommand } from '../helpers/user-agent.ts';

/** A login that waits for a browser which is not opened, and the consent page that it names. */
async function waitingLogin(home: Home, sandbox: SandboxProcess, ...flags: string[]) {
  const program = home.start([...sandbox.loginArgs, '--no-browser', ...flags], {
    env: sandbox.loginEnv,
  });
  const [consentUrl] = await program.printed(/http\S+oauth_token=\S+/);
  return { program, consentUrl };
}

test('a denial ends with exit code 4 and stores nothing', async (t) => {
  const home = await createHome(t);
  const sandbox = await startSandboxProcess(home);
  const { exitCode, stderr } = await home.run(
    [...sandbox.loginArgs, '--browser', userAgentCommand('--deny')],
    { env: sandbox.loginEnv },
  );
  assert.equal(exitCode, 4, stderr);
  assert.match(stderr, /denied/);
  assert.equal(await keychainItems(sandbox.url), '');
  assert.equal((await home.run(['status'])).exitCode, 4);
});

test('the person reads in the browser how the sign-in ended', async (t) => {
  const home = await createHome(t);
  const sandbox = await startSandboxProcess(home);
  for (const [decision, exitCode, words] of [
    ['deny', 4, /denied/i],
    ['grant', 0, /signed in/i],
  ] as const) {
    const { program, consentUrl } = await waitingLogin(home, sandbox);
    const page = await decideAt(consentUrl, decision);
    assert.match(page.body, words);
    assert.equal((await program.ended).exitCode, exitCode);
  }
});

test('a browser that fails is told, and the sign-in waits for the person to open the page', async (t) => {
  const home = await createHome(t);
  const sandbox = await startSandboxProcess(home);
  const program = home.start([...sandbox.loginArgs, '--browser', 'false'], {
    env: sandbox.loginEnv,
  });
  const [, consentUrl = ''] = await program.printed(
    /could not be opened \(false ended with exit code 1\)\.\nOpen this page yourself:\n\n {2}(\S+)\n/,
  );
  await decideAt(consentUrl, 'grant');
  const { exitCode, stderr } = await program.ended;
  assert.equal(exitCode, 0, stderr);
});

test('stray, forged and favicon requests change nothing, and the right one then ends the wait', async (t) => {
  const home = await createHome(t);
  const sandbox = await startSandboxProcess(home);
  const { program, consentUrl } = await waitingLogin(home, sandbox);
  const callback = await callbackAddress(consentUrl, 'grant');
  const withQuery = (query: Record<string, string>) =>
    new URL(`?${new URLSearchParams(query)}`, callback).href;
  const statusOf = async (url: string, init?: RequestInit) => (await fetch(url, init)).status;

  assert.equal(await statusOf(new URL('/favicon.ico', callback).href), 404);
  assert.equal(await statusOf(withQuery({})), 400);
  assert.equal(await statusOf(withQuery({ oauth_token: 'forged', oauth_verifier: 'forged' })), 400);
  assert.equal(await statusOf(withQuery({ oauth_token: 'forged', oauth_problem: 'denied' })), 400);
  assert.equal(await statusOf(callback, { method: 'POST' }), 405);

  assert.equal((await load(callback)).status, 200);
  assert.equal((await program.ended).exitCode, 0);
});

test('a browser that asks for a favicon first signs in', async (t) => {
  const home = await createHome(t);
  const sandbox = await startSandboxProcess(home);
  const { exitCode, stderr } = await home.run(
    [...sandbox.loginArgs, '--browser', userAgentCommand('--favicon')],
    { env: sandbox.loginEnv },
  );
  assert.equal(exitCode, 0, stderr);
});

test('nobody decides: --timeout ends it with exit code 6', async (t) => {
  const home = await createHome(t);
  const sandbox = await startSandboxProcess(home);
  const { program } = await waitingLogin(home, sandbox, '--timeout', '300ms');
  const { exitCode, stderr } = await program.ended;
  assert.equal(exitCode, 6);
  assert.match(stderr, /--timeout/);
  assert.equal(await keychainItems(sandbox.url), '');
});

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} while waiting ends it with exit code ${exitCode} and stores nothing`, async (t) => {
    const home = await createHome(t);
    const sandbox = await startSandboxProcess(home);
    const { program, consentUrl } = await waitingLogin(home, sandbox);
    const callback = await callbackAddress(consentUrl, 'grant');
    program.kill(signal);
    const ended = await program.ended;
    assert.equal(ended.exitCode, exitCode, ended.stderr);
    await assert.rejects(fetch(callback), 'the callback server has gone');
    assert.equal(await keychainItems(sandbox.url), '');
  });
}

test('--callback-port and --callback-path decide where the browser comes back to', async (t) => {
  const home = await createHome(t);
  const sandbox = await startSandboxProcess(home);
  const taken = await home.run(
    [...sandbox.loginArgs, '--callback-port', new URL(sandbox.url).port],
    { env: sandbox.loginEnv },
  );
  assert.equal(taken.exitCode, 2, taken.stderr);

  const port = await freePort();
  const flags = ['--callback-port', String(port), '--callback-path', '/back/here'];
  const { program, consentUrl } = await waitingLogin(home, sandbox, ...flags);
  const callback = await callbackAddress(consentUrl, 'grant');
  assert.ok(callback.startsWith(`http://127.0.0.1:${port}/back/here?`), callback);
  await load(callback);
  assert.equal((await program.ended).exitCode, 0);
});

test('without a terminal and a consumer it asks for nothing and tells what to set', async (t) => {
  const home = await createHome(t);
  const { exitCode, stderr } = await home.run([
    'login',
    '--host',
    'http://127.0.0.1:9',
    '--kind',
    'cloud',
  ]);
  assert.equal(exitCode, 2);
  assert.match(stderr, /BITBRANCH_CONSUMER_KEY and BITBRANCH_CONSUMER_SECRET/);
});
