import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { checkNames } from '../../../src/cli/doctor/finding.ts';
import { rowText } from '../../../src/cli/doctor/report.ts';
import { run } from '../../../src/cli/run.ts';
import type { SettingsStore } from '../../../src/credentials/settings.ts';
import { BitbranchError, type ErrorCode, errorTable } from '../../../src/errors.ts';
import { type TestWorld, testContext } from '../../helpers/context.ts';
import { failingAt, sandboxWorld } from '../../helpers/sandbox-world.ts';
import { credentialFor, otherUrl, signedIn } from '../../helpers/signed-in.ts';

async function doctor(argv: readonly string[], world: TestWorld) {
  const context = testContext({ programs: { git: '/usr/bin/git' }, ...world });
  const exitCode = await run(['doctor', ...argv], context);
  return { exitCode, context, ...context.printed };
}

test('doctor tells each check in order, with the next step below', async (t) => {
  const { world } = await sandboxWorld(t);
  const { exitCode, stdout, stderr, context } = await doctor([], world);
  assert.deepEqual([exitCode, stderr], [0, '']);
  const told = [...stdout.matchAll(/^(ok|warning) +(\w+) +\S.*$/gm)];
  assert.deepEqual(
    told.map(([, , name]) => name),
    checkNames,
  );
  assert.match(stdout, /^warning {2}browser {7}xdg-open.*\n {23}Open the address/m);
  assert.match(stdout, /^ok {7}credential {4}127.* accepts the credential of .*maria/m);
  assert.equal(context.records.size, 1, 'the probe is gone');
});

test('doctor --json tells the same as one array', async (t) => {
  const { world } = await sandboxWorld(t);
  const { exitCode, stdout, stderr } = await doctor(['--json'], world);
  assert.deepEqual([exitCode, stderr], [0, '']);
  const rows: { name: string; result: string; detail: string; hint: string | null }[] =
    JSON.parse(stdout);
  assert.deepEqual(
    rows.map(({ name }) => name),
    checkNames,
  );
  for (const { result, detail, hint } of rows) {
    assert.match(detail, /^[^\n]+\.$/);
    assert.equal(hint === null, result === 'ok');
  }
  const picked = await doctor(['--json=result,name'], world);
  assert.match(picked.stdout, /^\[\n {2}\{"result":"ok","name":"node"\},\n/);
});

test('without --host every host signed in to is checked, and BITBRANCH_TOKEN sent to none of several', async (t) => {
  const { sandbox, world } = await sandboxWorld(t);
  const { settings } = signedIn(credentialFor(otherUrl, 'jo'));
  const both = { version: 1 as const, hosts: { ...world.settings.hosts, ...settings.hosts } };
  const authorised: string[] = [];
  const http = {
    ...world.http,
    send: async (request: Parameters<typeof world.http.send>[0]) => {
      if (request.headers?.['authorization']) authorised.push(request.url);
      if (request.url.startsWith(otherUrl)) throw new BitbranchError('network', 'Not there.');
      return world.http.send(request);
    },
  };
  const all = await doctor([], { ...world, http, settings: both });
  assert.equal(all.exitCode, 6);
  assert.match(all.stdout, /^failure {2}host {10}Not there\./m);
  assert.match(all.stdout, /^ok {7}credential {4}127/m);
  assert.deepEqual([...new Set(authorised.map((url) => new URL(url).origin))], [sandbox.url]);

  authorised.length = 0;
  const env = { BITBRANCH_TOKEN: 'abc' };
  await doctor([], { ...world, http, settings: both, env });
  assert.deepEqual(authorised, []);

  const named = await doctor(['--host', sandbox.url, '--kind=cloud'], {
    ...world,
    http,
    settings: both,
  });
  assert.equal(named.exitCode, 0, named.stdout);
});

test('the first failure in the table of exit codes decides, and warnings do not count', async (t) => {
  const { world } = await sandboxWorld(t);
  const store = (code: ErrorCode) => ({
    write: () => Promise.reject(new BitbranchError(code, 'No.', { hint: 'Do.' })),
  });
  const revoked = failingAt(world.http, (url) => url.includes('/2.0/'), 401);
  const down = failingAt(world.http, () => true, 503);
  const rows: readonly (readonly [TestWorld, argv: readonly string[], ErrorCode, RegExp])[] = [
    [{ credentials: store('store_locked') }, [], 'store_locked', /One check failed: keychain\./],
    [{ http: revoked }, [], 'sign_in_needed', /One check failed: credential\./],
    [{ http: down }, [], 'server', /One check failed: host\./],
    [{}, ['--browser=missing'], 'usage', /One check failed: browser\./],
    [
      { credentials: store('store_unavailable'), http: down },
      ['--browser=missing'],
      'usage',
      /3 checks failed: keychain, browser, host\./,
    ],
    [
      { credentials: store('store_unavailable'), http: down },
      [],
      'server',
      /2 checks failed: keychain, host\./,
    ],
  ];
  for (const [change, argv, code, message] of rows) {
    const text = await doctor(argv, { ...world, ...change });
    assert.equal(text.exitCode, errorTable[code].exitCode, text.stdout);
    assert.match(text.stderr, message);
    assert.match(text.stdout, /^failure /m);
    const json = await doctor([...argv, '--json'], { ...world, ...change });
    assert.equal(JSON.parse(json.stderr).error.code, code);
    assert.ok(JSON.parse(json.stdout).length >= checkNames.length);
  }
});

test('an interruption ends it at once, with valid JSON', async (t) => {
  const { world } = await sandboxWorld(t);
  const controller = new AbortController();
  const { exitCode, stdout } = await doctor(['--json'], {
    ...world,
    interrupted: controller.signal,
    credentials: {
      write: () => {
        controller.abort(new BitbranchError('interrupted', 'Stopped by Ctrl-C.'));
        return new Promise<never>(() => {});
      },
    },
  });
  assert.equal(exitCode, 130);
  assert.ok(Array.isArray(JSON.parse(stdout)));
});

test('an interruption waits for the probe of the settings, whose file would stay', async (t) => {
  const { world } = await sandboxWorld(t);
  const controller = new AbortController();
  let isRemoved = false;
  const settings: SettingsStore = {
    ...testContext(world).settings,
    probe: async (interrupted) => {
      controller.abort(new BitbranchError('interrupted', 'Stopped by Ctrl-C.'));
      assert.ok(interrupted?.aborted);
      await setImmediate();
      isRemoved = true;
    },
  };
  const context = testContext({ ...world, interrupted: controller.signal });
  assert.equal(await run(['doctor'], { ...context, settings }), 130);
  assert.ok(isRemoved);
});

for (const [argv, pattern] of [
  [['--host=http://x'], /Refusing http/],
  [['--json=x'], /There is no field/],
  [['--store=x'], /"x" is no value for --store/],
  [['extra'], /does not take "extra"/],
] as const) {
  test(`doctor ${argv} is refused`, async () => {
    const { exitCode, stderr } = await doctor(argv, {});
    assert.equal(exitCode, 2);
    assert.match(stderr, pattern);
  });
}

const row = {
  name: 'host',
  result: 'failure',
  detail: 'one two three four five six seven',
  hint: 'Do \u001b[2J.',
} as const;

test('a row is broken at the width of a terminal, and cannot steer it', () => {
  assert.equal(
    rowText(row, { isTerminal: true, columns: 53 }, false),
    `failure  host          one two three four five six
                       seven
                       Do \\u001b[2J.
`,
  );
  assert.equal(
    rowText(row, { isTerminal: true, columns: 30 }, false),
    'failure  host\n  one two three four five six\n  seven\n  Do \\u001b[2J.\n',
  );
  const whole = rowText(row, { isTerminal: false, columns: 45 }, false);
  assert.match(whole, /^failure {2}host {10}one two three four five six seven\n/);
});

test('colour only adds to the word', () => {
  for (const [result, code] of [
    ['ok', 32],
    ['warning', 33],
    ['failure', 31],
  ] as const) {
    const text = rowText({ ...row, result }, { isTerminal: false, columns: 80 }, true);
    assert.ok(text.startsWith(`\u001b[${code}m${result.padEnd(7)}\u001b[39m  host`), text);
  }
});

test('doctor is coloured as --color says', async (t) => {
  const { world } = await sandboxWorld(t);
  assert.ok((await doctor(['--color=always'], world)).stdout.startsWith('\u001b[32mok'));
  assert.ok((await doctor([], world)).stdout.startsWith('ok'));
});
