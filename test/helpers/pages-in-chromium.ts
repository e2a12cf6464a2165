import { after } from 'node:test';
import type { Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { servePages } from './shown-pages.ts';

/** A tab of Chromium for the tests of a file, and where it finds the pages by their names. */
export async function pagesInChromium(): Promise<{ readonly page: Page; readonly url: string }> {
  const pages = await servePages();
  after(() => pages[Symbol.asyncDispose]());
  const chromium = await launchChromium();
  after(() => chromium[Symbol.asyncDispose]());
  return { page: await chromium.context.newPage(), url: pages.url };
}
