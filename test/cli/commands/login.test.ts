import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { chooseProtocol, loginRequest, loginTarget } from '../../../src/cli/commands/login.ts';
import { run } from '../../../src/cli/run.ts';
import type { Context } from '../../../src/context.ts';
import { emptySettings } from '../../../src/credentials/settings.ts';
import { BitbranchError } from '../../../src/errors.ts';
import type { SandboxOptions } from '../../../src/sandbox/sandbox.ts';
import {
  fixedClock,
  type TestWorld,
  testContext,
  testNowMs,
  untilAborted,
} from '../../helpers/context.ts';
import { freePort } from '../../helpers/free-port.ts';
import { sandboxWorld } from '../../helpers/sandbox-world.ts';
import { cloudUrl, credentialFor, signedIn } from '../../helpers/signed-in.ts';
import { callbackAddress, decideAt } from '../../helpers/user-agent.ts';

const consumerEnv = { BITBRANCH_CONSUMER_KEY: 'k', BITBRANCH_CONSUMER_SECRET: 's' };

async function requestOf(argv: readonly string[], context: Context) {
  const args = parseArguments(['login', '--protocol=oauth1', ...argv]);
  const target = await loginTarget(args, context);
  return loginRequest(target, chooseProtocol(target, args, context), args, context);
}

async function request(argv: readonly string[], env: TestWorld['env'] = {}) {
  const context = testContext({ env: { ...consumerEnv, ...env } });
  const { host, client, browser, callbackPort, callbackPath, timeoutMs } = await requestOf(
    argv,
    context,
  );
  return {
    host: `${host.kind} ${host.url}`,
    client,
    browser,
    callbackPort,
    callbackPath,
    timeoutMs,
  };
}

const plain = {
  host: `cloud ${cloudUrl}`,
  client: { protocol: 'oauth1', consumer: { key: 'k', secret: 's' } },
  browser: {},
  callbackPort: 0,
  callbackPath: '/callback',
  timeoutMs: 300_000,
};

const understood: readonly (readonly [
  argv: readonly string[],
  expected: object,
  env?: TestWorld['env'],
])[] = [
  [[], plain],
  [['--host', 'git.example.com'], { ...plain, host: 'datacenter https://git.example.com' }],
  [
    ['--host', 'http://127.0.0.1:8080', '--kind', 'cloud'],
    { ...plain, host: 'cloud http://127.0.0.1:8080' },
  ],
  [['--callback-port', '4711'], { ...plain, callbackPort: 4711 }],
  [[], { ...plain, callbackPort: 4712 }, { BITBRANCH_CALLBACK_PORT: '4712' }],
  [['--callback-path', '/x'], { ...plain, callbackPath: '/x' }],
  [['--timeout', '90s'], { ...plain, timeoutMs: 90_000 }],
  [['--browser', 'lynx -x'], { ...plain, browser: { command: 'lynx -x' } }],
  [[], { ...plain, browser: { command: 'w3m' } }, { BROWSER: 'w3m' }],
  [[], { ...plain, browser: { command: 'a' } }, { BROWSER: 'w3m', BITBRANCH_BROWSER: 'a' }],
  [['--no-browser', '--browser=lynx'], { ...plain, browser: null }],
  [
    ['--consumer-key=z'],
    { ...plain, client: { ...plain.client, consumer: { key: 'z', secret: 's' } } },
  ],
];

for (const [argv, expected, env] of understood) {
  test(`login ${argv.join(' ')} with ${JSON.stringify(env ?? {})} is understood`, async () => {
    assert.deepEqual(await request(argv, env), expected);
  });
}

for (const argv of [
  ['--host', 'http://bitbucket.org'],
  ['--kind=server', '--host=h'],
  ['--protocol=saml'],
  ['--callback-port=70000'],
  ['--callback-path=callback', '--host=http://127.0.0.1:1'],
  ['--callback-path=/a/../b', '--request'],
  ['--setup-git', '--protocol=oauth1'],
  ['--timeout=5'],
  ['--max-wait=5'],
  ['--json=token'],
]) {
  test(`login ${argv.join(' ')} is a usage error, whatever the store does, and nothing is sent`, async () => {
    const write = () => Promise.reject(new BitbranchError('store_unavailable', 'No keychain.'));
    const context = testContext({ env: consumerEnv, credentials: { write } });
    assert.equal(await run(['login', ...argv], context), 2);
    assert.equal(context.printed.stdout, '');
    assert.equal(context.records.size, 0);
  });
}

test('without a consumer and a terminal login prompts for nothing and tells the next step', async () => {
  const context = testContext();
  assert.equal(await run(['login', '--protocol=oauth1'], context), 2);
  assert.match(context.printed.stderr, /BITBRANCH_CONSUMER_KEY and BITBRANCH_CONSUMER_SECRET/);
});

const wrongHostTraps: readonly (readonly [argv: string[], world: TestWorld, command: string])[] = [
  [['--protocol=token'], { stdin: '' }, '--protocol token < token-file'],
  [['--consumer-secret-stdin'], { stdin: '' }, '--consumer-secret-stdin < secret-file'],
  [['--complete'], {}, '--request'],
  [
    ['--protocol=oauth2', '--timeout=0s', '--no-browser', '--callback-path=/x'],
    { env: consumerEnv, clock: { ...fixedClock(testNowMs), sleep: async () => {} } },
    '--protocol oauth2 --no-browser --callback-path /x',
  ],
  [[], { answers: ['', '', ''] }, ''],
  [[], {}, '--protocol oauth1'],
  [['--protocol=oauth2'], {}, '--protocol oauth2'],
];

for (const [argv, world, command] of wrongHostTraps) {
  test(`the hint after login ${argv.join(' ')} goes to the same host`, async () => {
    const context = testContext(world);
    const host = ['--host=http://127.0.0.1:9', '--kind=cloud'];
    assert.notEqual(await run(['login', ...host, ...argv], context), 0);
    const whole = `bitbranch login --host http://127.0.0.1:9 --kind cloud ${command}`.trimEnd();
    assert.ok(context.printed.stderr.endsWith(`${whole}\n`), context.printed.stderr);
  });
}

interface Person {
  readonly argv?: readonly string[];
  readonly decision?: 'grant' | 'deny';
  readonly world?: TestWorld;
  readonly sandbox?: SandboxOptions;
}

/** A person who has the consumer of a sandbox in the environment, and decides in the browser that is opened. */
async function login(
  t: TestContext,
  { argv = [], decision = 'grant', world = {}, ...rest }: Person,
) {
  const { sandbox, world: reachable } = await sandboxWorld(t, rest.sandbox);
  const pages: ReturnType<typeof decideAt>[] = [];
  const context = testContext({
    ...reachable,
    settings: emptySettings,
    records: [],
    browser: { open: async (url) => void pages.push(decideAt(url, decision)) },
    ...world,
    env: {
      BITBRANCH_CONSUMER_KEY: sandbox.consumer.key,
      BITBRANCH_CONSUMER_SECRET: sandbox.consumer.secret,
      ...world.env,
    },
  });
  const line = ['login', '--host', sandbox.url, '--kind=cloud', '--protocol=oauth1', ...argv];
  const exitCode = await run(line, context);
  await Promise.all(pages);
  return { exitCode, ...context.printed, context, sandbox };
}

test('login says who signed in where, and keeps credential and consumer', async (t) => {
  const { exitCode, stdout, stderr, context, sandbox } = await login(t, {});
  const name = new URL(sandbox.url).host;
  assert.deepEqual([exitCode, stdout], [0, '']);
  assert.match(
    stderr,
    new RegExp(
      `^Opening this page in your browser to sign in to ${name}:\\n\\n {2}${sandbox.url}/`,
    ),
  );
  assert.ok(
    stderr.endsWith(
      `Signed in to ${name} as María Gómez (maria). The credential is in the test keychain and does not expire.\n`,
    ),
  );
  assert.deepEqual(
    [...context.records.keys()],
    [`credential ${sandbox.url} maria`, `consumer ${sandbox.url} ${sandbox.consumer.key}`],
  );
  const known = context.currentSettings().hosts[sandbox.url];
  assert.deepEqual(
    [known?.kind, known?.consumerKey, known?.lastAccount],
    ['cloud', sandbox.consumer.key, 'maria'],
  );
});

test('no secret is printed or put into the settings', async (t) => {
  const { stdout, stderr, context, sandbox } = await login(t, { argv: ['--json'] });
  const told = `${stdout}${stderr}${JSON.stringify(context.currentSettings())}${context.traced}`;
  const credential = context.records.get(`credential ${sandbox.url} maria`);
  assert.ok(typeof credential === 'object' && credential !== null);
  const secrets = new Map<string, unknown>(Object.entries(credential));
  for (const secret of [
    secrets.get('token'),
    secrets.get('tokenSecret'),
    sandbox.consumer.secret,
  ]) {
    assert.ok(typeof secret === 'string' && secret !== '');
    assert.equal(told.includes(secret), false);
  }
});

test('login --json puts one object on stdout, and everything else on stderr', async (t) => {
  const { stdout, sandbox } = await login(t, { argv: ['--json'] });
  assert.equal(stdout.split('\n').length, 2);
  assert.deepEqual(JSON.parse(stdout), {
    host: sandbox.url,
    kind: 'cloud',
    account: 'maria',
    displayName: 'María Gómez',
    protocol: 'oauth1',
    store: 'keychain',
    expiresAt: null,
  });
});

test('login --json=FIELD,… picks fields', async (t) => {
  const { stdout } = await login(t, { argv: ['--json=store,account'] });
  assert.equal(stdout, '{"store":"keychain","account":"maria"}\n');
});

test('the second login needs nothing typed', async (t) => {
  const { world, sandbox } = await sandboxWorld(t);
  const browser = { open: async (url: string) => void decideAt(url, 'grant') };
  const line = ['login', '--host', sandbox.url];
  const first = testContext({
    ...world,
    settings: emptySettings,
    records: [],
    browser,
    answers: [sandbox.consumer.key, sandbox.consumer.secret, untilAborted],
  });
  assert.equal(await run([...line, '--kind=cloud', '--protocol=oauth1'], first), 0);
  assert.deepEqual(
    first.questions.map(({ hidden }) => hidden),
    [false, true, false],
  );

  const second = testContext({
    ...world,
    settings: first.currentSettings(),
    records: [
      {
        reference: { type: 'consumer', host: sandbox.url, name: sandbox.consumer.key },
        record: sandbox.consumer,
      },
    ],
    browser,
  });
  assert.equal(await run([...line, '--protocol=oauth1'], second), 0);
  assert.deepEqual(second.questions, []);
});

test('a port is remembered where a server compares it, until another one is given', async (t) => {
  const port = await freePort();
  const pinned = `--callback-port=${port}`;
  const compared = ['--kind=datacenter', '--protocol=oauth2'];
  const { context, sandbox } = await login(t, { argv: [...compared, pinned] });
  assert.equal(context.currentSettings().hosts[sandbox.url]?.callbackPort, port);
  for (const [argv, expected] of [
    [[], port],
    [['--callback-port=4711'], 4711],
    [['--callback-port=0'], 0],
  ] as const) {
    const later = testContext({ env: consumerEnv, settings: context.currentSettings() });
    const request = await requestOf(['--host', sandbox.url, ...compared, ...argv], later);
    assert.equal(request.callbackPort, expected);
  }
  const other = await login(t, { argv: [`--callback-port=${await freePort()}`] });
  assert.equal(other.context.currentSettings().hosts[other.sandbox.url]?.callbackPort, undefined);
});

test('a file that does not open is known before a browser is opened', async (t) => {
  const locked = new BitbranchError('store_locked', 'The two passphrases differ.');
  const { exitCode, stderr } = await login(t, {
    argv: ['--store=file'],
    world: {
      credentials: { name: 'file', write: () => Promise.reject(locked) },
      browser: { open: () => assert.fail('a browser was opened') },
    },
  });
  assert.deepEqual([exitCode, stderr], [8, 'bitbranch: The two passphrases differ.\n']);
});

test('denying ends with 4, and nothing is kept', async (t) => {
  const { exitCode, stderr, context, sandbox } = await login(t, {
    argv: ['--account=maria'],
    decision: 'deny',
  });
  assert.equal(exitCode, 4);
  const again = `bitbranch login --host ${sandbox.url} --kind cloud --account maria`;
  assert.ok(
    stderr.endsWith(
      `bitbranch: Access was denied on the consent page.\nNothing was stored. Sign in again with: ${again}\n`,
    ),
    stderr,
  );
  assert.equal(context.records.size, 0);
  assert.deepEqual(context.currentSettings(), emptySettings);
});

test('a consumer that may not tell who signed in signs in all the same', async (t) => {
  const { exitCode, stderr, context, sandbox } = await login(t, {
    sandbox: { permissions: ['repository'] },
  });
  assert.equal(exitCode, 0);
  assert.match(
    stderr,
    /Signed in to \S+ without a name \(the credential may not tell whose it is\)\./,
  );
  assert.ok(context.records.has(`credential ${sandbox.url} (unnamed)`));
});

test('a terminal takes the pasted address while it waits, and --no-browser opens nothing', async (t) => {
  let context: ReturnType<typeof testContext> | undefined;
  const paste = () => {
    const consentUrl = /^ {2}(http\S+)$/m.exec(context?.printed.stderr ?? '')?.[1] ?? '';
    return callbackAddress(consentUrl, 'grant');
  };
  const { sandbox, world } = await sandboxWorld(t);
  context = testContext({
    ...world,
    settings: emptySettings,
    records: [],
    browser: { open: () => assert.fail('a browser was opened') },
    answers: ['nonsense', paste],
    env: {
      BITBRANCH_CONSUMER_KEY: sandbox.consumer.key,
      BITBRANCH_CONSUMER_SECRET: sandbox.consumer.secret,
    },
  });
  const line = [
    'login',
    '--host',
    sandbox.url,
    '--kind=cloud',
    '--protocol=oauth1',
    '--no-browser',
  ];
  assert.equal(await run(line, context), 0);
  assert.match(context.printed.stderr, /^Open this page to sign in/);
  assert.match(context.printed.stderr, /That is not the address of this sign-in/);
});

test('over SSH the tunnel to use is printed', async (t) => {
  const world = { env: { SSH_CONNECTION: '10.0.0.2 50000 10.0.0.1 22' } };
  const { stderr } = await login(t, { world });
  assert.match(stderr, /ssh -N -L (\d+):127\.0\.0\.1:\1 /);
});

test('a token in the environment is used instead of the sign-in, and that is said', async (t) => {
  const { exitCode, stderr } = await login(t, { world: { env: { BITBRANCH_TOKEN: 'abc' } } });
  assert.equal(exitCode, 0);
  assert.match(stderr, /BITBRANCH_TOKEN is set and is used instead of it/);
});

test('signing in again leaves other accounts and hosts as they are', async (t) => {
  const others = signedIn(credentialFor(cloudUrl, 'ada'));
  const { context, sandbox } = await login(t, { world: others });
  const { hosts } = context.currentSettings();
  assert.deepEqual(Object.keys(hosts), [cloudUrl, sandbox.url]);
  assert.ok(context.records.has(`credential ${cloudUrl} ada`));
});
