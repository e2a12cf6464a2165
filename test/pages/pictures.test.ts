import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { shownPages } from '../helpers/shown-pages.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, '.github/pictures');
const sources: Readonly<Record<string, string>> = JSON.parse(
  await readFile(join(folder, 'pages.json'), 'utf8'),
);

// Pixels depend on the fonts of a machine, so people look at the pictures, and the test sees to it that they are made anew.
for (const [name, digest] of Object.entries(sources)) {
  test(`the pictures of the page ${name} show it as it is`, async () => {
    const html = shownPages[name]?.html ?? '';
    assert.equal(
      createHash('sha256').update(html).digest('hex'),
      digest,
      'the page has changed: run scripts/pictures, and look at what it made',
    );
    for (const scheme of ['light', 'dark']) {
      const picture = await readFile(join(folder, `${name}-${scheme}.png`));
      assert.equal(picture.subarray(1, 4).toString(), 'PNG');
    }
  });
}

test('every picture of the README is there', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const paths = [...readme.matchAll(/(?:src|srcset)="([^"]+)"/g)].map(([, path = '']) => path);
  assert.ok(paths.length >= 3);
  for (const path of paths) assert.ok((await readFile(join(root, path))).length > 0, path);
});
