import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { keychainItems } from '../helpers/keychain-items.ts';
import { startProgram } from '../helpers/program.ts';
import { createHome } from '../helpers/spawn-cli.ts';
import { userAgentCommand } from '../helpers/user-agent.ts';

const script = join(import.meta.dirname, '../../scripts/demo');

/** Runs the demo to its end. */
async function demo(t: TestContext, args: readonly string[], extraEnv = {}) {
  const { env } = await createHome(t);
  const result = await startProgram(t, [script, ...args], {
    env: { ...env, TSX_DISABLE_CACHE: '1', ...extraEnv }, // else the loader keeps what it compiled
  }).ended;
  assert.deepEqual(await readdir(env['TMPDIR'] ?? ''), [], 'temporary files are left');
  return result;
}

/** Signs in by the demo, which has to tell all that, in this order, and to leave nothing. */
async function succeed(
  t: TestContext,
  args: readonly string[],
  told: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { exitCode, stdout, stderr } = await demo(t, args, env);
  assert.deepEqual([exitCode, stderr], [0, ''], stdout);
  let place = 0;
  for (const text of ['$ bitbranch sandbox', ...told]) {
    place = stdout.indexOf(text, place);
    assert.notEqual(place, -1, `${text} is missing in ${stdout}`);
  }
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(stdout) ?? [];
  await assert.rejects(fetch(url), 'nothing listens any longer');
  assert.equal(await keychainItems(url), '');
}

const signedIn = 'Signed in to 127.0.0.1:';
const main = '\n* main ';
const ended = '\nSigned out maria from ';
const withKeyPair = [
  ' --application-link bitbranch=public-key.pem\n',
  '\n$ bitbranch consumer add ',
  ' > public-key.pem\n',
  '\nAn administrator of ',
  signedIn,
  main,
  'OAuth 1.0a',
  'expires on 20',
  ended,
];

const ways: readonly (readonly [args: readonly string[], told: readonly string[]])[] = [
  [[], [signedIn, main, 'OAuth 1.0a', 'does not expire', ended]],
  [
    ['--protocol', 'oauth2', '--kind', 'cloud'],
    [signedIn, main, 'OAuth 2.0', ended],
  ],
  [['--kind=datacenter', '--protocol=oauth1'], withKeyPair],
  [
    ['--kind=datacenter', '--protocol=oauth2'],
    [signedIn, main, 'OAuth 2.0', ended],
  ],
  [['--protocol=token'], ['$ echo … | bitbranch login ', signedIn, main, 'token', ended]],
  [
    ['--kind=datacenter', '--protocol=token'],
    ['$ echo … | ', signedIn, main, 'token', ended],
  ],
];

for (const [args, told] of ways) {
  test(`demo ${args.join(' ')} signs in, lists branches and leaves nothing`, (t) =>
    succeed(t, ['--no-browser', ...args], told));
}

test("the demo leaves nothing in a desktop's keychain, after its browser was used", (t) =>
  succeed(t, ['--kind=datacenter'], ['Your browser shows a page', signedIn, main, ended], {
    DISPLAY: ':no-display',
    BROWSER: userAgentCommand(),
  }));

for (const args of [['--kind'], ['--kind=server'], ['--protocol', 'basic'], ['--kind='], ['x']]) {
  test(`demo ${args.join(' ')} says how it is used`, async (t) => {
    const { exitCode, stdout, stderr } = await demo(t, args);
    assert.deepEqual([exitCode, stdout], [2, '']);
    assert.match(stderr, /^usage: scripts\/demo \[--kind /);
  });
}
