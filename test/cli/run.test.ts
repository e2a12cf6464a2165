import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../src/cli/run.ts';
import { BitbranchError } from '../../src/errors.ts';
import { version } from '../../src/version.ts';
import { type TestWorld, testContext } from '../helpers/context.ts';
import { cloudUrl, credentialFor, signedIn } from '../helpers/signed-in.ts';

async function runLine(argv: readonly string[], world: TestWorld = {}) {
  const context = testContext(world);
  const exitCode = await run(argv, context);
  return { exitCode, ...context.printed, context };
}

for (const argv of [['--version'], ['branches', '--version'], ['--verbose', '--version']]) {
  test(`bitbranch ${argv.join(' ')} prints the version`, async () => {
    const { exitCode, stdout, stderr } = await runLine(argv);
    assert.deepEqual([exitCode, stdout, stderr], [0, `${version}\n`, '']);
  });
}

for (const argv of [[], ['--help'], ['help'], ['-h']]) {
  test(`bitbranch ${argv.join(' ')} explains itself on stdout and prepares nothing`, async () => {
    const { exitCode, stdout, stderr, context } = await runLine(argv);
    assert.deepEqual([exitCode, stderr, context.prepared], [0, '', []]);
    assert.match(stdout, /^Sign in to Bitbucket/);
  });
}

test('an error is one sentence and the next step on stderr, and its exit code', async () => {
  const { exitCode, stdout, stderr } = await runLine(['brnaches']);
  assert.deepEqual([exitCode, stdout], [2, '']);
  assert.equal(stderr, 'bitbranch: There is no command "brnaches".\nDid you mean branches?\n');
});

for (const argv of [
  ['brnaches', '--json'],
  ['--json=name', 'brnaches'],
  ['--host', '--json'],
]) {
  test(`with ${argv.join(' ')} an error is JSON on stderr`, async () => {
    const { exitCode, stdout, stderr } = await runLine(argv);
    assert.deepEqual([exitCode, stdout], [2, '']);
    const { error, ...rest } = JSON.parse(stderr);
    assert.deepEqual(rest, {});
    assert.deepEqual(Object.keys(error), ['code', 'message', 'hint']);
    assert.equal(error.code, 'usage');
    assert.equal(stderr.trimEnd().split('\n').length, 1);
  });
}

test('after -- nothing is a flag, not even for errors', async () => {
  const { stderr } = await runLine(['status', '--', '--json']);
  assert.match(stderr, /^bitbranch: /);
});

test('an error can not steer the terminal', async () => {
  const hostile = 'a\u001b[2Jb\u202ec';
  const { stderr } = await runLine(['status', hostile]);
  assert.match(stderr, /a\\u001b\[2Jb\\u202ec/);
  const json = await runLine(['status', hostile, '--json']);
  assert.match(json.stderr, /^[ -~\n]*$/);
  assert.ok(JSON.parse(json.stderr).error.message.includes(hostile));
});

test('a failure that nobody foresaw says that it is a bug, and tells more with --verbose', async () => {
  const broken = new TypeError('x is not a function');
  const world = {
    ...signedIn(credentialFor(cloudUrl)),
    credentials: { read: () => Promise.reject(broken) },
  };
  const { exitCode, stderr, context } = await runLine(['status'], world);
  assert.equal(exitCode, 1);
  assert.match(stderr, /Unexpected failure: x is not a function\n.*bug.*--verbose/);
  assert.deepEqual(context.traced, [broken.stack]);
});

for (const [code, exitCode] of [
  ['interrupted', 130],
  ['terminated', 143],
  ['store_locked', 8],
] as const) {
  test(`${code} ends with ${exitCode}`, async () => {
    const world = {
      ...signedIn(credentialFor(cloudUrl)),
      credentials: { read: () => Promise.reject(new BitbranchError(code, 'It ended.')) },
    };
    const result = await runLine(['status'], world);
    assert.deepEqual([result.exitCode, result.stderr], [exitCode, 'bitbranch: It ended.\n']);
  });
}

test('a reader that has gone ends the program quietly', async () => {
  const { exitCode, stderr } = await runLine(['help'], { closed: ['stdout'] });
  assert.deepEqual([exitCode, stderr], [0, '']);
});

test('an error keeps its exit code when nobody reads it', async () => {
  const { exitCode } = await runLine(['brnaches'], { closed: ['stderr'] });
  assert.equal(exitCode, 2);
});

test('the store gets ready before a command that reads it, but not for a token from the environment', async () => {
  const stored = await runLine(['status']);
  assert.ok(stored.context.prepared.includes('credentials'));
  const token = await runLine(['status'], { env: { BITBRANCH_TOKEN: 'x' } });
  assert.equal(token.context.prepared.includes('credentials'), false);
});

for (const argv of [
  ['https://maria:s3cret@h'],
  ['status', 'https://maria:s3cret@h'],
  ['login', 's3cret'],
  ['api', 'https://maria:s3cret@bitbucket.org/2.0/user'],
  ['help', 'https://maria:s3cret@h'],
  ['branches', 'a/b', '--json=https://maria:s3cret@h'],
  ['branches', 'a/b', '--format', 'https://maria:s3cret@h'],
  ['branches', 'a/b', '--host=h', '--kind', 'https://maria:s3cret@h'],
  ['branches', 'a/b', '--host', 'https://maria:s3cret@h:x'],
  ['branches', 'https://maria:s3cret@h:x/a/b'],
]) {
  test(`the error of bitbranch ${argv.join(' ')} shows no password`, async () => {
    const context = testContext();
    assert.equal(await run(argv, context), 2);
    assert.doesNotMatch(context.printed.stderr, /s3cret/);
  });
}
