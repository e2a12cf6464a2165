// The authorization endpoint of RFC 6749 section 3.1 under both kinds of host.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import { authorizeUrl, decide, hostKinds } from '../../helpers/oauth2-client.ts';
import { callbackUrl, sendForm } from '../../helpers/sandbox-login.ts';

const minuteMs = 60_000;
let nowMs = Date.UTC(2026, 10, 24, 12);
let sandbox: Sandbox;
before(async () => {
  sandbox = await startSandbox({
    generated: [{ fullName: 'acme/few', branches: 3 }],
    clock: { nowMs: () => nowMs },
  });
});
after(() => sandbox.close());

for (const kind of hostKinds) {
  describe(kind, () => {
    test('granted: a code and the state, unchanged, and the callback keeps its query', async () => {
      const { origin, pathname, searchParams } = await decide(authorizeUrl(sandbox, kind), 'grant');
      assert.equal(`${origin}${pathname}?from=test`, callbackUrl);
      assert.deepEqual([...searchParams.keys()], ['from', 'code', 'state']);
      assert.equal(searchParams.get('state'), 'a state +&%');
    });

    test('denied: the error and the state', async () => {
      const { searchParams } = await decide(authorizeUrl(sandbox, kind), 'deny');
      assert.equal(searchParams.get('error'), 'access_denied');
      assert.equal(searchParams.get('state'), 'a state +&%');
      assert.equal(searchParams.has('code'), false);
    });

    test('without a state none comes back', async () => {
      const url = authorizeUrl(sandbox, kind, { state: undefined });
      assert.equal((await decide(url, 'grant')).searchParams.has('state'), false);
      assert.equal((await decide(url, 'deny')).searchParams.has('state'), false);
    });

    test('a decision is taken once, and within 10 minutes', async () => {
      const url = authorizeUrl(sandbox, kind);
      const html = await (await fetch(url)).text();
      assert.equal((await sendForm(html, url, 'grant')).status, 303);
      assert.equal((await sendForm(html, url, 'grant')).status, 400);
      const other = await (await fetch(url)).text();
      nowMs += 10 * minuteMs;
      assert.equal((await sendForm(other, url, 'grant')).status, 400);
    });

    for (const redirectUri of [
      undefined,
      '',
      'oob',
      'http://example.com/callback',
      'https://127.0.0.1/callback',
      'http://127.0.0.1:1/callback#fragment',
      'http://user@127.0.0.1:1/callback',
      'http://127.0.0.1.example.com/',
    ]) {
      test(`redirect_uri ${redirectUri} leads to a page and nowhere else`, async () => {
        const url = authorizeUrl(sandbox, kind, { redirect_uri: redirectUri });
        const answer = await fetch(url, { redirect: 'manual' });
        assert.equal(answer.status, 400);
        assert.match(await answer.text(), /<title>Invalid redirect_uri/);
        assert.equal(answer.headers.has('location'), false);
      });
    }

    for (const clientId of [undefined, 'unknown']) {
      test(`client_id ${clientId} leads to a page and nowhere else`, async () => {
        const url = authorizeUrl(sandbox, kind, { client_id: clientId });
        const answer = await fetch(url, { redirect: 'manual' });
        assert.equal(answer.status, 400);
        assert.match(await answer.text(), /<title>Invalid client_id/);
      });
    }

    const refusals: [changes: Record<string, string | undefined>, error: string][] = [
      [{ response_type: undefined }, 'invalid_request'],
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ code_challenge: 'short', code_challenge_method: 'S256' }, 'invalid_request'],
      [{ code_challenge_method: 'S256' }, 'invalid_request'],
    ];
    for (const [changes, error] of refusals) {
      test(`${JSON.stringify(changes)} is told to the callback`, async () => {
        const url = authorizeUrl(sandbox, kind, changes);
        const answer = await fetch(url, { redirect: 'manual' });
        assert.equal(answer.status, 303);
        const { searchParams } = new URL(answer.headers.get('location') ?? '');
        assert.equal(searchParams.get('error'), error);
        assert.equal(searchParams.get('state'), 'a state +&%');
      });
    }

    test('a parameter that is given twice spoils the request', async () => {
      const url = `${authorizeUrl(sandbox, kind)}&state=other`;
      assert.equal((await fetch(url, { redirect: 'manual' })).status, 400);
    });
  });
}

async function consent(kind: (typeof hostKinds)[number], changes: Record<string, string>) {
  return fetch(authorizeUrl(sandbox, kind, changes), { redirect: 'manual' });
}

describe('what differs', () => {
  const plain = { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' };

  test('plain challenges', async () => {
    assert.equal((await consent('cloud', plain)).status, 303);
    assert.equal((await consent('datacenter', plain)).status, 200);
  });

  test('scopes: Cloud takes those of the consumer whatever is asked for', async () => {
    assert.equal((await consent('cloud', { scope: 'anything' })).status, 200);
    assert.equal((await consent('datacenter', { scope: 'REPO_READ' })).status, 200);
    const refused = await consent('datacenter', { scope: 'REPO_READ SYSTEM_ADMIN' });
    assert.match(refused.headers.get('location') ?? '', /error=invalid_scope/);
  });
});
