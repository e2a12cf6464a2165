import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorReport } from '../../src/cli/error-report.ts';
import { BitbranchError } from '../../src/errors.ts';

const hint = 'Sign in with: bitbranch login --host https://git.example.com/bitbucket';
const error = new BitbranchError('sign_in_needed', 'Nobody is signed in to this host.', { hint });

test('on a terminal the sentence is broken at its width, and a command stands whole on a line', async () => {
  assert.equal(
    await errorReport(error, false, { isTerminal: true, columns: 25 }),
    `bitbranch: Nobody is
signed in to this host.
Sign in with:
  bitbranch login --host https://git.example.com/bitbucket
`,
  );
});

test('a sentence that begins like a command is broken like any other', async () => {
  const sentence = 'bitbranch login does not take "x", since git can\'t';
  const broken = await errorReport(
    new BitbranchError('usage', sentence, { hint: 'See: bitbranch login --help' }),
    false,
    { isTerminal: true, columns: 30 },
  );
  assert.equal(
    broken,
    'bitbranch: bitbranch login\ndoes not take "x", since git\ncan\'t\nSee:\n  bitbranch login --help\n',
  );
});

test('a pipe gets one line for the sentence and one for the hint', async () => {
  assert.equal(
    await errorReport(error, false, { isTerminal: false, columns: 25 }),
    `bitbranch: Nobody is signed in to this host.\n${hint}\n`,
  );
});

test('wide characters count twice', async () => {
  const wide = new BitbranchError('usage', '日本語 日本語 日本語');
  assert.equal(
    await errorReport(wide, false, { isTerminal: true, columns: 18 }),
    'bitbranch: 日本語\n日本語 日本語\n',
  );
});

test('JSON is never broken, and nothing in either can steer a terminal', async () => {
  const hostile = new BitbranchError('usage', 'a\u001b[2Jb', { hint: 'c\nd' });
  const terminal = { isTerminal: true, columns: 10 };
  assert.equal(
    await errorReport(hostile, true, terminal),
    '{"error":{"code":"usage","message":"a\\u001b[2Jb","hint":"c\\nd"}}\n',
  );
  assert.equal(await errorReport(hostile, false, terminal), 'bitbranch:\na\\u001b[2Jb\nc\\nd\n');
});
