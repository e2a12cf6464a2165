import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withConsumer } from '../../src/auth/consumers.ts';
import { hostAt } from '../../src/bitbucket/hosts.ts';
import { parseArguments } from '../../src/cli/arguments.ts';
import { chooseClient } from '../../src/cli/consumer-choice.ts';
import { forPushing } from '../../src/cli/git/helper-setup.ts';
import type { Environment } from '../../src/context.ts';
import { emptySettings } from '../../src/credentials/settings.ts';
import type { BitbranchError } from '../../src/errors.ts';
import { type TestContext, type TestWorld, testContext } from '../helpers/context.ts';
import { cloudUrl, credentialFor, otherUrl, signedIn } from '../helpers/signed-in.ts';

const host = hostAt(cloudUrl, 'cloud');
const known = { key: 'the-key', secret: 'the-consumer-secret' };
const stored: TestWorld = {
  settings: signedIn(credentialFor(cloudUrl)).settings,
  records: [{ reference: { type: 'consumer', host: cloudUrl, name: known.key }, record: known }],
};

async function choose(argv: readonly string[], world: TestWorld) {
  const context = testContext(world);
  const args = parseArguments(['login', ...argv]);
  const { client } = await chooseClient(
    host,
    'oauth1',
    args,
    context.currentSettings(),
    context.storeNamed('keychain'),
    context,
  );
  const { consumer } = client;
  assert.ok('secret' in consumer);
  return { consumer, questions: context.questions };
}

const environment = { BITBRANCH_CONSUMER_KEY: 'env-key', BITBRANCH_CONSUMER_SECRET: 'env secret' };

const choices: readonly (readonly [
  what: string,
  argv: readonly string[],
  world: TestWorld,
  consumer: string,
])[] = [
  ['the environment', [], { env: environment }, 'env-key env secret'],
  [
    'the environment over the stored one',
    [],
    { ...stored, env: environment },
    'env-key env secret',
  ],
  ['the store', [], stored, 'the-key the-consumer-secret'],
  [
    'a flag over the environment',
    ['--consumer-key', 'flag-key'],
    { env: environment },
    'flag-key env secret',
  ],
  ['a flag and the store', ['--consumer-key=the-key'], stored, 'the-key the-consumer-secret'],
  [
    'standard input over the environment',
    ['--consumer-secret-stdin'],
    { env: environment, stdin: ' piped=secret \r\n' },
    'env-key  piped=secret ',
  ],
];

for (const [what, argv, world, expected] of choices) {
  test(`a consumer comes from ${what}, and nobody is asked`, async () => {
    const { consumer, questions } = await choose(argv, world);
    assert.equal(`${consumer.key} ${consumer.secret}`, expected);
    assert.deepEqual(questions, []);
  });
}

test('what is missing is asked for at the terminal, the secret hidden', async () => {
  const { consumer, questions } = await choose([], { answers: [' typed-key ', 'typed-secret'] });
  assert.deepEqual(consumer, { key: 'typed-key', secret: 'typed-secret' });
  assert.deepEqual(questions, [
    { text: 'Consumer key for bitbucket.org (Enter opens that page): ', hidden: false },
    { text: 'Secret of consumer typed-key: ', hidden: true },
  ]);
});

test('the first sign-in tells how a consumer is made, and Enter opens the page for it', async () => {
  const opened: string[] = [];
  const context = testContext({
    answers: ['', 'a/team', 'key', 'secret'],
    browser: { open: async (url) => void opened.push(url) },
  });
  const args = parseArguments(['login', '--callback-path=/back']);
  const store = context.storeNamed('keychain');
  const { client } = await chooseClient(host, 'oauth2', args, emptySettings, store, context);
  assert.deepEqual(client.consumer, { key: 'key', secret: 'secret' });
  assert.deepEqual(opened, ['https://bitbucket.org/a%2Fteam/workspace/settings/api']);
  assert.match(context.printed.stderr, /callback URL: http:\/\/127\.0\.0\.1\/back\n/);
  assert.match(context.printed.stderr, /Account: Read and Repositories: Read/);
});

const browsers: readonly (readonly [
  argv: readonly string[],
  env: Environment,
  command: string | undefined,
])[] = [
  [[], {}, undefined],
  [['--browser', 'lynx -x'], {}, 'lynx -x'],
  [[], { BITBRANCH_BROWSER: 'w3m' }, 'w3m'],
];

for (const [argv, env, command] of browsers) {
  test(`Enter opens that page by ${command ?? "the desktop's browser"}`, async () => {
    const opened: unknown[] = [];
    const browser = {
      open: async (...page: readonly unknown[]) => void opened.push(page),
    };
    await choose(argv, { env, answers: ['', 'team', 'key', 'secret'], browser });
    assert.deepEqual(opened, [['https://bitbucket.org/team/workspace/settings/api', command]]);
  });
}

test('with --no-browser Enter opens nothing, and nothing is promised', async () => {
  const { questions } = await choose(['--no-browser'], { answers: ['key', 'secret'] });
  assert.equal(questions[0]?.text, 'Consumer key for bitbucket.org: ');
});

test('a consumer that git will push with needs write access', async () => {
  const context = testContext({ answers: ['key', 'secret'] });
  const args = parseArguments(['login', '--setup-git']);
  const store = context.storeNamed('keychain');
  await chooseClient(host, 'oauth2', args, emptySettings, store, context);
  assert.match(context.printed.stderr, /Account: Read and Repositories: Write\. Save/);
});

test('a key that is known is not asked for again', async () => {
  const { questions } = await choose(['--consumer-key=other'], { ...stored, answers: ['secret'] });
  assert.deepEqual(questions, [{ text: 'Secret of consumer other: ', hidden: true }]);
});

const refusals: readonly (readonly [
  what: string,
  argv: readonly string[],
  world: TestWorld,
  message: RegExp,
])[] = [
  ['nothing known and nobody to ask', [], {}, /No OAuth consumer is known for bitbucket\.org/],
  [
    'a key without its secret and nobody to ask',
    ['--consumer-key=other'],
    stored,
    /secret of consumer other is not known/,
  ],
  ['no answer at all', [], { answers: [' ', '', ''] }, /No OAuth consumer is known/],
  ['an empty standard input', ['--consumer-secret-stdin'], { ...stored, stdin: '\n' }, /holds no/],
  [
    'the consumer of another host',
    [],
    { settings: signedIn(credentialFor(otherUrl)).settings },
    /No OAuth consumer is known/,
  ],
];

for (const [what, argv, world, message] of refusals) {
  test(`${what} is a usage error with the next step`, async () => {
    await assert.rejects(choose(argv, world), {
      code: 'usage',
      message,
      hint: /BITBRANCH_CONSUMER_SECRET|--consumer-secret-stdin/,
    });
  });
}

const dataCenter = hostAt(otherUrl, 'datacenter');
const keyPair = { key: 'pair', privateKey: 'PEM' };
const secret = { key: 'client', secret: 'the-client-secret' };
const stores: readonly (readonly [protocol: 'oauth1' | 'oauth2', chosen: string])[] = [
  ['oauth1', 'pair'],
  ['oauth2', 'client'],
];

for (const [protocol, chosen] of stores) {
  for (const order of [
    [keyPair, secret],
    [secret, keyPair],
  ]) {
    test(`of several stored consumers ${protocol} takes ${chosen}, last used ${order[1]?.key}`, async () => {
      const context = testContext({
        settings: order.reduce(
          (settings, { key }) => withConsumer(settings, dataCenter, key),
          emptySettings,
        ),
        records: order.map((record) => ({
          reference: { type: 'consumer', host: otherUrl, name: record.key },
          record,
        })),
      });
      const store = context.storeNamed('keychain');
      const args = parseArguments(['login']);
      const settings = context.currentSettings();
      const { client } = await chooseClient(dataCenter, protocol, args, settings, store, context);
      assert.equal(client.consumer.key, chosen);
    });
  }
}

const guides: readonly (readonly [
  argv: readonly string[],
  redirectUri: string,
  scope: string,
  command: string,
])[] = [
  [[], 'http://127.0.0.1:27990/callback', 'REPO_READ', '--callback-port 27990'],
  [
    ['--callback-port=4711', '--callback-path=/back'],
    'http://127.0.0.1:4711/back',
    'REPO_READ',
    '--callback-port 4711 --callback-path /back',
  ],
  [
    ['--setup-git'],
    'http://127.0.0.1:27990/callback',
    'REPO_WRITE',
    '--callback-port 27990 --setup-git',
  ],
];

for (const [argv, redirectUri, scope, command] of guides) {
  const line = `bitbranch login --host ${otherUrl} --protocol oauth2 ${command}`;

  test(`on Data Center OAuth 2.0 ${argv.join(' ')} tells how an administrator makes the link`, async () => {
    const context = testContext({ answers: ['client', 'secret'] });
    const { client, callbackPort } = await chooseAt(argv, context);
    assert.deepEqual(client.consumer, { key: 'client', secret: 'secret' });
    assert.equal(callbackPort, Number(new URL(redirectUri).port));
    const lines = context.printed.stderr.split('\n').map((text) => text.trim());
    assert.match(context.printed.stderr, /External application.*Incoming/);
    assert.ok(lines.includes(`3. Redirect URL, with exactly this port: ${redirectUri}`));
    assert.ok(lines.includes(`4. Permission: ${scope}. Save.`));
    assert.ok(lines.includes(line), context.printed.stderr);
    assert.doesNotMatch(context.printed.stderr, /consumer add/);
  });

  test(`where nobody can be asked, ${argv.join(' ')} gives that command as the next step`, async () => {
    await assert.rejects(chooseAt(argv, testContext()), ({ hint }: BitbranchError) => {
      assert.match(hint ?? '', /BITBRANCH_CONSUMER_KEY and BITBRANCH_CONSUMER_SECRET/);
      assert.ok(hint?.endsWith(line), hint);
      return true;
    });
  });
}

function chooseAt(argv: readonly string[], context: TestContext) {
  const args = parseArguments(['login', ...argv]);
  const target = args.has('setup-git') ? forPushing(dataCenter) : dataCenter;
  const store = context.storeNamed('keychain');
  return chooseClient(target, 'oauth2', args, emptySettings, store, context);
}

test('on Data Center OAuth 1.0a a key pair is made', async () => {
  const context = testContext();
  const args = parseArguments(['login']);
  const store = context.storeNamed('keychain');
  await assert.rejects(chooseClient(dataCenter, 'oauth1', args, emptySettings, store, context), {
    code: 'usage',
    hint: `Make one with: bitbranch consumer add --host ${otherUrl}`,
  });
});
