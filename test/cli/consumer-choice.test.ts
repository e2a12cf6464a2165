import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withConsumer } from '../../src/auth/consumers.ts';
import { hostAt } from '../../src/bitbucket/hosts.ts';
import { parseArguments } from '../../src/cli/arguments.ts';
import { chooseClient } from '../../src/cli/consumer-choice.ts';
import { emptySettings } from '../../src/credentials/settings.ts';
import { type TestWorld, testContext } from '../helpers/context.ts';
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
  const { consumer } = await chooseClient(
    host,
    'oauth1',
    args,
    context.currentSettings(),
    context.storeNamed('keychain'),
    context,
  );
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
  const { consumer } = await chooseClient(host, 'oauth2', args, emptySettings, store, context);
  assert.deepEqual(consumer, { key: 'key', secret: 'secret' });
  assert.deepEqual(opened, ['https://bitbucket.org/a%2Fteam/workspace/settings/api']);
  assert.match(context.printed.stderr, /callback URL: http:\/\/127\.0\.0\.1\/back\n/);
  assert.match(context.printed.stderr, /Account: Read and Repositories: Read/);
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
      const { consumer } = await chooseClient(dataCenter, protocol, args, settings, store, context);
      assert.equal(consumer.key, chosen);
    });
  }
}
