import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pagesInChromium } from '../helpers/pages-in-chromium.ts';

const { page, url } = await pagesInChromium();

/** What has the focus, and how that is shown. */
const lookAtFocus = `(() => {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth, outlineOffset, outlineColor } = getComputedStyle(element);
  const card = getComputedStyle(document.querySelector('main')).backgroundColor;
  const { height, width } = element.getBoundingClientRect();
  return { name: element.textContent, outlineStyle, outlineWidth: parseFloat(outlineWidth), outlineOffset: parseFloat(outlineOffset), outlineColor, card, height, width };
})()`;

interface Focus {
  readonly name: string;
  readonly outlineStyle: string;
  /** In pixels, like the offset, height and width. */
  readonly outlineWidth: number;
  readonly outlineOffset: number;
  readonly outlineColor: string;
  readonly card: string;
  readonly height: number;
  readonly width: number;
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`Tab leads over the buttons in order, and the focus is seen, ${colorScheme}`, async () => {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${url}/consent`);
    for (const name of ['Grant access', 'Deny']) {
      await page.keyboard.press('Tab');
      const focus: Focus = await page.evaluate(lookAtFocus);
      assert.equal(focus.name, name);
      assert.equal(focus.outlineStyle, 'solid');
      assert.ok(focus.outlineWidth >= 2 && focus.outlineOffset >= 2, JSON.stringify(focus));
      // WCAG 2.2, 1.4.11 and 2.5.5
      assert.ok(contrast(focus.outlineColor, focus.card) >= 3, JSON.stringify(focus));
      assert.ok(focus.height >= 44 && focus.width >= 44, JSON.stringify(focus));
    }
  });
}

for (const [name, presses] of [
  ['grant', ['Tab', 'Enter']],
  ['deny', ['Tab', 'Tab', 'Space']],
] as const) {
  test(`the keyboard alone can ${name}`, async (t) => {
    await page.goto(`${url}/consent`);
    const sent: string[] = [];
    await page.route('**/authenticate', async (route) => {
      sent.push(new URLSearchParams(route.request().postData() ?? '').get('decision') ?? '');
      await route.fulfill({ body: 'decided' });
    });
    t.after(() => page.unrouteAll());
    const decided = page.waitForURL('**/authenticate');
    for (const key of presses) await page.keyboard.press(key);
    await decided;
    assert.deepEqual(sent, [name]);
  });
}

test('nothing moves: a page that is seen for a second is there at once', async () => {
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await page.goto(`${url}/signed-in`);
  assert.equal(await page.evaluate('document.getAnimations().length'), 0);
});

/** Of two colours as `rgb(r, g, b)`; see the definition of contrast ratio in WCAG 2.2. */
function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.match(/\d+/g) ?? [])
    .map((channel) => Number(channel) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
