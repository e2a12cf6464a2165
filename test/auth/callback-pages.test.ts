import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import {
  brokenPage,
  outcomePage,
  refusalPage,
  spentPage,
  strayPage,
} from '../../src/auth/callback-pages.ts';
import { BitbranchError } from '../../src/errors.ts';

const hostile = `</p><script>alert("1")</script><img src='x' onerror=alert(1)>&lt;`;
const escaped =
  '&lt;/p&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&lt;img src=&#39;x&#39; onerror=alert(1)&gt;&amp;lt;';

const pages = {
  'signed in': outcomePage({ kind: 'signed-in', accountName: hostile, hostName: hostile }),
  failed: outcomePage({ kind: 'failed', message: hostile, hint: hostile }),
  denied: refusalPage(new BitbranchError('sign_in_denied', hostile, { hint: hostile })),
  refused: refusalPage(new BitbranchError('sign_in_refused', hostile, { hint: hostile })),
  stray: strayPage(),
  spent: spentPage(),
  broken: brokenPage(),
};

for (const [name, { html, headers }] of Object.entries(pages)) {
  test(`the page "${name}" takes its query out of the address by the one script that its policy allows`, () => {
    const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map((match) => match[1] ?? '');
    assert.deepEqual(scripts, ["history.replaceState(null, '', location.pathname)"]);
    const hash = createHash('sha256').update(scripts.join()).digest('base64');
    assert.ok(headers['content-security-policy']?.includes(`; script-src 'sha256-${hash}';`));
  });
}

for (const name of ['signed in', 'failed', 'denied', 'refused'] as const) {
  test(`the page "${name}" escapes both texts that it is given`, () => {
    assert.equal(pages[name].html.split(escaped).length, 3);
  });
}

test('an unnamed account is left out', () => {
  const { html } = outcomePage({ kind: 'signed-in', accountName: null, hostName: 'bitbucket.org' });
  assert.doesNotMatch(html, /<dt>Account|<bdi>null/);
  assert.match(html, /bitbucket\.org/);
});

test('a failure without a hint has no empty paragraph', () => {
  const { html } = outcomePage({ kind: 'failed', message: 'No.' });
  assert.doesNotMatch(html, /<p><\/p>|undefined/);
});

test('a denial by the person and a refusal by the server have different headings', () => {
  assert.match(pages.denied.html, /<h1>Access was denied<\/h1>/);
  assert.match(pages.refused.html, /<h1>Sign-in failed<\/h1>/);
});
