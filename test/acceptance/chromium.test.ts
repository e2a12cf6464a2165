import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launchChromium } from '../helpers/chromium.ts';
import { startSandboxProcess } from '../helpers/sandbox-process.ts';
import { createHome } from '../helpers/spawn-cli.ts';

for (const { button, exitCode, said, shown } of [
  { button: 'Grant access', exitCode: 0, said: /Signed in to/, shown: /signed in/i },
  { button: 'Deny', exitCode: 4, said: /denied/, shown: /denied/i },
]) {
  test(`a person presses "${button}" in Chromium, and no verifier stays in its history`, async (t) => {
    const home = await createHome(t);
    const sandbox = await startSandboxProcess(home);
    const chromium = await launchChromium();
    t.after(() => chromium[Symbol.asyncDispose]());
    const login = home.start([...sandbox.loginArgs, '--no-browser'], { env: sandbox.loginEnv });
    const [consentUrl] = await login.printed(/http\S+oauth_token=\S+/);

    const page = await chromium.context.newPage();
    const callbacks: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/callback')) callbacks.push(request.url());
    });
    await page.goto(consentUrl);
    await page.getByRole('button', { name: button, exact: true }).click();
    await page.getByRole('heading', { name: shown }).waitFor();
    const ended = await login.ended;
    assert.equal(ended.exitCode, exitCode, ended.stderr);
    assert.match(ended.stderr, said);

    const [callback, ...others] = callbacks.map((url) => new URL(url));
    assert.ok(callback !== undefined);
    assert.ok(callback.searchParams.has('oauth_token'));
    assert.deepEqual(others, []);
    assert.equal(page.url(), callback.origin + callback.pathname);
    const devtools = await chromium.context.newCDPSession(page);
    const history = await devtools.send('Page.getNavigationHistory');
    const addresses = history.entries.map(({ url }) => url);
    assert.ok(addresses.includes(page.url()));
    assert.ok(
      addresses.every((url) => !/oauth_(verifier|problem)/.test(url)),
      addresses.join('\n'),
    );
  });
}
