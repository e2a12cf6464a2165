import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { launchChromium, type TestChromium } from '../helpers/chromium.ts';
import { createHome } from '../helpers/spawn-cli.ts';
import { keychainCredentials } from '../helpers/stored-state.ts';
import { startWay, type WayName } from './sign-in-ways.ts';

const flows: readonly (readonly [way: WayName, answer: readonly string[]])[] = [
  ['Cloud oauth1', ['oauth_token', 'oauth_verifier']],
  ['Cloud oauth2', ['code', 'state']],
  ['Data Center oauth1', ['oauth_token', 'oauth_verifier']],
  ['Data Center oauth2', ['code', 'state']],
];

test('a person grants access in Chromium, and a later process uses what the keychain holds', async (t) => {
  const chromium = await launchChromium();
  t.after(() => chromium[Symbol.asyncDispose]());
  for (const [way, answer] of flows) {
    await t.test(way, (t) => grantInChromium(t, chromium, way, answer));
  }
});

async function grantInChromium(
  t: TestContext,
  chromium: TestChromium,
  wayName: WayName,
  answer: readonly string[],
): Promise<void> {
  const home = await createHome(t);
  const way = await startWay(t, wayName, home);
  const login = home.start(way.loginArgs, way.options);
  const [, consentUrl = ''] = await login.printed(/^ {2}(http\S+)$/m);

  const page = await chromium.context.newPage();
  const callbacks: URL[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/callback')) callbacks.push(new URL(request.url()));
  });
  await page.goto(consentUrl);
  await page.getByRole('button', { name: 'Grant access', exact: true }).click();
  await page.getByRole('heading', { name: /signed in/i }).waitFor();
  const ended = await login.ended;
  assert.equal(ended.exitCode, 0, ended.stderr);
  assert.match(ended.stderr, /^Signed in to .* as María Gómez \(maria\)\./m);

  const [callback, ...others] = callbacks.filter(({ pathname }) => pathname === '/callback');
  assert.ok(callback !== undefined);
  assert.deepEqual([...callback.searchParams.keys()].sort(), answer);
  assert.deepEqual(others, []);
  assert.equal(page.url(), callback.origin + callback.pathname, 'the address bar is clean');
  await page.close();

  const [credential] = await keychainCredentials(way.hostUrl);
  assert.deepEqual([credential?.protocol, credential?.account.name], [way.protocol, 'maria']);
  const check = await home.run(['status', '--check']);
  assert.equal(check.exitCode, 0, check.stderr);
  assert.match(check.stdout, /accepted just now/);
}
