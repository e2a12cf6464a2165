// The client's signer against the sandbox's verifier, two implementations of RFC 5849 that share no code.
// On failure fast-check prints seed and path: give them to fc.assert to see the same case again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { protocolParameters, RequestSigner } from '../../src/oauth1/signature.ts';
import { hmacSha1Check } from '../../src/sandbox/oauth1/signature.ts';
import {
  type KnownKeys,
  type SignedRequest,
  verifyRequest,
} from '../../src/sandbox/oauth1/verifier.ts';

/** Text of any characters that UTF-8 can hold, those that OAuth escapes and URLs treat specially well represented. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'+/=&%!*\'() ~-._"\\?#;:@[]{}|^`<>\r\n\t'),
    fc.constantFrom('a', 'B', '0', '\u00e9', '\u3001', '\u{1f600}', '\u0000', '\u007f', '\u0080'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 12,
});
const nonEmptyText = text.filter((value) => value !== '');

/** What a URL or a form may write: a character as it is, an escape in either case, a plus for a space. */
const written = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'Z',
    '7',
    '-',
    '.',
    '_',
    '~',
    '!',
    '*',
    "'",
    '(',
    ')',
    ';',
    ':',
    '@',
    '/',
  ),
  fc.constantFrom('+', '%20', '%2B', '%2b', '%25', '%26', '%3D', '%3d', '%0A', '%23', '%41', '%7e'),
  fc.constantFrom('%C3%A9', '%e3%80%81', '%F0%9F%98%80', '\u00e9', '\u3001'),
);
const component = (...more: string[]) =>
  fc.string({ unit: fc.oneof(written, fc.constantFrom('a', ...more)), maxLength: 6 });

/** One piece between two `&`: few names, so that duplicates are common; nothing at all is a piece as well. */
const piece = fc.oneof(
  fc.constantFrom('', '=', 'a', 'a=', 'a=b', 'a=b=c', 'realm=r', 'a=%2B', 'a=+'),
  fc.tuple(component(), component('=', '?')).map(([name, value]) => `${name}=${value}`),
  component(),
);
const query = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('&'));

const url = fc
  .record({
    origin: fc.constantFrom(
      'http://example.com',
      'HTTP://EXAMPLE.com:80',
      'https://Example.com:443',
      'https://example.com:80',
      'http://127.0.0.1:7990',
      'http://[::1]:8080',
    ),
    path: fc.array(fc.oneof(component(), fc.constantFrom('.', '..', '%2e', 'a b')), {
      maxLength: 4,
    }),
    query: fc.option(query),
  })
  .map(({ origin, path, query }) => {
    const search = query === null ? '' : `?${query}`;
    return `${origin}${path.map((segment) => `/${segment}`).join('')}${search}`;
  });

const signedCase = fc.record({
  key: nonEmptyText,
  secret: text,
  token: fc.option(fc.record({ token: nonEmptyText, tokenSecret: text })),
  moment: fc.record({ nonce: nonEmptyText, timestampSeconds: fc.integer({ min: 1 }) }),
  own: fc.record({ oauth_callback: text, oauth_verifier: text }, { requiredKeys: [] }),
  method: fc.constantFrom('GET', 'POST', 'put', 'DELETE'),
  url,
  form: fc.array(fc.tuple(fc.oneof(fc.constant('a'), text), text), { maxLength: 4 }),
});

type SignedCase = typeof signedCase extends fc.Arbitrary<infer T> ? T : never;

/** What a server receives: the URL as the WHATWG parser writes it, the form encoded by the platform's own encoder. */
function signed({ key, secret, token, moment, own, method, url, form }: SignedCase): SignedRequest {
  const client = { key, signing: { method: 'HMAC-SHA1', secret } } as const;
  const parameters = protocolParameters(client, token, moment, own);
  const signer = new RequestSigner(client);
  return {
    method,
    url: new URL(url).href,
    authorizationHeader: signer.authorizationHeader({ method, url, form }, token, parameters),
    formBody: new URLSearchParams(form).toString(),
  };
}

function keysOf({ key, token }: SignedCase, secret: string): KnownKeys {
  return {
    signatureMethod: 'HMAC-SHA1',
    signatureCheck: (asked) => (asked === key ? hmacSha1Check(secret) : undefined),
    tokenSecret: (asked) => (asked === token?.token ? token.tokenSecret : undefined),
  };
}

test('the sandbox verifies what the client signs, and reads back what it said', () => {
  fc.assert(
    fc.property(signedCase, (input) => {
      const verified = verifyRequest(signed(input), keysOf(input, input.secret));
      assert.deepEqual(verified, {
        consumerKey: input.key,
        token: input.token?.token,
        timestamp: input.moment.timestampSeconds,
        nonce: input.moment.nonce,
        callback: input.own.oauth_callback,
        verifier: input.own.oauth_verifier,
        sessionHandle: undefined,
      });
    }),
    { numRuns: 500 },
  );
});

test('the sandbox refuses what was changed after it was signed', () => {
  const changes = {
    method: (request: SignedRequest) => ({ ...request, method: 'PATCH' }),
    path: (request: SignedRequest) => ({ ...request, url: request.url.replace(/(\?|$)/, '/x$1') }),
    query: (request: SignedRequest) => {
      const separator = request.url.includes('?') ? '&' : '?';
      return { ...request, url: `${request.url}${separator}x=` };
    },
    form: (request: SignedRequest) => ({ ...request, formBody: `${request.formBody}&x=` }),
  };
  const change = fc.constantFrom(...Object.values(changes));
  fc.assert(
    fc.property(signedCase, change, (input, change) => {
      const keys = keysOf(input, input.secret);
      assert.throws(() => verifyRequest(change(signed(input)), keys), /the signature is wrong/);
    }),
    { numRuns: 200 },
  );
});

test('the sandbox refuses a request signed with other secrets', () => {
  fc.assert(
    fc.property(signedCase, (input) => {
      const keys = keysOf(input, `${input.secret}x`);
      assert.throws(() => verifyRequest(signed(input), keys), /the signature is wrong/);
    }),
    { numRuns: 100 },
  );
});
