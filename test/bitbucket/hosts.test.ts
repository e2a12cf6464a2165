import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hostAt, isBitbucketOrg, parseHostUrl } from '../../src/bitbucket/hosts.ts';
import { BitbranchError } from '../../src/errors.ts';

const urls: readonly (readonly [input: string, url: string])[] = [
  ['bitbucket.org', 'https://bitbucket.org'],
  ['https://bitbucket.org/', 'https://bitbucket.org'],
  ['BITBUCKET.ORG:443', 'https://bitbucket.org'],
  ['www.bitbucket.org', 'https://bitbucket.org'],
  ['https://api.bitbucket.org', 'https://bitbucket.org'],
  ['bitbucket.org:8443', 'https://bitbucket.org:8443'],
  ['git.example.com', 'https://git.example.com'],
  ['git.example.com:8443', 'https://git.example.com:8443'],
  ['git.example.com/bitbucket', 'https://git.example.com/bitbucket'],
  ['https://Git.Example.com/Bitbucket//', 'https://git.example.com/Bitbucket'],
  ['localhost:7990', 'https://localhost:7990'],
  ['http://localhost:7990/bitbucket', 'http://localhost:7990/bitbucket'],
  ['HTTP://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['http://[::1]:8080', 'http://[::1]:8080'],
  ['http://127.0.0.1:80', 'http://127.0.0.1'],
  ['bücher.example', 'https://xn--bcher-kva.example'],
];

for (const [input, url] of urls) {
  test(`${input} is the host at ${url}`, () => assert.equal(parseHostUrl(input), url));
}

const noHosts: readonly (readonly [input: string, message: RegExp])[] = [
  ['', /is not the name or URL of a host/],
  ['https://', /is not the name or URL of a host/],
  ['two words', /is not the name or URL of a host/],
  ['git.example.com:99999', /is not the name or URL of a host/],
  ['git.example.com?x=1', /is not the name or URL of a host/],
  ['https://git.example.com/#x', /is not the name or URL of a host/],
  ['https://git.example.com;id', /is not the name or URL of a host/],
  ['https://git.example.com/$(id)', /is not the name or URL of a host/],
  ["https://git.example.com/a'b", /is not the name or URL of a host/],
  ['http://bitbucket.org', /Refusing http:.*bitbucket\.org.*unencrypted/],
  ['bitbucket.org/acme', /is a host without a path, and "bitbucket\.org\/acme" has one/],
  ['https://api.bitbucket.org/2.0', /is a host without a path/],
  ['http://localhost.example.com', /Refusing http:/],
  ['http://127.0.0.1.example.com', /Refusing http:/],
  ['http://192.168.0.1', /Refusing http:/],
  ['ftp://localhost', /Refusing ftp:/],
  ['file:///etc/passwd', /is not the name or URL of a host|Refusing file:/],
];

for (const [input, message] of noHosts) {
  test(`"${input}" is refused as a host`, () => {
    assert.throws(() => parseHostUrl(input), { name: 'BitbranchError', code: 'usage', message });
  });
}

for (const input of [
  'https://maria:hunter2@git.example.com',
  'https://:hunter2@h',
  'hunter2@h',
  'https://maria:hunter2@h:99999/',
  'https://maria:hunter2@ho st/',
  'https://maria:hun@ter/hunter2@h:x',
  'maria:hunter2@h:x',
]) {
  test(`a user name or password in ${input} is refused and not repeated`, () => {
    assert.throws(
      () => parseHostUrl(input),
      (error) =>
        error instanceof BitbranchError &&
        error.code === 'usage' &&
        !`${error.message}${error.hint}`.includes('hunter2'),
    );
  });
}

test('whatever is typed gives a base URL over which credentials can travel, or a usage error', () => {
  const input = fc.oneof(
    fc.webUrl(),
    fc.string(),
    fc.domain(),
    fc.ipV4().map((ip) => `http://${ip}`),
  );
  fc.assert(
    fc.property(input, (text) => {
      try {
        const url = parseHostUrl(text);
        const { protocol, hostname, username, password, search, hash } = new URL(url);
        assert.ok(protocol === 'https:' || ['127.0.0.1', '[::1]', 'localhost'].includes(hostname));
        assert.deepEqual([username, password, search, hash], ['', '', '', '']);
        assert.ok(!url.endsWith('/'));
        assert.equal(parseHostUrl(url), url);
      } catch (error) {
        assert.ok(error instanceof BitbranchError && error.code === 'usage', String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

test('bitbucket.org sends REST calls to its API host', () => {
  const host = hostAt('https://bitbucket.org', 'cloud');
  assert.equal(isBitbucketOrg(host.url), true);
  assert.equal(host.name, 'bitbucket.org');
  assert.equal(host.apiUrl, 'https://api.bitbucket.org');
  assert.deepEqual(host.oauth1, {
    temporaryCredentialsUrl: 'https://bitbucket.org/api/1.0/oauth/request_token',
    authorizationUrl: 'https://bitbucket.org/api/1.0/oauth/authenticate',
    tokenCredentialsUrl: 'https://bitbucket.org/api/1.0/oauth/access_token',
  });
});

test('any other Cloud-kind host has the paths of Cloud at its own origin', () => {
  const host = hostAt('http://127.0.0.1:8080', 'cloud');
  assert.equal(host.name, '127.0.0.1:8080');
  assert.equal(host.apiUrl, 'http://127.0.0.1:8080');
  assert.deepEqual(host.oauth1, {
    temporaryCredentialsUrl: 'http://127.0.0.1:8080/api/1.0/oauth/request_token',
    authorizationUrl: 'http://127.0.0.1:8080/api/1.0/oauth/authenticate',
    tokenCredentialsUrl: 'http://127.0.0.1:8080/api/1.0/oauth/access_token',
  });
});

test('a Data Center host keeps its context path in every address', () => {
  const base = 'https://git.example.com/bitbucket';
  const host = hostAt(base, 'datacenter');
  assert.equal(host.name, 'git.example.com/bitbucket');
  assert.equal(host.apiUrl, base);
  assert.deepEqual(host.oauth1, {
    temporaryCredentialsUrl: `${base}/plugins/servlet/oauth/request-token`,
    authorizationUrl: `${base}/plugins/servlet/oauth/authorize`,
    tokenCredentialsUrl: `${base}/plugins/servlet/oauth/access-token`,
  });
  assert.ok(host.accessPageUrl.startsWith(`${base}/`));
});
