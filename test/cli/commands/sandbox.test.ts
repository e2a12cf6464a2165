import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { sandboxOptions } from '../../../src/cli/commands/sandbox.ts';
import { run } from '../../../src/cli/run.ts';
import { BitbranchError } from '../../../src/errors.ts';
import { testContext } from '../../helpers/context.ts';

function options(...argv: readonly string[]) {
  return sandboxOptions(parseArguments(['sandbox', ...argv]), testContext());
}

const nothing = { port: 0, repositories: [], generated: [], applicationLinks: [] };
const understood: readonly (readonly [argv: readonly string[], expected: object])[] = [
  [[], nothing],
  [['--port', '8080'], { ...nothing, port: 8080 }],
  [
    ['--repo', 'acme/site=/a b=c', '--repo=x/y=.', '--generate=acme/huge=50000'],
    {
      ...nothing,
      repositories: [
        { fullName: 'acme/site', path: '/a b=c' },
        { fullName: 'x/y', path: '.' },
      ],
      generated: [{ fullName: 'acme/huge', branches: 50_000 }],
    },
  ],
  [
    ['--application-link=my-key=/a b=c.pem', '--token-lifetime=5', '--latency=20'],
    {
      ...nothing,
      latencyMs: 20,
      applicationLinks: [{ consumerKey: 'my-key', publicKeyFile: '/a b=c.pem' }],
      tokenLifetimeSeconds: 5,
    },
  ],
];

for (const [argv, expected] of understood) {
  test(`sandbox ${argv.join(' ')} is understood`, () =>
    assert.deepEqual(options(...argv), expected));
}

for (const argv of [
  '--port=-1',
  '--port=65536',
  '--repo=site=.',
  '--repo=acme/site',
  '--repo=acme/site=',
  '--generate=acme/huge=many',
  '--generate=acme/huge=-1',
  '--generate=acme/huge=999999999',
  '--application-link=key',
  '--application-link=a b=key.pem',
  '--token-lifetime=0',
  '--latency=-1',
]) {
  test(`sandbox ${argv} is a usage error`, () => {
    assert.throws(() => options(argv), { name: 'BitbranchError', code: 'usage' });
  });
}

/** Runs the sandbox until it has announced itself, does something with it, and then presses Ctrl-C. */
async function runSandbox(
  argv: readonly string[],
  meanwhile: (announced: string) => Promise<void>,
) {
  const controller = new AbortController();
  const context = testContext({ interrupted: controller.signal });
  const announced = new Promise<string>((resolve) => {
    const { write } = context.terminal.stdout;
    Object.assign(context.terminal.stdout, {
      write: async (data: string) => {
        await write(data);
        resolve(data);
      },
    });
  });
  const ended = run(['sandbox', ...argv], context);
  await meanwhile(await announced);
  controller.abort(new BitbranchError('interrupted', 'Stopped by Ctrl-C.'));
  return { exitCode: await ended, ...context.printed };
}

interface Login {
  readonly kind: string;
  readonly protocol: string;
  readonly command: readonly string[];
}

test('sandbox --json prints one line once it listens, and serves until Ctrl-C', async () => {
  let url = '';
  const { exitCode, stdout } = await runSandbox(
    ['--json', '--generate=acme/site=3', '--application-link=my-key=/nonexistent.pem'],
    async (line) => {
      const started = JSON.parse(line);
      assert.deepEqual(Object.keys(started), [
        'url',
        'consumerKey',
        'consumerSecret',
        'token',
        'repositories',
        'login',
        'logins',
      ]);
      assert.deepEqual(started.repositories, ['acme/site']);
      assert.match(started.url, /^http:\/\/127\.0\.0\.1:\d+$/);
      const { url: origin, consumerKey, login } = started;
      url = origin;
      assert.deepEqual(login.slice(0, 2), ['bitbranch', 'login']);
      const args = parseArguments(login.slice(1));
      assert.deepEqual(
        [
          args.value('host'),
          args.value('kind'),
          args.value('protocol'),
          args.value('consumer-key'),
        ],
        [url, 'cloud', 'oauth1', consumerKey],
      );
      const { logins } = started;
      for (const secret of [started.consumerSecret, started.token]) {
        assert.equal(line.split(secret).length, 2, 'a secret is never an argument');
      }
      assert.deepEqual(
        logins.map(({ kind, protocol, command }: Login) => [kind, protocol, command.at(-1)]),
        [
          ['cloud', 'oauth1', consumerKey],
          ['cloud', 'oauth2', consumerKey],
          ['datacenter', 'oauth2', consumerKey],
          ['datacenter', 'oauth1', 'my-key'],
          ['cloud', 'token', 'token'],
          ['datacenter', 'token', 'token'],
        ],
      );
      for (const { kind, protocol, command } of logins) {
        const args = parseArguments(command.slice(1));
        assert.deepEqual([args.value('kind'), args.value('protocol')], [kind, protocol]);
      }
      assert.equal((await fetch(`${url}/2.0/user`)).status, 401);
    },
  );
  assert.equal(exitCode, 130);
  assert.equal(stdout.split('\n').length, 2);
  await assert.rejects(fetch(url), 'nothing listens any longer');
});

test('sandbox tells a person what to type', async (t) => {
  const path = gitRepository(t);
  const { stdout } = await runSandbox([`--repo=acme/site=${path}`], async () => {});
  const url = /listens on (http:\/\/127\.0\.0\.1:\d+)\n/.exec(stdout)?.[1] ?? '';
  assert.match(
    stdout,
    /^ {2}BITBRANCH_CONSUMER_SECRET=\S+ bitbranch login --host \S+ --kind cloud/m,
  );
  assert.match(
    stdout,
    /^ {2}echo \S+ \| bitbranch login --host \S+ --kind cloud --protocol token$/m,
  );
  assert.ok(stdout.includes(`  bitbranch branches --host ${url} acme/site\n`));
});

function gitRepository(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'bitbranch-sandbox-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  const git = (...args: string[]) => execFileSync('git', ['-C', path, ...args], { stdio: 'pipe' });
  git('init', '--initial-branch=main');
  git(
    '-c',
    'user.name=A',
    '-c',
    'user.email=a@example.com',
    'commit',
    '--allow-empty',
    '-m',
    'First',
  );
  return path;
}

test('what can not be served ends with 2', async () => {
  const context = testContext();
  assert.equal(await run(['sandbox', '--repo=acme/site=/nonexistent'], context), 2);
  assert.equal(context.printed.stdout, '');
});
