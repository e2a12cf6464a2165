import assert from 'node:assert/strict';
import { test } from 'node:test';
import { say } from '../../../src/cli/output/say.ts';
import { testContext } from '../../helpers/context.ts';

const lines = [
  'git now uses this sign-in for https://git.example.com: it was written down.',
  '',
  '  1. Open https://git.example.com/a/long/address/that/stays/whole and go on.',
  'Then sign in with: bitbranch login --host https://git.example.com',
  '  ssh -N -L 4711:127.0.0.1:4711 THIS-HOST-IS-LONG',
  'a\u001b[2Jb',
];

test('on a terminal lines are broken between words, commands and addresses are not', async () => {
  const context = testContext({ answers: [], columns: 40 });
  await say(lines, context);
  assert.equal(
    context.printed.stderr,
    `git now uses this sign-in for
https://git.example.com: it was written
down.

  1. Open
     https://git.example.com/a/long/address/that/stays/whole
     and go on.
Then sign in with:
  bitbranch login --host https://git.example.com
  ssh -N -L 4711:127.0.0.1:4711 THIS-HOST-IS-LONG
a\\u001b[2Jb
`,
  );
});

test('elsewhere each line is one', async () => {
  const context = testContext();
  await say(lines, context);
  assert.equal(context.printed.stderr, `${lines.join('\n').replace('\u001b', '\\u001b')}\n`);
});
