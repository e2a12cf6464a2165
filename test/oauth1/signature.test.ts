import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  baseStringUri,
  encodedParameters,
  hmacSha1,
  normalizedParameters,
  percentEncode,
  protocolParameters,
  RequestSigner,
  rsaSha1,
} from '../../src/oauth1/signature.ts';
import { oauthlibKey } from '../helpers/rsa-keys.ts';
import { oauthlibHmac, rfc5849Initiate, rfc5849Section3, type Vector, vectors } from './vectors.ts';

for (const vector of vectors) {
  const { request, client, token = null, parameters } = vector;
  const signer = new RequestSigner(client);

  test(`${vector.source}: base string URI`, () => {
    assert.equal(baseStringUri(request.url), vector.baseUri);
  });

  test(`${vector.source}: encoded pairs, then sorted and joined`, () => {
    const pairs = encodedParameters(request, parameters);
    assert.deepEqual(pairs.map((pair) => pair.join('=')).toSorted(), vector.pairs.toSorted());
    assert.equal(normalizedParameters(pairs), vector.pairs.join('&'));
  });

  test(`${vector.source}: base string`, () => {
    assert.equal(signer.getBaseString(request, parameters), vector.baseString);
  });

  test(`${vector.source}: signature and header`, () => {
    const header = signer.authorizationHeader(request, token, parameters);
    assert.deepEqual(headerParameters(header), expectedHeader(vector));
  });
}

/** Section 3.5.1 read back: the names and values of a header. */
function headerParameters(header: string): Record<string, string> {
  assert.match(header, /^OAuth (?:[\w%]+="[^"]*", )*[\w%]+="[^"]*"$/);
  const pairs = [...header.slice('OAuth '.length).matchAll(/(\w+)="([^"]*)"/g)];
  return Object.fromEntries(
    pairs.map(([, name = '', value = '']) => [name, decodeURIComponent(value)]),
  );
}

function expectedHeader({ parameters, signature }: Vector): Record<string, string> {
  return {
    ...Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, `${value}`])),
    oauth_signature: signature,
  };
}

test('RFC 5849 section 1.2: the header to the letter, but for the realm, which is optional', () => {
  const { client, request, parameters } = rfc5849Initiate;
  assert.equal(
    new RequestSigner(client).authorizationHeader(request, null, parameters),
    'OAuth oauth_callback="http%3A%2F%2Fprinter.example.com%2Fready", oauth_consumer_key="dpf43f3p2l4k3l03", oauth_nonce="wIjqoS", oauth_signature="74KNZJeDHnMBp0EMJ9ZHt%2FXKycU%3D", oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131200"',
  );
});

test('RFC 5849 erratum 2550: the signature printed in section 3.1 is not produced', () => {
  const key = 'j49sk3j29djd&dh893hdasih9';
  assert.notEqual(hmacSha1(rfc5849Section3.baseString, key), 'bYT5CMsGcbgUdFHObYMEfcx6bsw=');
});

test('oauthlib: without the added path the signature would be another one', () => {
  const withoutPath = oauthlibHmac.baseString.replace('example.com%2F', 'example.com');
  assert.equal(hmacSha1(withoutPath, '&'), 'v7KIl5MlyKZ4xC9Y44PT6vsXp8E=');
  const { client, request, parameters } = oauthlibHmac;
  const header = new RequestSigner(client).authorizationHeader(request, null, parameters);
  assert.notEqual(headerParameters(header)['oauth_signature'], 'v7KIl5MlyKZ4xC9Y44PT6vsXp8E=');
});

const hmacVectors = [
  ['OAuth wiki, no token secret', 'bs', 'cs', '', 'egQqG5AJep5sJ7anhXju1unge2I='],
  ['OAuth wiki, token secret', 'bs', 'cs', 'ts', 'VZVjXceV7JgPq/dOTnNmEfO0Fv8='],
  [
    'oauthlib, spaces in a secret',
    rfc5849Section3.baseString,
    'ECrDNoq1VYzzzzzzzzzyAK7TwZNtPnkqatqZZZZ',
    'just-a-string    asdasd',
    'wsdNmjGB7lvis0UJuPAmjvX/PXw=',
  ],
] as const;

for (const [source, baseString, secret, tokenSecret, signature] of hmacVectors) {
  test(`HMAC-SHA1 (3.4.2): ${source}`, () => {
    const signer = new RequestSigner({ key: 'ck', signing: { method: 'HMAC-SHA1', secret } });
    assert.equal(signer.hash_function(baseString, signer.getSigningKey(tokenSecret)), signature);
  });
}

test('RSA-SHA1 (3.4.3): oauthlib', () => {
  assert.equal(
    rsaSha1(rfc5849Section3.baseString, oauthlibKey),
    'mFY2KOEnlYWsTvUA+5kxuBIcvBYXu+ljw9ttVJQxKduMueGSVPCB1tK1PlqVLK738HK0t19ecBJfb6rMxUwrriw+MlBO+jpojkZIWccw1J4cAb4qu4M81DbpUAq4j/1w/QyTR4TWCODlEfN7Zfgy8+pf+TjiXfIwRC1jEWbuL1E=',
  );
});

const encodings = [
  ['abcABC123', 'abcABC123'],
  ['-._~', '-._~'],
  ['%', '%25'],
  ['+', '%2B'],
  ['&=*', '%26%3D%2A'],
  ['\n', '%0A'],
  [' ', '%20'],
  ['\u007f', '%7F'],
  ['\u0080', '%C2%80'],
  ['\u3001', '%E3%80%81'],
  ['Ladies + Gentlemen', 'Ladies%20%2B%20Gentlemen'],
  ['An encoded string!', 'An%20encoded%20string%21'],
  ['Dogs, Cats & Mice', 'Dogs%2C%20Cats%20%26%20Mice'],
  ['\u2603', '%E2%98%83'],
  ["!*'()", '%21%2A%27%28%29'],
  ['\u{1f600}', '%F0%9F%98%80'],
  ['', ''],
  // A half of a surrogate pair has no UTF-8: it becomes U+FFFD, as in the URL parser.
  ['a\ud83d', 'a%EF%BF%BD'],
] as const;

for (const [text, encoded] of encodings) {
  test(`percent encoding (3.6): ${JSON.stringify(text)}`, () => {
    assert.equal(percentEncode(text), encoded);
  });
}

const baseUris = [
  ['http://EXAMPLE.COM:80/r%20v/X?id=123', 'http://example.com/r%20v/X'],
  ['https://www.example.net:8080/?q=1', 'https://www.example.net:8080/'],
  ['HTTPS://Example.com:443', 'https://example.com/'],
  ['http://example.com:443/', 'http://example.com:443/'],
  ['https://example.com:80/', 'https://example.com:80/'],
  ['http://127.0.0.1:7990/a', 'http://127.0.0.1:7990/a'],
  ['http://[::1]:7990/a#fragment', 'http://[::1]:7990/a'],
  ['http://example.com/a/../b/./c', 'http://example.com/b/c'],
  ['http://example.com/a b/\u00e9', 'http://example.com/a%20b/%C3%A9'],
] as const;

for (const [url, baseUri] of baseUris) {
  test(`base string URI (3.4.1.2): ${url}`, () => {
    assert.equal(baseStringUri(url), baseUri);
  });
}

/** Query → the pairs that are signed, in the order of the query. */
const queries = [
  ['', ''],
  ['?', ''],
  ['?name', 'name='],
  ['?a=b', 'a=b'],
  ['?=b', '=b'],
  ['?a=b&&c=d&', 'a=b c=d'],
  ['?a=x+y', 'a=x%20y'],
  ['?a=x%2By', 'a=x%2By'],
  ['?a+b=c', 'a%20b=c'],
  ['?a=b=c', 'a=b%3Dc'],
  ['?a=&a=&a=1', 'a= a= a=1'],
  ['?a=%ff%FE', 'a=%FF%FE'],
  ['?a=%', 'a=%25'],
  ['?a=%zz%4', 'a=%25zz%254'],
  ['?a=\u00e9', 'a=%C3%A9'],
  ["?a=it's", 'a=it%27s'],
  ['?a=\ud83d', 'a=%EF%BF%BD'],
  ['?realm=r&oauth_signature=s', 'realm=r'],
  ['?a=b#c=d', 'a=b'],
] as const;

for (const [query, pairs] of queries) {
  test(`parameter sources (3.4.1.3.1): query ${JSON.stringify(query)}`, () => {
    const { parameters } = oauthlibHmac;
    const request = { method: 'GET', url: `http://example.com/${query}` };
    const ofProtocol = Object.keys(parameters).length;
    const fromQuery = encodedParameters(request, parameters).slice(0, -ofProtocol);
    assert.equal(fromQuery.map((pair) => pair.join('=')).join(' '), pairs);
  });
}

test('parameter sources (3.4.1.3.1): the form body keeps duplicates and empty values', () => {
  const form = [
    ['a', ''],
    ['a', '1'],
    ['a', ''],
  ] as const;
  const request = { method: 'POST', url: 'http://example.com/?a=q', form };
  const pairs = encodedParameters(request, oauthlibHmac.parameters);
  assert.match(normalizedParameters(pairs), /^a=&a=&a=1&a=q&oauth_consumer_key=/);
});

const normalisations = [
  [[['name', '']], 'name='],
  [[['a', 'b']], 'a=b'],
  [
    [
      ['c', 'd'],
      ['a', 'b'],
    ],
    'a=b&c=d',
  ],
  [
    [
      ['a', 'x!y'],
      ['a', 'x y'],
    ],
    'a=x%20y&a=x%21y',
  ],
  [
    [
      ['x!y', 'a'],
      ['x', 'a'],
    ],
    'x=a&x%21y=a',
  ],
  // Sorted as encoded bytes: %C3 before every letter, upper case before lower case.
  [
    [
      ['a', '1'],
      ['Z', '1'],
      ['\u00e9', '1'],
    ],
    '%C3%A9=1&Z=1&a=1',
  ],
] as const;

for (const [pairs, normalized] of normalisations) {
  test(`normalised parameters (3.4.1.3.2): ${normalized}`, () => {
    const encoded = pairs.map(
      ([name, value]) => [percentEncode(name), percentEncode(value)] as const,
    );
    assert.equal(normalizedParameters(encoded), normalized);
  });
}

test('OAuth wiki, concatenation: the three parts of a base string are encoded once more', () => {
  const { client, parameters } = oauthlibHmac;
  const request = { method: 'get', url: 'http://example.com?n=v' };
  const baseString = new RequestSigner(client).getBaseString(request, parameters);
  assert.ok(baseString.startsWith('GET&http%3A%2F%2Fexample.com%2F&n%3Dv%26oauth_consumer_key'));
});

test('protocol parameters (3.1): version 1.0, nonce and time as given, the token only where there is one', () => {
  const client = { key: 'ck', signing: { method: 'HMAC-SHA1', secret: 'cs' } } as const;
  const moment = { nonce: 'n', timestampSeconds: 7 };
  const common = {
    oauth_consumer_key: 'ck',
    oauth_signature_method: 'HMAC-SHA1',
    oauth_timestamp: 7,
    oauth_nonce: 'n',
    oauth_version: '1.0',
  };
  assert.deepEqual(protocolParameters(client, null, moment), common);
  const token = { token: 't', tokenSecret: 'ts' };
  assert.deepEqual(protocolParameters(client, token, moment, { oauth_verifier: 'v' }), {
    ...common,
    oauth_token: 't',
    oauth_verifier: 'v',
  });
});
