import assert from 'node:assert/strict';
import { test } from 'node:test';
import axe, { type AxeResults } from 'axe-core';
import { pagesInChromium } from '../helpers/pages-in-chromium.ts';
import { shownPages } from '../helpers/shown-pages.ts';

const { page, url } = await pagesInChromium();

for (const name of Object.keys(shownPages)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe finds nothing against the page ${name}, ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme });
      await page.goto(`${url}/${name}`);
      await page.evaluate(axe.source); // by the debugger, so that the page's own policy stays as it is
      const { violations, incomplete, passes }: AxeResults = await page.evaluate('axe.run()');
      const found = [...violations, ...incomplete].map(({ id, nodes }) => ({
        id,
        nodes: nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`),
      }));
      assert.deepEqual(found, []);
      const passed = passes.map(({ id }) => id);
      for (const rule of ['color-contrast', 'document-title', 'html-has-lang', 'landmark-one-main'])
        assert.ok(passed.includes(rule), rule);
    });
  }
}

for (const [name, tree] of [
  [
    'consent',
    `- banner: bitbranch
- main:
  - heading "Grant access to this sandbox?" [level=1]
  - paragraph: A program on this machine asks to act for you in the embedded Bitbucket. There are no real accounts here, and nothing leaves this machine.
  - term: Consumer
  - definition:
    - code: sandbox-consumer
  - term: You are
  - definition: María Gómez (maria)
  - term: It may
  - definition: Read who you are Read your repositories
  - term: Back to
  - definition:
    - code: 127.0.0.1:49152
  - button "Grant access"
  - button "Deny"`,
  ],
  [
    'signed-in',
    `- banner: bitbranch
- main:
  - heading "You are signed in" [level=1]
  - paragraph: You can close this tab and go back to the terminal.
  - term: Account
  - definition: maria
  - term: Bitbucket
  - definition: bitbucket.org`,
  ],
] as const) {
  test(`a screen reader is told all of the page ${name}, and no more`, async () => {
    await page.goto(`${url}/${name}`);
    assert.equal(await page.locator('body').ariaSnapshot(), tree);
  });
}
