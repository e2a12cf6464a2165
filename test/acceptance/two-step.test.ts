import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createHome } from '../helpers/spawn-cli.ts';
import { type StoredState, storedState } from '../helpers/stored-state.ts';
import { callbackAddress } from '../helpers/user-agent.ts';
import { startWay, type WayName, ways } from './sign-in-ways.ts';

/** The first of the two commands, in a home of its own. */
async function begin(t: TestContext, name: WayName) {
  const home = await createHome(t);
  const way = await startWay(t, name, home);
  const untouched = await storedState(home, way.hostUrl);
  const request = await home.run([...way.loginArgs, '--request'], way.options);
  assert.equal(request.exitCode, 0, request.stderr);
  assert.equal(request.stderr, '');
  const { url, redirectUri, complete: command } = JSON.parse(request.stdout);
  assert.equal(redirectUri, 'http://127.0.0.1/callback');
  assert.equal(command[0], 'bitbranch');
  return {
    way,
    url,
    untouched,
    secondStep: command.slice(1),
    complete: (address: string) => home.run(command.slice(1), { stdin: `${address}\n` }),
    state: () => storedState(home, way.hostUrl),
    home,
  };
}

function counts({ keychain, settings }: StoredState) {
  return {
    credentials: keychain.credential.length,
    pending: keychain.pending.length,
    pendingIn: settings?.pendingIn,
    accounts: Object.keys(settings?.accounts ?? {}),
  };
}

const begun = { credentials: 0, pending: 1, pendingIn: 'keychain', accounts: [] };
const over = { credentials: 0, pending: 0, pendingIn: undefined, accounts: [] };

for (const name of ways.filter((way) => way !== 'token')) {
  test(`${name}: two commands sign in, and only by the address of this sign-in`, async (t) => {
    const { way, url, complete, state } = await begin(t, name);
    assert.deepEqual(counts(await state()), begun);
    const address = await callbackAddress(url, 'grant');

    const { origin, search } = new URL(address);
    const forged = address.replace(/(oauth_token|state)=[^&]+/, '$1=forged');
    for (const wrong of ['', url, `${origin}/callback`, forged]) {
      const { exitCode, stderr } = await complete(wrong);
      assert.equal(exitCode, 2, stderr);
      assert.match(stderr, /^bitbranch: That is not the address of the sign-in that was begun\.\n/);
      assert.ok(!stderr.includes(search));
    }
    assert.deepEqual(counts(await state()), begun, 'a wrong address changes nothing');

    const { exitCode, stdout, stderr } = await complete(address);
    assert.equal(exitCode, 0, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^Signed in to .* as /);
    assert.deepEqual(counts(await state()), { ...over, credentials: 1, accounts: [way.account] });

    const again = await complete(address);
    assert.equal(again.exitCode, 2);
    assert.match(
      again.stderr,
      /^bitbranch: No sign-in to .* was begun\.\n.*bitbranch login --host .* --request\n/,
    );
  });
}

for (const name of ['Cloud oauth1', 'Cloud oauth2', 'Data Center oauth1'] as const) {
  test(`${name}: a denial ends what was begun and stores nothing`, async (t) => {
    const { url, untouched, complete, state } = await begin(t, name);
    const address = await callbackAddress(url, 'deny');
    const { exitCode, stderr } = await complete(address);
    assert.equal(exitCode, 4, stderr);
    assert.match(stderr, /^bitbranch: Access was denied on the consent page\.\n/);
    assert.deepEqual(counts(await state()), over);
    assert.deepEqual((await state()).keychain, untouched.keychain);
    assert.equal((await complete(address)).exitCode, 2);
  });
}

test('only the sign-in begun last counts', async (t) => {
  const { way, url, complete, home } = await begin(t, 'Cloud oauth2');
  const first = await callbackAddress(url, 'grant');
  const later = await home.run([...way.loginArgs, '--request'], way.options);
  const second = await callbackAddress(JSON.parse(later.stdout).url, 'grant');
  const refused = await complete(first);
  assert.equal(refused.exitCode, 2);
  assert.match(refused.stderr, /only the sign-in begun last counts/);
  assert.equal((await complete(second)).exitCode, 0);
});

test('the second command finds by itself what was begun, and prints JSON where that is asked for', async (t) => {
  const { way, url, home } = await begin(t, 'Data Center oauth2');
  const stdin = await callbackAddress(url, 'grant');
  const { exitCode, stdout, stderr } = await home.run(['login', '--complete', '--json'], { stdin });
  assert.equal(exitCode, 0, stderr);
  const { host, account, protocol, store } = JSON.parse(stdout);
  assert.deepEqual([host, account, protocol, store], [way.hostUrl, 'maria', 'oauth2', 'keychain']);
});

test('what can not be begun or completed says so', async (t) => {
  const home = await createHome(t);
  const host = ['--host', 'http://127.0.0.1:9'];
  for (const [args, says] of [
    [['--complete'], /^bitbranch: No sign-in to 127\.0\.0\.1:9 was begun\.\n/],
    [['--request', '--complete'], /are two commands, one after the other/],
    [['--request', '--protocol', 'token'], /A token needs no browser/],
  ] as const) {
    const { exitCode, stdout, stderr } = await home.run(['login', ...host, ...args]);
    assert.deepEqual([exitCode, stdout], [2, ''], stderr);
    assert.match(stderr, says);
  }
});
