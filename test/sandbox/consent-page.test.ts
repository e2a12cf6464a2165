import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { endpoint, pressButton, requestToken, sendForm } from '../helpers/sandbox-login.ts';

const minuteMs = 60_000;
let nowMs = Date.UTC(2026, 10, 24, 12);
let sandbox: Sandbox;
before(async () => {
  sandbox = await startSandbox({
    generated: [{ fullName: 'acme/few', branches: 3 }],
    consumer: { key: '<b>"Tom" & \'Jerry\'</b>', secret: 'secret' },
    permissions: ['repository'],
    clock: { nowMs: () => nowMs },
  });
});
after(() => sandbox.close());

function pageUrl(token: string): string {
  return `${endpoint(sandbox, 'authenticate')}?oauth_token=${token}`;
}

async function page(token: string): Promise<string> {
  const answer = await fetch(pageUrl(token));
  assert.equal(answer.status, 200);
  return answer.text();
}

async function explained(answer: Response, status: number, heading: RegExp): Promise<void> {
  const html = await answer.text();
  assert.equal(answer.status, status, html);
  assert.match(html, heading);
  assert.doesNotMatch(html, /<form/);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
}

describe('the page', () => {
  test('says who asks, as whom and for what, with nothing unescaped', async () => {
    const { token } = await requestToken(sandbox, { nowMs });
    const html = await page(token);
    assert.match(html, /&lt;b&gt;&quot;Tom&quot; &amp; &#39;Jerry&#39;&lt;\/b&gt;/);
    assert.match(html, /María Gómez \(maria\)/);
    assert.match(html, /Read your repositories/);
    assert.doesNotMatch(html, /Read who you are/);
    assert.match(html, /127\.0\.0\.1:9/);
  });

  test('has one form without scripts, and buttons in the promised words', async () => {
    const { token } = await requestToken(sandbox, { nowMs });
    const html = await page(token);
    assert.equal(html.match(/<form /g)?.length, 1);
    assert.match(html, /<form method="post"/);
    assert.match(html, /<button type="submit" name="decision" value="grant">/);
    assert.match(html, /<button type="submit" name="decision" value="deny">/);
    assert.doesNotMatch(html, /<script|https?:\/\/[^1]/);
  });

  const origins = {
    'http://127.0.0.1:9/callback': "form-action 'self' http://127.0.0.1:9",
    'http://localhost:9/callback': "form-action 'self' http://localhost:9",
    'http://[::1]:9/callback': "form-action 'self' http://*:9",
    oob: "form-action 'self'",
  };
  for (const [callback, source] of Object.entries(origins)) {
    test(`lets its form lead to itself and to ${callback}`, async () => {
      const { token } = await requestToken(sandbox, { callback, nowMs });
      const { headers } = await fetch(pageUrl(token));
      const policy = headers.get('content-security-policy')?.split('; ') ?? [];
      assert.ok(policy.includes("default-src 'none'"));
      assert.ok(policy.includes("frame-ancestors 'none'"));
      assert.ok(policy.includes(source));
      assert.equal(headers.get('cache-control'), 'no-store');
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.equal(headers.get('x-frame-options'), 'DENY');
    });
  }
});

describe('the decision', () => {
  test('granted: 303 to the callback with its own query, the token and a verifier', async () => {
    const { token } = await requestToken(sandbox, { nowMs });
    const answer = await pressButton(sandbox, token, 'grant');
    assert.equal(answer.status, 303);
    assert.match(
      answer.headers.get('location') ?? '',
      /^http:\/\/127\.0\.0\.1:9\/callback\?from=test&oauth_token=\w{18}&oauth_verifier=\d{10}$/,
    );
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
  });

  test('denied: 303 to the callback with the token and the problem', async () => {
    const { token } = await requestToken(sandbox, { callback: 'http://localhost:9/', nowMs });
    const answer = await pressButton(sandbox, token, 'deny');
    assert.equal(answer.status, 303);
    assert.equal(
      answer.headers.get('location'),
      `http://localhost:9/?oauth_token=${token}&oauth_problem=permission_denied`,
    );
  });

  test('without a callback it is shown', async () => {
    const yes = await requestToken(sandbox, { callback: 'oob', nowMs });
    await explained(await pressButton(sandbox, yes.token, 'grant'), 200, /<code>\d{10}<\/code>/);
    const no = await requestToken(sandbox, { callback: 'oob', nowMs });
    await explained(await pressButton(sandbox, no.token, 'deny'), 200, /Access denied/);
  });

  test('is taken once', async () => {
    const { token } = await requestToken(sandbox, { nowMs });
    const html = await page(token);
    assert.equal((await sendForm(html, pageUrl(token), 'grant')).status, 303);
    await explained(await sendForm(html, pageUrl(token), 'deny'), 410, /already answered/);
    await explained(await fetch(pageUrl(token)), 410, /already answered/);
  });

  test('is taken within 10 minutes', async () => {
    const { token } = await requestToken(sandbox, { nowMs });
    const html = await page(token);
    nowMs += 10 * minuteMs;
    await explained(await sendForm(html, pageUrl(token), 'grant'), 400, /not known/);
    await explained(await fetch(pageUrl(token)), 400, /not known/);
  });

  test('has to come from the page of this very request', async () => {
    const { token } = await requestToken(sandbox, { nowMs });
    const other = await page((await requestToken(sandbox, { nowMs })).token);
    const proof = /name="anti_forgery" value="(\w{32})"/.exec(other)?.[1] ?? '';
    const forgeries = [
      { access_request: token, decision: 'grant' },
      { access_request: token, decision: 'grant', anti_forgery: proof },
      { access_request: 'unknown', decision: 'grant', anti_forgery: proof },
    ];
    for (const forgery of forgeries) {
      const answer = await fetch(endpoint(sandbox, 'authenticate'), {
        method: 'POST',
        body: new URLSearchParams(forgery),
      });
      await explained(answer, 400, /not known/);
    }
    assert.equal((await pressButton(sandbox, token, 'grant')).status, 303);
  });

  test('has to be one of the two', async () => {
    const { token } = await requestToken(sandbox, { nowMs });
    const html = await page(token);
    const fields = new URLSearchParams(
      [...html.matchAll(/type="hidden" name="(\w+)" value="(\w+)"/g)].map(
        ([, name = '', value = '']): [string, string] => [name, value],
      ),
    );
    for (const decision of ['', 'decision=maybe', 'decision=grant&decision=deny']) {
      const answer = await fetch(endpoint(sandbox, 'authenticate'), {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `${fields}&${decision}`,
      });
      await explained(answer, 400, /not known/);
    }
  });
});

test('no token, an unknown one or two of them are explained', async () => {
  const url = endpoint(sandbox, 'authenticate');
  for (const query of ['', '?oauth_token=', '?oauth_token=nope', '?oauth_token=a&oauth_token=b']) {
    await explained(await fetch(`${url}${query}`), 400, /not known/);
  }
});
