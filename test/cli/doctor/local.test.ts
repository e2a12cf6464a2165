import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkBrowser } from '../../../src/cli/doctor/browser.ts';
import { checkCertificates } from '../../../src/cli/doctor/certificates.ts';
import { checkGit } from '../../../src/cli/doctor/git.ts';
import { checkNode } from '../../../src/cli/doctor/node.ts';
import { checkProxy, proxyForLoopback } from '../../../src/cli/doctor/proxy.ts';
import { checkSettings } from '../../../src/cli/doctor/settings.ts';
import { BitbranchError } from '../../../src/errors.ts';
import { makeCertificate } from '../../helpers/certificates.ts';
import { type TestWorld, testContext, testNowMs } from '../../helpers/context.ts';
import { doctorArguments, told } from './told.ts';

type Row = readonly [what: string, TestWorld, outcome: RegExp, argv?: readonly string[]];

test('node tells what a report of a fault should name', async () => {
  assert.match(
    await told(checkNode(testContext())),
    /^ok: This is bitbranch .* on Node 20\.19\.0, linux x64\.$/,
  );
});

const git: readonly Row[] = [
  ['git is there', { programs: { git: '/usr/bin/git' } }, /^ok: git is \/usr\/bin\/git\.$/],
  ['git is missing', {}, /^warning: git was not found, .* → Install git/],
];
for (const [what, world, outcome] of git) {
  test(`git: ${what}`, async () => {
    assert.match(await told(checkGit(testContext(world))), outcome);
  });
}

const file = '/test/settings.json';
const settings: readonly Row[] = [
  ['nobody else', { permissions: { [file]: 0o600, '/test': 0o700 } }, /^ok: .* can be read and/],
  ['no file yet', { permissions: { '/test': 0o755 } }, /^ok: /],
  ['readers', { permissions: { [file]: 0o644 } }, /^warning: .*can read \/test\/s.*\(mode 644\)/],
  ['writers', { permissions: { [file]: 0o662 } }, /^warning: .*can change .* → Run: chmod 600 '/],
  [
    'a directory for all',
    { permissions: { [file]: 0o600, '/test': 0o777 } },
    /^warning: Other users can change \/test \(mode 777\)\. → Run: chmod 700 '\/test'$/,
  ],
];
for (const [what, world, outcome] of settings) {
  test(`settings: ${what}`, async () => {
    assert.match(await told(checkSettings(testContext(world))), outcome);
  });
}

test('settings that can be neither read nor written are failures', async () => {
  const failure = new BitbranchError('usage', 'It is broken.', { hint: 'Repair it.' });
  const context = testContext();
  const broken = () => Promise.reject(failure);
  for (const part of [
    { settings: { ...context.settings, read: broken } },
    { settings: { ...context.settings, probe: broken } },
  ]) {
    const outcome = await told(checkSettings({ ...context, ...part }));
    assert.equal(outcome, 'usage: It is broken. → Repair it.');
  }
});

const opener = { 'xdg-open': '/usr/bin/xdg-open' };
const browser: readonly Row[] = [
  ['--no-browser', {}, /^ok: No browser/, ['--no-browser']],
  [
    'a display',
    { programs: opener, env: { DISPLAY: ':0' } },
    /^ok: .* opened by \/usr\/bin\/xdg-open\.$/,
  ],
  ['Wayland', { programs: opener, env: { WAYLAND_DISPLAY: 'wayland-0' } }, /^ok: /],
  ['no display', { programs: opener }, /^warning: .*no display .* → Open the address/],
  ['no opener', { env: { DISPLAY: ':0' } }, /^warning: xdg-open, .*was not found\. → Open the/],
  [
    'SSH',
    { programs: opener, env: { DISPLAY: ':10', SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' } },
    /^warning: You came here by SSH.* → .*paste.*ssh -L/,
  ],
  [
    'a command over SSH',
    { programs: { code: '/bin/code' }, env: { SSH_CONNECTION: 'x', BROWSER: 'code --open' } },
    /^ok: .*by \/bin\/code, as you chose/,
  ],
  [
    'our variable first',
    { programs: { b: '/bin/b' }, env: { BROWSER: 'a', BITBRANCH_BROWSER: 'b' } },
    /^ok: .*\/bin\/b/,
  ],
  ['a missing command', {}, /^usage: The browser command "lynx" was not/, ['--browser=lynx -x']],
];
for (const [what, world, outcome, argv] of browser) {
  test(`browser: ${what}`, async () => {
    assert.match(await told(checkBrowser(doctorArguments(argv), testContext(world))), outcome);
  });
}

const proxy: readonly (readonly [TestWorld['env'], RegExp])[] = [
  [{}, /^ok: No proxy is set\.$/],
  [{ HTTPS_PROXY: '' }, /^ok: No proxy/],
  [
    { HTTPS_PROXY: 'http://p:3128' },
    /^ok: git\.example\.com is asked by .* p:3128 \(HTTPS_PROXY\)/,
  ],
  [{ https_proxy: 'p:3128' }, /^ok: .*by way of the proxy p:3128 \(https_proxy\)\.$/],
  [{ HTTPS_PROXY: 'http://p', NO_PROXY: '.example.com' }, /^ok: HTTPS_PROXY .* asked directly/],
  [
    { HTTP_PROXY: 'http://p' },
    /^warning: HTTP_PROXY .* http:\/\/ only, .* → .*set HTTPS_PROXY too/,
  ],
  [{ ALL_PROXY: 'socks5://p' }, /^usage: ALL_PROXY names a SOCKS proxy.* → Set HTTPS_PROXY/],
  [{ HTTPS_PROXY: 'ftp://p' }, /^usage: HTTPS_PROXY is not the URL of a proxy\. → Write it as/],
  [{ ALL_PROXY: 'http://p', NO_PROXY: 'https://x' }, /^warning: NO_PROXY holds something/],
  [
    { HTTPS_PROXY: 'http://p', no_proxy: '127.0.0.1, .x.com *.y [::1] 10.0.0.0/8 z:80' },
    /^ok: .*by way of/,
  ],
];
const host = { name: 'git.example.com', apiUrl: 'https://git.example.com' };
for (const [env = {}, outcome] of proxy) {
  test(`proxy: ${JSON.stringify(env)}`, async () => {
    assert.match(await told(checkProxy(host, testContext({ env }))), outcome);
  });
}

test('proxy: this computer is asked directly', async () => {
  const loopback = { name: '127.0.0.1:1', apiUrl: 'http://127.0.0.1:1' };
  const context = testContext({ env: { HTTP_PROXY: 'http://p' } });
  assert.match(await told(checkProxy(loopback, context)), /^ok: HTTP_PROXY .* asked directly/);
});

test('proxy: its password is not shown', async () => {
  for (const env of [
    { HTTPS_PROXY: 'maria:s3cret@p', NO_PROXY: 'http://maria:s3cret@x' },
    { HTTPS_PROXY: 'maria:s3cret@p' },
    { HTTPS_PROXY: 'socks://maria:s3cret@p' },
    { HTTPS_PROXY: 'http://maria:s3cret@' },
  ]) {
    assert.doesNotMatch(await told(checkProxy(host, testContext({ env }))), /s3cret/);
  }
});

const loopback: readonly (readonly [Record<string, string>, string | undefined])[] = [
  [{}, undefined],
  [{ HTTPS_PROXY: 'http://p' }, undefined],
  [{ HTTP_PROXY: 'http://p' }, 'HTTP_PROXY'],
  [{ all_proxy: 'socks5://p' }, 'all_proxy'],
  [{ HTTP_PROXY: 'http://p', NO_PROXY: 'example.com' }, 'HTTP_PROXY'],
  [{ HTTP_PROXY: 'http://p', NO_PROXY: 'localhost' }, 'HTTP_PROXY'],
  [{ HTTP_PROXY: 'http://p', NO_PROXY: 'example.com,127.0.0.1' }, undefined],
  [{ HTTP_PROXY: 'http://p', no_proxy: '127.0.0.0/8' }, undefined],
  [{ HTTP_PROXY: 'http://p', NO_PROXY: '*' }, undefined],
];
for (const [env, expected] of loopback) {
  test(`${JSON.stringify(env)} makes 127.0.0.1 go by ${expected ?? 'no proxy'}`, () => {
    assert.equal(proxyForLoopback(env), expected);
  });
}

const { cert: valid } = await makeCertificate({ authority: 'A', endsInDays: 3650 });
const { cert: expired } = await makeCertificate({ authority: 'B', endsInDays: -1 });
const extra = { NODE_EXTRA_CA_CERTS: '/ca.pem' };
const certificates: readonly Row[] = [
  ['nothing set', {}, /^ok: Hosts are trusted by/],
  [
    'no checks',
    { env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } },
    /^usage: NODE_TLS_REJECT_UNAUTHORIZED=0 .* → Unset it; .*NODE_EXTRA_CA_CERTS/,
  ],
  ['a good file', { env: extra, files: { '/ca.pem': valid } }, /^ok: .*\/ca\.pem as well/],
  ['some expired', { env: extra, files: { '/ca.pem': `${expired}\n${valid}` } }, /^ok: /],
  ['all expired', { env: extra, files: { '/ca.pem': expired } }, /^warning: .*only .*expired/],
  ['no PEM', { env: extra, files: { '/ca.pem': 'hello' } }, /^usage: .*in PEM\. → Set NODE_EXTRA/],
  [
    'damaged PEM',
    { env: extra, files: { '/ca.pem': valid.replace('M', '!') } },
    /^usage: .*in PEM\. → Set NODE_EXTRA/,
  ],
];
for (const [what, world, outcome] of certificates) {
  test(`certificates: ${what}`, async () => {
    const clock = { nowMs: () => Math.max(testNowMs, Date.now()), sleep: async () => {} };
    assert.match(await told(checkCertificates(testContext({ ...world, clock }))), outcome);
  });
}

test('certificates: whom the system trusts counts where Node can tell', async () => {
  const context = testContext();
  for (const [nodeVersion, outcome] of [
    ['20.20.2', /Node knows; .*of the system count from Node 22\.15 on/],
    ['22.14.0', /from Node 22\.15 on/],
    ['22.15.0', /Node or the system knows\.$/],
    ['23.9.0', /from Node 22\.15 on/],
    ['23.10.0', /Node or the system knows/],
    ['24.0.0', /Node or the system knows/],
  ] as const) {
    const system = { ...context.system, nodeVersion };
    assert.match(await told(checkCertificates({ ...context, system })), outcome);
  }
});

test('certificates: a file that is missing', async () => {
  const readText = () => Promise.reject(new BitbranchError('usage', 'It is not there.'));
  const context = { ...testContext({ env: extra }), files: { readText } };
  assert.match(
    await told(checkCertificates(context)),
    /^usage: It is not there\. → Set NODE_EXTRA_CA_CERTS/,
  );
});
