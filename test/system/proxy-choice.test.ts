import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Environment } from '../../src/context.ts';
import { proxyFor } from '../../src/system/proxy-choice.ts';

const target = 'https://git.example.com/2.0/user';

const choices: readonly (readonly [env: Environment, url: string, chosen: string | null])[] = [
  [{}, target, null],
  [{ HTTPS_PROXY: '' }, target, null],
  [{ HTTPS_PROXY: 'http://p:1' }, target, 'HTTPS_PROXY http://p:1/'],
  [{ https_proxy: 'https://p' }, target, 'https_proxy https://p/'],
  [{ https_proxy: 'http://a', HTTPS_PROXY: 'http://b' }, target, 'https_proxy http://a/'],
  [{ HTTPS_PROXY: 'p.example.com:3128' }, target, 'HTTPS_PROXY http://p.example.com:3128/'],
  [{ HTTPS_PROXY: 'jo:pass@p:1' }, target, 'HTTPS_PROXY http://jo:pass@p:1/'],
  [{ ALL_PROXY: 'http://p' }, target, 'ALL_PROXY http://p/'],
  [{ all_proxy: 'http://a', HTTPS_PROXY: 'http://b' }, target, 'HTTPS_PROXY http://b/'],
  [{ HTTP_PROXY: 'http://p' }, target, null],
  [{ HTTP_PROXY: 'http://p' }, 'http://git.example.com/', 'HTTP_PROXY http://p/'],
  [{ HTTPS_PROXY: 'http://p' }, 'http://git.example.com/', null],
];
for (const [env, url, chosen] of choices) {
  test(`${JSON.stringify(env)} for ${url}: ${chosen}`, () => {
    const proxy = proxyFor(url, env);
    assert.equal(proxy && `${proxy.variable} ${proxy.url}`, chosen);
  });
}

for (const host of ['127.0.0.1', '127.9.9.9:1', '[::1]:8080', 'localhost', 'x.localhost:1']) {
  test(`${host} is this computer, and never asked by way of a proxy`, () => {
    const env = { HTTP_PROXY: 'http://p', HTTPS_PROXY: 'http://p', ALL_PROXY: 'socks5://p' };
    assert.equal(proxyFor(`http://${host}/`, env), null);
    assert.equal(proxyFor(`https://${host}/`, env), null);
  });
}

const exceptions: readonly (readonly [list: string, excepted: string, others: string])[] = [
  ['git.example.com', 'git.example.com a.git.example.com', 'example.com xgit.example.com'],
  ['.example.com', 'example.com a.b.example.com', 'example.org anexample.com'],
  ['*.example.com', 'example.com a.example.com', 'example.com.org'],
  ['*', 'git.example.com 10.0.0.1 [2001:db8::1]', ''],
  ['10.1.*', '10.1.2.3', '10.2.1.1'],
  ['GIT.Example.com', 'git.example.com', 'other.example.com'],
  ['a.com, b.com\tc.com,,', 'a.com b.com c.com', 'd.com'],
  ['example.com:8443', 'example.com:8443 a.example.com:8443', 'example.com example.com:8444'],
  ['example.com:443', 'example.com', 'example.com:8443'],
  ['10.0.0.1', '10.0.0.1 10.0.0.1:8443', '10.0.0.2 x.10.0.0.1.nip.io'],
  ['10.0.0.0/8', '10.200.0.1', '11.0.0.1 git.example.com'],
  ['10.0.0.0/8:8443', '10.200.0.1:8443', '10.200.0.1'],
  ['192.0.2.1:443', '192.0.2.1', '192.0.2.1:8443'],
  ['2001:db8::1', '[2001:db8::1] [2001:0db8:0::1]:8443', '[2001:db8::2] 10.0.0.1'],
  ['[2001:db8::1]:8443', '[2001:db8::1]:8443', '[2001:db8::1]'],
  ['2001:db8::/32', '[2001:db8:9::1]', '[2001:db9::1]'],
  ['10.0.0.0/99', '10.0.0.0', '10.0.0.1'],
  ['http://example.com (all)', '', 'example.com'],
];
for (const [list, excepted, others] of exceptions) {
  for (const name of ['NO_PROXY', 'no_proxy']) {
    test(`${name}=${list}`, () => {
      const isAsked = (host: string) =>
        proxyFor(`https://${host}/`, { HTTPS_PROXY: 'http://p', [name]: list }) === null;
      const hosts = (text: string) => text.split(' ').filter((host) => host !== '');
      assert.deepEqual(hosts(excepted).filter(isAsked), hosts(excepted));
      assert.deepEqual(hosts(others).filter(isAsked), []);
    });
  }
}

const useless: readonly (readonly [value: string, says: RegExp])[] = [
  ['socks5://jo:s3cret@p:1080', /^HTTPS_PROXY names a SOCKS proxy, and bitbranch knows /],
  ['socks5h://p', /SOCKS/],
  ['ftp://p', /^HTTPS_PROXY is not the URL of a proxy\.$/],
  ['http://', /is not the URL/],
  ['http://jo:s3cret#1@p', /is not the URL/],
  ['p:port', /is not the URL/],
];
for (const [value, message] of useless) {
  test(`${value} is no proxy that can be used`, () => {
    assert.throws(() => proxyFor(target, { HTTPS_PROXY: value }), {
      code: 'usage',
      message,
      hint: /http:\/\//,
    });
    assert.equal(proxyFor(target, { HTTPS_PROXY: value, NO_PROXY: 'example.com' }), null);
  });
}
