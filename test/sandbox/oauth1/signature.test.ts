import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseForm, percentEncode } from '../../../src/sandbox/oauth1/parameters.ts';
import {
  baseStringUri,
  hmacSha1,
  normalizeParameters,
  signatureBaseString,
} from '../../../src/sandbox/oauth1/signature.ts';
import { vectors } from '../../oauth1/vectors.ts';

describe('percent-encoding, RFC 5849 section 3.6', () => {
  // OAuth wiki, TestCases, and X, "percent encoding parameters".
  const table = [
    ['abcABC123', 'abcABC123'],
    ['-._~', '-._~'],
    ['%', '%25'],
    ['+', '%2B'],
    ['&=*', '%26%3D%2A'],
    ["!'()", '%21%27%28%29'],
    ['\n', '%0A'],
    [' ', '%20'],
    ['\u007f', '%7F'],
    ['\u0080', '%C2%80'],
    ['\u3001', '%E3%80%81'],
    ['\u2603', '%E2%98%83'],
    ['Ladies + Gentlemen', 'Ladies%20%2B%20Gentlemen'],
    ['An encoded string!', 'An%20encoded%20string%21'],
    ['Dogs, Cats & Mice', 'Dogs%2C%20Cats%20%26%20Mice'],
  ] as const;
  for (const [text, encoded] of table) {
    test(JSON.stringify(text), () => assert.equal(percentEncode(text), encoded));
  }
});

describe('normalised parameters, RFC 5849 section 3.4.1.3.2', () => {
  // OAuth wiki, TestCases, written as they would stand in a form body.
  const table = [
    ['name', 'name='],
    ['a=b', 'a=b'],
    ['a=b&c=d', 'a=b&c=d'],
    ['a=x!y&a=x+y', 'a=x%20y&a=x%21y'],
    ['x!y=a&x=a', 'x=a&x%21y=a'],
    ['a=1&&a=0&', 'a=0&a=1'],
    ['a=b=c', 'a=b%3Dc'],
    ['a=z&a=%C3%A9&a=Z', 'a=%C3%A9&a=Z&a=z'],
  ] as const;
  for (const [form, normalised] of table) {
    test(form, () => assert.equal(normalizeParameters(parseForm(form)), normalised));
  }
});

describe('base string URI, RFC 5849 section 3.4.1.2', () => {
  const table = [
    ['http://EXAMPLE.COM:80/r%20v/X?id=123', 'http://example.com/r%20v/X'],
    ['https://www.example.net:8080/?q=1', 'https://www.example.net:8080/'],
    ['HTTPS://example.com:443', 'https://example.com/'],
    ['http://example.com:443/', 'http://example.com:443/'],
    ['https://example.com:80/', 'https://example.com:80/'],
    ['http://[::1]:80/a', 'http://[::1]/a'],
    ['http://[::1]:8080?x', 'http://[::1]:8080/'],
    ['http://example.com/%7e/../b;c', 'http://example.com/%7e/../b;c'],
  ] as const;
  for (const [url, uri] of table) {
    test(url, () => assert.equal(baseStringUri(url), uri));
  }

  for (const url of ['/path', 'ftp://example.com/', 'http:///path', 'http://me@example.com/']) {
    test(`${url} is refused`, () => assert.throws(() => baseStringUri(url), { status: 400 }));
  }
});

test('concatenation, OAuth wiki TestCases', () => {
  assert.equal(
    signatureBaseString('get', 'http://example.com/', [['n', 'v']]),
    'GET&http%3A%2F%2Fexample.com%2F&n%3Dv',
  );
});

describe('HMAC-SHA1', () => {
  const [, , , section3] = vectors;
  const table = [
    ['bs', 'cs', '', 'egQqG5AJep5sJ7anhXju1unge2I='],
    ['bs', 'cs', 'ts', 'VZVjXceV7JgPq/dOTnNmEfO0Fv8='],
    [
      section3?.baseString ?? '',
      'ECrDNoq1VYzzzzzzzzzyAK7TwZNtPnkqatqZZZZ',
      'just-a-string    asdasd',
      'wsdNmjGB7lvis0UJuPAmjvX/PXw=',
    ],
  ] as const;
  for (const [text, consumerSecret, tokenSecret, signature] of table) {
    test(signature, () => assert.equal(hmacSha1(text, consumerSecret, tokenSecret), signature));
  }
});
