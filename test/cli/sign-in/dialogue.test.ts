import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostAt } from '../../../src/bitbucket/hosts.ts';
import { loginDialogue } from '../../../src/cli/sign-in/dialogue.ts';
import { BitbranchError } from '../../../src/errors.ts';
import { type TestWorld, testContext } from '../../helpers/context.ts';

const host = hostAt('https://git.example.com', 'datacenter');
const page = 'https://git.example.com/authorize?oauth_token=t';

function dialogue(world: TestWorld = {}, browser: { command?: string } | null = {}) {
  const context = testContext(world);
  return { ...loginDialogue({ browser, host }, context), context };
}

test('the page is named on a line of its own, with or without a browser', async () => {
  for (const [browser, verb] of [
    [{}, 'Opening this page in your browser'],
    [{ command: 'lynx' }, 'Opening this page in your browser'],
    [null, 'Open this page'],
  ] as const) {
    const { authorizeAt, context } = dialogue({}, browser);
    await authorizeAt(page, 'http://127.0.0.1:4711/callback');
    assert.equal(context.printed.stderr, `${verb} to sign in to git.example.com:\n\n  ${page}\n\n`);
  }
});

for (const [redirectUri, port] of [
  ['http://127.0.0.1:4711/callback', '4711'],
  ['http://127.0.0.1/callback', '80'],
] as const) {
  test(`over SSH the tunnel for ${redirectUri} is named`, async () => {
    const { authorizeAt, context } = dialogue({
      env: { SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22' },
    });
    await authorizeAt(page, redirectUri);
    assert.match(
      context.printed.stderr,
      new RegExp(`\\n {2}ssh -N -L ${port}:127\\.0\\.0\\.1:${port} THIS-HOST\\n`),
    );
  });
}

test('a browser that could not be opened leaves the page to the person', async () => {
  const { browserFailed, context } = dialogue();
  const [first, then] = ['No such program.', `Open this page yourself:\n\n  ${page}\n\n`];
  await browserFailed(new BitbranchError('usage', first), page);
  assert.equal(context.printed.stderr, `${first}\n${then}`);
  context.printed.stderr = '';
  await browserFailed(new BitbranchError('usage', first, { hint: 'Give another.' }), page);
  assert.equal(context.printed.stderr, `${first}\nGive another.\n${then}`);
});

test('a browser that fails later does not bury the question', async () => {
  const { askForAddress, browserFailed, context } = dialogue({ answers: ['x'] });
  await askForAddress?.(new AbortController().signal);
  context.printed.stderr = '';
  await browserFailed(new BitbranchError('usage', 'It failed.'), page);
  assert.equal(
    context.printed.stderr,
    `\nIt failed.\nOpen this page yourself:\n\n  ${page}\n\nAddress: `,
  );
});

test('the address is asked for at a terminal only, and seen while it is pasted', async () => {
  assert.equal(dialogue().askForAddress, null);
  const { askForAddress, context } = dialogue({ answers: ['http://127.0.0.1/callback?x=y'] });
  assert.ok(askForAddress !== null);
  assert.equal(await askForAddress(new AbortController().signal), 'http://127.0.0.1/callback?x=y');
  const [question] = context.questions;
  assert.equal(question?.text, 'Address: ');
  assert.match(context.printed.stderr, /paste the address it ends at\.$/m);
  assert.equal(question?.hidden, false);
});

test('a wrong address is said to be one', async () => {
  const { addressRefused, context } = dialogue();
  await addressRefused();
  assert.match(context.printed.stderr, /^That is not the address of this sign-in\./);
});
