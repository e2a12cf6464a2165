import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { escapeHtml, renderPage } from '../src/page.ts';

test('escapeHtml leaves nothing that could end a text or an attribute', () => {
  assert.equal(
    escapeHtml(`<b title="x" lang='y'>&amp;</b>`),
    '&lt;b title=&quot;x&quot; lang=&#39;y&#39;&gt;&amp;amp;&lt;/b&gt;',
  );
});

test('the title is escaped in the tab and in the heading', () => {
  const { html } = renderPage({ title: '<script>1</script>', tone: 'failure', body: '' });
  assert.equal(html.includes('<script>'), false);
  assert.equal(html.split('&lt;script&gt;1&lt;/script&gt;').length, 3);
});

test('the policy allows the page its own style and nothing else', () => {
  const { html, headers } = renderPage({ title: 'Hello', tone: 'question', body: '<p>Hi</p>' });
  assert.deepEqual(headers, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src ${hashOf(html, 'style')}; base-uri 'none'; frame-ancestors 'none'; form-action 'none'`,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
  });
});

test('the policy allows the script and the form targets that were asked for', () => {
  const { html, headers } = renderPage({
    title: 'Hello',
    tone: 'question',
    body: '',
    script: 'document.title = "a && b"',
    formAction: ["'self'", 'http://127.0.0.1:4000'],
  });
  const policy = headers['content-security-policy']?.split('; ') ?? [];
  assert.ok(policy.includes(`script-src ${hashOf(html, 'script')}`));
  assert.ok(policy.includes("form-action 'self' http://127.0.0.1:4000"));
});

test('a page refers to nothing outside itself', () => {
  for (const tone of ['question', 'success', 'failure'] as const) {
    const { html } = renderPage({ title: 'Hello', tone, body: '<p>Hi</p>' });
    assert.doesNotMatch(html, /\b(?:src|href|action)=|url\(|@import|https?:/);
  }
});

/** The CSP source of an inline element, computed from the page as a browser would. */
function hashOf(html: string, element: 'style' | 'script'): string {
  const content = new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(html)?.[1];
  assert.ok(content !== undefined, `the page has no <${element}>`);
  return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
}
