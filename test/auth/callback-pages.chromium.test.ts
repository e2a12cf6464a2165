import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import {
  type CallbackServer,
  type Judgement,
  startCallbackServer,
} from '../../src/auth/callback-server.ts';
import { BitbranchError } from '../../src/errors.ts';
import { launchChromium, type TestChromium } from '../helpers/chromium.ts';

const secret = 's3cretverifier';
const longName = 'a-rather-long-name'.repeat(8);
const denial = new BitbranchError('sign_in_denied', 'You denied access.', { hint: 'Try again.' });
const never = new AbortController().signal;

/** What each page follows from: the verdict that its query gets, and the outcome of the sign-in after it. */
const pages = [
  {
    heading: 'You are signed in',
    judgement: { verdict: 'accept', callback: null },
    outcome: { kind: 'signed-in', accountName: longName, hostName: `${longName}.example` },
  },
  {
    heading: 'Sign-in failed',
    judgement: { verdict: 'accept', callback: null },
    outcome: { kind: 'failed', message: `${longName} was refused.`, hint: 'Try again.' },
  },
  { heading: 'Access was denied', judgement: { verdict: 'deny', error: denial } },
  { heading: 'Nothing to see here', judgement: { verdict: 'ignore' } },
] as const;

let chromium: TestChromium;
before(async () => {
  chromium = await launchChromium();
});
after(async () => {
  await chromium[Symbol.asyncDispose]();
});

for (const { heading, judgement, ...rest } of pages) {
  test(`"${heading}" is shown, keeps its policy and forgets its query`, async (t) => {
    const server = await startServer(t, judgement, 'outcome' in rest ? rest.outcome : undefined);
    const { page, complaints } = await openPage(t);
    await page.goto(`${server.redirectUri}?oauth_verifier=${secret}`);

    assert.equal(
      await page.getByRole('main').getByRole('heading', { level: 1 }).textContent(),
      heading,
    );
    assert.equal(await page.evaluate('location.href'), server.redirectUri);
    assert.equal(await page.evaluate('document.referrer'), '');

    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const background = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      assert.equal(background, colorScheme === 'light' ? 'rgb(244, 245, 244)' : 'rgb(18, 22, 21)');
      for (const width of [320, 1280]) {
        await page.setViewportSize({ width, height: 640 });
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
      }
    }
    assert.deepEqual(complaints, []);

    await page.goto('about:blank');
    await page.goBack();
    assert.equal(page.url(), server.redirectUri, 'the way back leads to the verifier');
  });
}

async function startServer(
  t: TestContext,
  judgement: Judgement<null>,
  outcome: Parameters<Awaited<ReturnType<CallbackServer['receive']>>['answer']>[0] | undefined,
): Promise<CallbackServer> {
  const server = await startCallbackServer({ port: 0, path: '/callback' });
  t.after(() => server.close());
  server
    .receive(() => judgement, never)
    .then(
      ({ answer }) => outcome && answer(outcome),
      (error) => assert.equal(error, denial),
    );
  return server;
}

/** A new tab, and what its console says against our policy or scripts. */
async function openPage(t: TestContext): Promise<{ page: Page; complaints: string[] }> {
  const page = await chromium.context.newPage();
  t.after(() => page.close());
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // Chromium logs the status 400 or 500 of the page itself, which is what we mean to send.
    if (!message.text().startsWith('Failed to load resource')) complaints.push(message.text());
  });
  return { page, complaints };
}
