import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

/**
 * A headless Chromium with a profile of its own, removed when it is closed: Debian's, or the one that
 * BITBRANCH_TEST_CHROMIUM names.
 */
export interface TestChromium extends AsyncDisposable {
  readonly context: BrowserContext;
}

export async function launchChromium(): Promise<TestChromium> {
  const profile = await mkdtemp(join(tmpdir(), 'bitbranch-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env['BITBRANCH_TEST_CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return {
    context,
    async [Symbol.asyncDispose]() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
