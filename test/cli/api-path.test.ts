import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { apiPath } from '../../src/cli/api-path.ts';

const paths: readonly (readonly [input: string, sent: string])[] = [
  ['/2.0/user', '/2.0/user'],
  ['/rest/api/latest/projects?limit=1', '/rest/api/latest/projects?limit=1'],
  ['/2.0/x?q=name ~ "a"', '/2.0/x?q=name%20~%20%22a%22'],
  ['/2.0/x?q=a+b%2Bc%2fd', '/2.0/x?q=a+b%2Bc%2fd'],
  ['/2.0/x?fields=-values,+values.name', '/2.0/x?fields=-values,+values.name'],
  ['/2.0/100%', '/2.0/100%25'],
  ['/2.0/%zz', '/2.0/%25zz'],
  ['/2.0/a#b', '/2.0/a%23b'],
  ['/2.0/{uuid}', '/2.0/%7Buuid%7D'],
  ['/2.0/a[0]|\\^`<>', '/2.0/a%5B0%5D%7C%5C%5E%60%3C%3E'],
  ['/2.0/zürich/日本/😀', '/2.0/z%C3%BCrich/%E6%97%A5%E6%9C%AC/%F0%9F%98%80'],
  ['/2.0/\ud800', '/2.0/%EF%BF%BD'],
  ['/2.0/a\r\nHost: evil', '/2.0/a%0D%0AHost:%20evil'],
  ['/2.0/a/../user', '/2.0/a/../user'],
  ["/2.0/!$&'()*,;=:@", "/2.0/!$&'()*,;=:@"],
];

for (const [input, sent] of paths) {
  test(`${JSON.stringify(input)} is sent as ${sent}`, () => assert.equal(apiPath(input), sent));
}

test('a password in an address is not shown', () => {
  assert.throws(() => apiPath('https://maria:s3cret@bitbucket.org/2.0/user'), {
    message: '"bitbucket.org/2.0/user" is not a path of the REST API.',
  });
});

const noPaths = [
  '',
  '/',
  '/2.0',
  '/1.0/user',
  '/REST/api',
  '//2.0/user',
  '//evil.example/2.0/',
  'https://evil.example/2.0/user',
  '@evil.example/2.0/',
  '/2.0/../admin',
  '/2.0/%2e%2E/admin',
  '/rest/.././../admin',
  '\\2.0/user',
];

for (const input of noPaths) {
  test(`"${input}" is no path of the REST API`, () => {
    assert.throws(() => apiPath(input), {
      name: 'BitbranchError',
      code: 'usage',
      hint: /\/2\.0\/.*\/rest\//,
    });
  });
}

for (const [input, hint] of [
  ['2.0/user', '/2.0/…'],
  ['rest/api/1.0/projects', '/rest/…'],
] as const) {
  test(`"${input}" lacks no more than its slash`, () => {
    assert.throws(() => apiPath(input), {
      code: 'usage',
      hint: `Begin it with a slash: ${hint}`,
    });
  });
}

/** RFC 3986 section 3.3 and 3.4: pchar, `/` and `?`. */
const pathAndQuery = /^(?:%[0-9A-Fa-f]{2}|[A-Za-z0-9\-._~!$&'()*+,;=:@/?])*$/;

test('a path holds nothing that a URL can not hold, and encoding it again changes nothing', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('%2F', '%', '+', '%%', '%a', '?', '#'),
  );
  fc.assert(
    fc.property(fc.constantFrom('/2.0/x', '/rest/x'), fc.array(piece), (base, pieces) => {
      // Kept from being a dot segment, which may lead out of the API.
      const input = base + pieces.join('').replaceAll('.', '-').replace(/%2e/gi, '-');
      const sent = apiPath(input);
      assert.match(sent, pathAndQuery);
      assert.equal(apiPath(sent), sent);
      assert.equal(decode(sent), decode(input.toWellFormed()));
    }),
  );
});

/** What a server makes of it, byte by byte. */
function decode(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
}

test('escapes and plus signs come out as they went in', () => {
  const piece = fc.oneof(
    fc.constant('+'),
    fc.nat(255).map((n) => `%${n.toString(16).padStart(2, '0')}`),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const input = `/2.0/x?q=${pieces.join('')}`;
      assert.equal(apiPath(input), input);
    }),
  );
});
