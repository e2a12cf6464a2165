// Where the bare library leaves RFC 5849, and that our signer does not: each test fails without the skin.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OAuth from 'oauth-1.0a';
import {
  hmacSha1,
  type ProtocolParameters,
  protocolParameters,
  RequestSigner,
  type SignableRequest,
} from '../../src/oauth1/signature.ts';

const client = { key: 'ck', signing: { method: 'HMAC-SHA1', secret: 'cs' } } as const;
const parameters = protocolParameters(client, null, { nonce: 'n', timestampSeconds: 7 });

const ours = new RequestSigner(client);
const bare = new OAuth({
  consumer: { key: 'ck', secret: 'cs' },
  signature_method: 'HMAC-SHA1',
  hash_function: hmacSha1,
});

const bareData = {
  oauth_consumer_key: 'ck',
  oauth_signature_method: 'HMAC-SHA1',
  oauth_timestamp: 7,
  oauth_nonce: 'n',
  oauth_version: '1.0',
};

/** The pairs of the request itself in a parameter string. */
function ownPairs(parameterString: string): string {
  return parameterString
    .split('&')
    .filter((pair) => !pair.startsWith('oauth_'))
    .join('&');
}

function bareParameters(url: string, form: Record<string, unknown> = {}): string {
  return ownPairs(bare.getParameterString({ method: 'POST', url, data: form }, { ...bareData }));
}

function ourParameters(url: string, form: SignableRequest['form'] = []): string {
  return ownPairs(ours.getParameterString({ method: 'POST', url, form }, parameters));
}

test('the nonce comes from Math.random and the time from Date; ours are given', (t) => {
  t.mock.method(Math, 'random', () => 0);
  t.mock.method(Date.prototype, 'getTime', () => 1000);
  assert.equal(bare.getNonce(), 'a'.repeat(32));
  assert.equal(bare.getTimeStamp(), 1);

  const unavailable = () => assert.fail('the signer must not look for randomness or time');
  t.mock.method(Math, 'random', unavailable);
  t.mock.method(Date.prototype, 'getTime', unavailable);
  t.mock.method(Date, 'now', unavailable);
  const request = { method: 'GET', url: 'http://example.com/' };
  const header = ours.authorizationHeader(request, null, parameters);
  assert.ok(header.includes('oauth_nonce="n"'));
  assert.ok(header.includes('oauth_timestamp="7"'));
});

for (const [url, baseUri] of [
  ['http://EXAMPLE.com/x', 'http://example.com/x'],
  ['HTTPS://example.com/x', 'https://example.com/x'],
  ['http://example.com:80/x', 'http://example.com/x'],
  ['https://example.com:443/x', 'https://example.com/x'],
  ['http://example.com', 'http://example.com/'],
  ['http://example.com/a/../x', 'http://example.com/x'],
  ['http://example.com/x#fragment', 'http://example.com/x'],
] as const) {
  test(`base string URI of ${url} is taken as it stands (RFC 5849 section 3.4.1.2)`, () => {
    assert.equal(bare.getBaseUrl(url), url);
    assert.equal(ours.getBaseUrl(url), baseUri);
  });
}

for (const [trap, query, wrong, right] of [
  ['a plus in a value stays a plus', 'a=x+y', 'a=x%2By', 'a=x%20y'],
  ['a value ends at its second =', 'a=b=c', 'a=b', 'a=b%3Dc'],
  ['a name is not decoded', 'c%40=1', 'c%2540=1', 'c%40=1'],
  ['duplicates are lost when the first is empty', 'a=&a=1', 'a=1', 'a=&a=1'],
  [
    'a name of a built-in property is mixed up with it',
    'constructor=1',
    undefined,
    'constructor=1',
  ],
  ['an empty query makes a pair', '', '=', ''],
] as const) {
  test(`query: ${trap} (RFC 5849 section 3.4.1.3)`, () => {
    const url = `http://example.com/?${query}`;
    if (wrong === undefined) assert.notEqual(bareParameters(url), right);
    else assert.equal(bareParameters(url), wrong);
    assert.equal(ourParameters(url), right);
  });
}

for (const [trap, query, right] of [
  ['an escape that is no UTF-8', 'a=%FF', 'a=%FF'],
  ['a malformed escape', 'a=%zz', 'a=%25zz'],
] as const) {
  test(`query: ${trap} throws (RFC 5849 section 3.4.1.3)`, () => {
    const url = `http://example.com/?${query}`;
    assert.throws(() => bareParameters(url), URIError);
    assert.equal(ourParameters(url), right);
  });
}

test('duplicates are lost when query and body share a name (RFC 5849 section 3.4.1.3.1)', () => {
  const url = 'http://example.com/?a=query';
  assert.equal(bareParameters(url, { a: 'body' }), 'a=query');
  assert.equal(ourParameters(url, [['a', 'body']]), 'a=body&a=query');
});

test("the caller's data is changed; ours may be frozen", () => {
  const data = { own: '1' };
  bare.authorize({ method: 'POST', url: 'http://example.com/?a=b', data });
  assert.deepEqual(data, { own: '1', a: 'b' });

  const form = Object.freeze([Object.freeze(['own', '1'] as const)]);
  const request = Object.freeze({ method: 'POST', url: 'http://example.com/?a=b', form });
  const frozen: ProtocolParameters = Object.freeze({ ...parameters });
  ours.authorizationHeader(request, null, frozen);
  assert.deepEqual(form, [['own', '1']]);
  assert.deepEqual(frozen, parameters);
});

test('half a surrogate pair throws (RFC 5849 section 3.6)', () => {
  assert.throws(() => bare.percentEncode('\ud83d'), URIError);
  assert.equal(ours.percentEncode('\ud83d'), '%EF%BF%BD');
});
