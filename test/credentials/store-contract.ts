import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { Credential, OAuth1Credential } from '../../src/credentials/credential.ts';
import type { CredentialStore, RecordReference } from '../../src/credentials/credential-store.ts';

export function credentialFor(host: string, name: string, token = 'token'): OAuth1Credential {
  return {
    protocol: 'oauth1',
    host,
    kind: 'cloud',
    account: { name, displayName: null },
    expiresAt: null,
    consumer: { key: 'consumer key', secret: 'consumer secret' },
    token,
    tokenSecret: 'token secret',
    sessionHandle: null,
  };
}

/** What every credential store does. Hosts are new in each test, so that a store may be one that others use as well. */
export function testCredentialStore(storeName: string, createStore: () => CredentialStore): void {
  const check = (what: string, body: (store: CredentialStore, host: string) => Promise<void>) =>
    test(`${storeName}: ${what}`, () => body(createStore(), `https://${randomUUID()}.example.com`));
  const credentialAt = (host: string, name = 'alice'): RecordReference<'credential'> => ({
    type: 'credential',
    host,
    name,
  });

  check('what was never written is null, and removing it is no error', async (store, host) => {
    assert.equal(await store.read(credentialAt(host)), null);
    assert.equal(await store.remove(credentialAt(host)), false);
  });

  check('reads what was written, until it is removed', async (store, host) => {
    store.prepare();
    await store.write(credentialAt(host), credentialFor(host, 'alice'));
    assert.deepEqual(await store.read(credentialAt(host)), credentialFor(host, 'alice'));
    assert.equal(await store.remove(credentialAt(host)), true);
    assert.equal(await store.read(credentialAt(host)), null);
  });

  check('the last record written wins', async (store, host) => {
    for (const token of ['first', 'x'.repeat(9_000), 'third']) {
      const credential = credentialFor(host, 'alice', token);
      await store.write(credentialAt(host), credential);
      assert.deepEqual(await store.read(credentialAt(host)), credential);
    }
    await store.remove(credentialAt(host));
  });

  check('keeps a credential of each protocol', async (store, host) => {
    const { kind, account, expiresAt } = credentialFor(host, 'alice');
    const base = { host, kind, account, expiresAt };
    const oauth1 = { ...base, protocol: 'oauth1', token: 't', tokenSecret: 's' } as const;
    const oauth2 = { ...base, protocol: 'oauth2', accessToken: 'a', issuedAt: '2026' } as const;
    const consumer = { key: 'k', secret: 's' };
    const credentials: Credential[] = [
      { ...oauth1, consumer, sessionHandle: null },
      { ...oauth1, consumer: { key: 'k', privateKey: 'PEM' }, sessionHandle: 'handle' },
      { ...oauth2, consumer, refreshToken: 'r' },
      { ...oauth2, consumer, refreshToken: null, expiresAt: '2027' },
      { ...base, protocol: 'token', token: 't' },
    ];
    for (const credential of credentials) {
      await store.write(credentialAt(host), credential);
      assert.deepEqual(await store.read(credentialAt(host)), credential);
    }
    await store.remove(credentialAt(host));
  });

  const secrets: Record<string, string> = {
    'an empty secret': '',
    'the delimiters of URLs and forms': "+/=&%!*'() ~?#",
    'quotes, backslashes and line ends': '"\\\r\n\t',
    'NUL and other control characters': 'a\0b\u0001\u007f',
    'letters beyond ASCII': 'é ß 中文 👩‍👩‍👧 \u2028',
    'half a surrogate pair': '\ud83d',
    '2,000 characters': 'é'.repeat(2_000),
  };
  for (const [what, secret] of Object.entries(secrets)) {
    check(`keeps ${what}`, async (store, host) => {
      const reference = { type: 'consumer', host, name: 'key' } as const;
      await store.write(reference, { key: 'key', secret });
      assert.deepEqual(await store.read(reference), { key: 'key', secret });
      await store.remove(reference);
    });
  }

  check('hosts, accounts and types of record do not mix', async (store, host) => {
    const places = [
      { host, name: 'alice' },
      { host, name: 'Alice B/c' },
      { host, name: 'c/alice' },
      { host: `${host}/c`, name: 'alice' },
      { host: `${host}:8443`, name: 'alice' },
      { host, name: '__proto__' },
      { host, name: 'アリス%2F#' },
    ];
    for (const place of places) {
      await store.write(
        credentialAt(place.host, place.name),
        credentialFor(place.host, place.name),
      );
      await store.write({ type: 'consumer', ...place }, { key: place.name, secret: place.host });
    }
    for (const place of places) {
      const credential = await store.read(credentialAt(place.host, place.name));
      assert.deepEqual(credential, credentialFor(place.host, place.name));
      const consumer = await store.read({ type: 'consumer', ...place });
      assert.deepEqual(consumer, { key: place.name, secret: place.host });
    }
    for (const place of places) {
      assert.equal(await store.remove(credentialAt(place.host, place.name)), true);
      assert.equal(await store.remove({ type: 'consumer', ...place }), true);
    }
  });
}
