import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { test } from 'node:test';
import { run } from '../../../src/cli/run.ts';
import type { Protocol } from '../../../src/credentials/credential.ts';
import { emptySettings } from '../../../src/credentials/settings.ts';
import { type TestWorld, testContext } from '../../helpers/context.ts';
import { wikiKey } from '../../helpers/rsa-keys.ts';
import { cloudUrl, credentialFor, signedIn } from '../../helpers/signed-in.ts';

const dataCenterUrl = 'https://git.example.com';
const pem = (key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'spki') =>
  key.export({ type, format: 'pem' }).toString();

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const [privateKey, publicKey] = [pem(pair.privateKey, 'pkcs8'), pem(pair.publicKey, 'spki')];

async function consumer(argv: readonly string[], world: TestWorld = {}) {
  const context = testContext(world);
  const exitCode = await run(['consumer', ...argv], context);
  const { hosts } = context.currentSettings();
  return { exitCode, ...context.printed, context, records: context.records, hosts };
}

const atDataCenter = ['--host', dataCenterUrl];
const keyPairItem = `consumer ${dataCenterUrl} bitbranch`;
const secretItem = `consumer ${cloudUrl} the-key`;

/** What the world holds once these consumers were added. */
async function added(...lines: readonly (readonly [string[], TestWorld])[]): Promise<TestWorld> {
  let world: TestWorld = {};
  for (const [argv, more] of lines) {
    const { exitCode, stderr, context } = await consumer(['add', ...argv], { ...world, ...more });
    assert.equal(exitCode, 0, stderr);
    const settings = context.currentSettings();
    const records = [...context.records].map(([name, record]) => {
      const [, host = '', key = ''] = name.split(' ');
      return { reference: { type: 'consumer', host, name: key }, record } as never;
    });
    world = { settings, records };
  }
  return world;
}

const keyPair: [string[], TestWorld] = [atDataCenter, { privateKey }];
const secret: [string[], TestWorld] = [
  ['--consumer-key=the-key'],
  { env: { BITBRANCH_CONSUMER_SECRET: 'the-secret' } },
];

test('add makes a key pair for a Data Center, prints its public key and says what an administrator does', async () => {
  const { exitCode, stdout, stderr, records, hosts } = await consumer(['add', ...atDataCenter], {
    privateKey,
  });
  assert.deepEqual([exitCode, stdout], [0, publicKey]);
  assert.deepEqual(records.get(keyPairItem), { key: 'bitbranch', privateKey });
  assert.deepEqual(hosts[dataCenterUrl], {
    kind: 'datacenter',
    consumerKey: 'bitbranch',
    accounts: {},
  });
  for (const words of [
    /An administrator of git\.example\.com/,
    /https:\/\/git\.example\.com\/plugins\/servlet\/applinks/,
    /"Incoming authentication"/,
    /Consumer key +bitbranch\n/,
    /Leave the callback URL empty/,
    /bitbranch login --host https:\/\/git\.example\.com/,
  ]) {
    assert.match(stderr, words);
  }
  assert.doesNotMatch(stderr, /PRIVATE KEY/);
});

for (const type of ['pkcs1', 'pkcs8'] as const) {
  test(`add takes a private key from a file in ${type}, under the key that is asked for`, async () => {
    const argv = ['add', ...atDataCenter, '--consumer-key=mine', '--private-key-file=/k.pem'];
    const { exitCode, stdout, records, hosts } = await consumer(argv, {
      files: { '/k.pem': pem(pair.privateKey, type) },
    });
    assert.deepEqual([exitCode, stdout], [0, publicKey]);
    assert.deepEqual(records.get(`consumer ${dataCenterUrl} mine`), { key: 'mine', privateKey });
    assert.equal(hosts[dataCenterUrl]?.consumerKey, 'mine');
  });
}

const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const encrypted = pair.privateKey
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'hunter2' })
  .toString();

const unusableFiles: readonly (readonly [what: string, content: string])[] = [
  ['nothing', ''],
  ['no key', 'hunter2'],
  ['a public key', publicKey],
  ['a key of 1024 bits', pem(wikiKey, 'pkcs8')],
  ['a key of another kind', elliptic.export({ type: 'pkcs8', format: 'pem' }).toString()],
  ['an encrypted key', encrypted],
  ['half a key', privateKey.slice(0, 400)],
];

for (const [what, content] of unusableFiles) {
  test(`add refuses a file that holds ${what}, shows nothing of it and stores nothing`, async () => {
    const argv = ['add', ...atDataCenter, '--private-key-file', '/k.pem'];
    const result = await consumer(argv, { files: { '/k.pem': content } });
    assert.deepEqual([result.exitCode, result.stdout], [2, '']);
    assert.equal(
      result.stderr,
      'bitbranch: /k.pem holds no RSA private key of at least 2048 bits.\nGive an unencrypted one in PEM, for example from: openssl genrsa -out key.pem 3072\n',
    );
    assert.equal(result.records.size, 0);
    assert.deepEqual(result.hosts, {});
  });
}

const given: readonly (readonly [what: string, argv: string[], world: TestWorld])[] = [
  ['the environment', ...secret],
  [
    'standard input',
    ['--consumer-key=the-key', '--consumer-secret-stdin'],
    { stdin: 'the-secret\n' },
  ],
  ['a hidden prompt', ['--consumer-key=the-key'], { answers: ['the-secret'] }],
  [
    'the environment, with its key',
    [],
    { env: { BITBRANCH_CONSUMER_KEY: 'the-key', BITBRANCH_CONSUMER_SECRET: 'the-secret' } },
  ],
];

for (const [what, argv, world] of given) {
  test(`add takes the secret of a Cloud consumer from ${what}, and does not print it`, async () => {
    const { exitCode, stdout, stderr, records, hosts, context } = await consumer(
      ['add', ...argv],
      world,
    );
    assert.deepEqual([exitCode, stdout], [0, '']);
    assert.deepEqual(records.get(secretItem), { key: 'the-key', secret: 'the-secret' });
    assert.equal(hosts[cloudUrl]?.consumerKey, 'the-key');
    assert.match(
      stderr,
      /^Stored the consumer the-key in the test keychain\. Sign in with:\s+bitbranch login --host https:\/\/bitbucket\.org\n$/,
    );
    assert.doesNotMatch(stderr + JSON.stringify(hosts), /the-secret/);
    assert.ok(context.questions.every(({ hidden }) => hidden));
  });
}

test('without --host the consumer is of the only host signed in to', async () => {
  const world = signedIn({ ...credentialFor(dataCenterUrl), kind: 'datacenter' });
  const { exitCode, records } = await consumer(['add'], { ...world, privateKey });
  assert.equal(exitCode, 0);
  assert.ok(records.has(keyPairItem));
  const both = signedIn(credentialFor(dataCenterUrl), credentialFor(cloudUrl));
  for (const action of ['add', 'show', 'remove']) {
    const refused = await consumer([action], both);
    assert.equal(refused.exitCode, 2);
    assert.match(refused.stderr, /signed in to several hosts/);
  }
});

test('the public key is said to be above only where it stands there', async () => {
  for (const [stdoutIsTerminal, words] of [
    [true, /Public key +the one printed above/],
    [false, /Public key +the one that went to standard output/],
  ] as const) {
    const { stderr } = await consumer(['add', ...atDataCenter], { privateKey, stdoutIsTerminal });
    assert.match(stderr, words);
  }
});

const refusals: readonly (readonly [argv: string[], TestWorld, exitCode: number, RegExp])[] = [
  [
    [],
    {},
    2,
    /Say what to do with the consumer\.\nWrite bitbranch consumer with one of add, show, remove/,
  ],
  [['rmove'], {}, 2, /nothing to "rmove"\.\nDid you mean remove\?/],
  [['toString'], {}, 2, /nothing to "toString"/],
  [['add'], {}, 2, /No consumer key was given\.\n.*--consumer-key KEY/],
  [['add', '--consumer-key=k'], {}, 2, /The secret of consumer k is not known\./],
  [
    ['add', '--consumer-key=k', '--consumer-secret-stdin'],
    { stdin: '\n' },
    2,
    /no consumer secret/,
  ],
  [['add', '--consumer-key=k'], { answers: [''] }, 2, /The secret of consumer k is not known\./],
  [['add'], { answers: ['', '', ''] }, 2, /No consumer key was given\.\n/],
  [
    ['show'],
    {},
    5,
    /No consumer of bitbucket\.org is stored\.\n.*consumer add --host \S+ --consumer-key KEY --consumer-secret-stdin < secret-file\n/,
  ],
  [
    ['show', ...atDataCenter],
    {},
    5,
    /No consumer of git\.example\.com is stored\.\n.*consumer add --host \S+\n/,
  ],
  [['show', '--json=privateKey'], {}, 5, /No consumer/],
];

for (const [argv, world, exitCode, says] of refusals) {
  test(`consumer ${argv.join(' ')} ends with ${exitCode}, and stores nothing`, async () => {
    const result = await consumer(argv, world);
    assert.deepEqual([result.exitCode, result.stdout], [exitCode, '']);
    assert.match(result.stderr, says);
    assert.equal(result.records.size, 0);
    assert.deepEqual(result.hosts, {});
  });
}

test('add asks at a terminal for the key that Bitbucket shows, as login does', async () => {
  const { exitCode, stderr, records, context } = await consumer(['add'], {
    answers: ['the-key', 'the-secret'],
  });
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /Permissions: tick Account: Read/);
  assert.deepEqual(
    context.questions.map(({ hidden }) => hidden),
    [false, true],
  );
  assert.deepEqual(records.get(secretItem), { key: 'the-key', secret: 'the-secret' });
});

const logins: readonly (readonly [
  url: string,
  remembered: Protocol,
  argv: string[],
  world: TestWorld,
  flags: string,
])[] = [
  [dataCenterUrl, 'oauth1', [], { privateKey }, ''],
  [dataCenterUrl, 'token', [], { privateKey }, ' --protocol oauth1 --consumer-key bitbranch'],
  [dataCenterUrl, 'oauth2', [], { privateKey }, ' --protocol oauth1 --consumer-key bitbranch'],
  [dataCenterUrl, 'oauth1', ...secret, ' --protocol oauth2 --consumer-key the-key'],
  [dataCenterUrl, 'oauth2', ...secret, ''],
  [cloudUrl, 'oauth2', ...secret, ''],
  [cloudUrl, 'token', ...secret, ' --protocol oauth2 --consumer-key the-key'],
  [cloudUrl, 'oauth2', [...secret[0], '--store=file'], secret[1], ' --store file'],
];

for (const [url, protocol, argv, world, flags] of logins) {
  test(`after ${protocol}, add ${argv.join(' ')} leads to a login at ${url} with${flags || ' no more'}`, async () => {
    const kind = url === cloudUrl ? 'cloud' : 'datacenter';
    const settings = {
      ...emptySettings,
      hosts: { [url]: { kind, protocol, accounts: {} } },
    } as const;
    const { stderr } = await consumer(['add', `--host=${url}`, ...argv], { ...world, settings });
    assert.ok(stderr.endsWith(`bitbranch login --host ${url}${flags}\n`), stderr);
  });
}

test('show and remove find the only consumer before anybody has signed in; add needs its host named', async () => {
  const world = await added(keyPair);
  assert.match((await consumer(['show'], world)).stdout, new RegExp(`^${dataCenterUrl}\n`));
  assert.equal((await consumer(['remove'], world)).records.size, 0);
  const { records } = await consumer(['add', ...secret[0]], { ...world, ...secret[1] });
  assert.ok(records.has(secretItem));
});

test('add does not replace a consumer that is known', async () => {
  const world = await added(keyPair);
  const { exitCode, stderr, records } = await consumer(['add', ...atDataCenter], world);
  assert.equal(exitCode, 2);
  assert.match(stderr, /The consumer bitbranch of git\.example\.com is known already\.\n/);
  assert.deepEqual(records.get(keyPairItem), { key: 'bitbranch', privateKey });
});

test('show prints the public half of a key pair, and of a secret only that it is there', async () => {
  const world = await added(keyPair, secret);
  const pairShown = await consumer(['show', ...atDataCenter], world);
  assert.deepEqual(
    [pairShown.exitCode, pairShown.stdout],
    [0, `${dataCenterUrl}\n  consumer  bitbranch\n  signs by  key pair\n\n${publicKey}`],
  );
  const secretShown = await consumer(['show', '--json'], world);
  assert.deepEqual(JSON.parse(secretShown.stdout), {
    host: cloudUrl,
    consumerKey: 'the-key',
    method: 'secret',
    publicKey: null,
  });
  const picked = await consumer(['show', ...atDataCenter, '--json=publicKey'], world);
  assert.deepEqual(JSON.parse(picked.stdout), { publicKey });
  const unknown = await consumer(['show', ...atDataCenter, '--json=privateKey'], world);
  assert.deepEqual([unknown.exitCode, unknown.stdout], [2, '']);
});

test('a keychain that shows nothing of a consumer that is remembered may be locked', async () => {
  const { settings } = await added(secret);
  const world = settings === undefined ? {} : { settings };
  for (const argv of [
    ['consumer', 'show'],
    ['login', '--no-browser'],
  ]) {
    const context = testContext(world);
    assert.equal(await run(argv, context), 8);
    assert.equal(
      context.printed.stderr,
      `bitbranch: The consumer the-key of bitbucket.org can't be read: the test keychain is locked, or the entry was removed.\nUnlock it and try again, or forget the consumer with: bitbranch consumer remove --host ${cloudUrl}\n`,
    );
  }
  const removed = await consumer(['remove'], world);
  assert.equal(removed.exitCode, 0);
  assert.match(
    removed.stderr,
    /^Forgot the consumer the-key .* showed no entry to remove: it is locked,/,
  );
  assert.equal(removed.hosts[cloudUrl]?.consumerKey, undefined);
});

test('remove forgets one consumer, and says what it changes', async () => {
  const world = await added(keyPair, secret);
  const { exitCode, stderr, records, hosts } = await consumer(['remove', ...atDataCenter], world);
  assert.equal(exitCode, 0);
  assert.match(
    stderr,
    /^Removed the consumer bitbranch of git\.example\.com\. .* until bitbranch logout/,
  );
  assert.deepEqual([...records.keys()], [secretItem]);
  assert.deepEqual(hosts[dataCenterUrl], { kind: 'datacenter', accounts: {} });
  assert.equal(hosts[cloudUrl]?.consumerKey, 'the-key');
});

test('remove of what is not there is no error, and leaves the consumer in use', async () => {
  const nothing = await consumer(['remove']);
  assert.equal(nothing.exitCode, 0);
  assert.match(nothing.stderr, /^Nothing to remove: no consumer of bitbucket\.org is stored\.\n/);
  const world = await added(secret);
  const other = await consumer(['remove', '--consumer-key=another'], world);
  assert.equal(other.exitCode, 0);
  assert.match(other.stderr, /^Nothing to remove/);
  assert.equal(other.hosts[cloudUrl]?.consumerKey, 'the-key');
  assert.deepEqual([...other.records.keys()], [secretItem]);
});
