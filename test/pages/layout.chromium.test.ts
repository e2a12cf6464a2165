// Boxes are compared, not pixels: fonts differ from machine to machine, what must fit into what does not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pagesInChromium } from '../helpers/pages-in-chromium.ts';
import { shownPages } from '../helpers/shown-pages.ts';

/** What a window shows; zoom makes the page as many times narrower, in the pixels of CSS. */
const views = [
  { view: 'a phone of 320 pixels', width: 320, height: 568, textSize: '100%' },
  { view: 'a window of 1280 pixels', width: 1280, height: 800, textSize: '100%' },
  { view: 'that window at 200 % zoom', width: 640, height: 400, textSize: '100%' },
  { view: 'that window at 400 % zoom', width: 320, height: 200, textSize: '100%' },
  { view: 'a phone with text at 200 %', width: 320, height: 568, textSize: '200%' },
];

const { page, url } = await pagesInChromium();

/** Whether the page is wider than the window, and what sticks out of the box that it belongs into. */
const measure = `(() => {
  const described = (element) => element.outerHTML.slice(0, 60);
  const outside = (inner, outer) => inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
  const main = document.querySelector('main');
  const boxed = [...main.querySelectorAll('*:not([type=hidden])')].filter((element) => element.closest('svg') === null || element.tagName === 'svg');
  return {
    pageWidth: document.documentElement.scrollWidth,
    top: main.getBoundingClientRect().top,
    sticksOut: boxed.filter((element) => outside(element.getBoundingClientRect(), main.getBoundingClientRect())).map(described),
    isCut: boxed.filter((element) => element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1).map(described),
  };
})()`;

interface Measured {
  readonly pageWidth: number;
  /** Of the card, which may begin below the window's edge only. */
  readonly top: number;
  readonly sticksOut: readonly string[];
  readonly isCut: readonly string[];
}

for (const { view, width, height, textSize } of views) {
  test(`every page fits into ${view}`, async () => {
    await page.setViewportSize({ width, height });
    for (const name of Object.keys(shownPages)) {
      await page.goto(`${url}/${name}`);
      await page.evaluate(`document.documentElement.style.fontSize = '${textSize}'`);
      const { top, ...measured }: Measured = await page.evaluate(measure);
      assert.deepEqual(measured, { pageWidth: width, sticksOut: [], isCut: [] }, name);
      assert.ok(top > 0, name);
    }
  });
}
