import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { run } from '../../src/cli/run.ts';
import { emptySettings } from '../../src/credentials/settings.ts';
import { type TestWorld, testContext, untilAborted } from '../helpers/context.ts';
import { sandboxWorld } from '../helpers/sandbox-world.ts';
import { shownPages } from '../helpers/shown-pages.ts';
import { decideAt } from '../helpers/user-agent.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, '.github/pictures');
const sources: Readonly<Record<string, string>> = JSON.parse(
  await readFile(join(folder, 'pages.json'), 'utf8'),
);

// Pixels depend on the fonts of a machine, so people look at the pictures, and the test sees to it that they are made anew.
for (const [name, digest] of Object.entries(sources)) {
  test(`the pictures of the page ${name} show it as it is`, async () => {
    const html = shownPages[name]?.html ?? '';
    assert.equal(
      createHash('sha256').update(html).digest('hex'),
      digest,
      'the page has changed: run scripts/pictures, and look at what it made',
    );
    for (const scheme of ['light', 'dark']) {
      const picture = await readFile(join(folder, `${name}-${scheme}.png`));
      assert.equal(picture.subarray(1, 4).toString(), 'PNG');
    }
  });
}

test('every picture of the README is there', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const paths = [...readme.matchAll(/(?:src|srcset)="([^"]+)"/g)].map(([, path = '']) => path);
  assert.ok(paths.length >= 3);
  for (const path of paths) assert.ok((await readFile(join(root, path))).length > 0, path);
});

/** The text of an SVG picture of a terminal, without what differs from one run and one day to the next, and without blanks. */
function textOf(svg: string): string {
  const lines = new Map<string, string>();
  for (const [, y = '', text = ''] of svg.matchAll(/<text x="[^"]*" y="([^"]*)"[^>]*>([^<]*)</g)) {
    lines.set(y, (lines.get(y) ?? '') + text);
  }
  const text = [...lines.values()].join('\n').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
  return lasting(text);
}

function lasting(text: string): string {
  return text
    .replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')
    .replaceAll(/(?<=Secret of consumer )\w+/g, 'KEY')
    .replaceAll(/oauth_token=\w+/g, 'oauth_token=TOKEN')
    .replaceAll(/\d+ (hour|day|week|month|year)s? ago/g, 'AGE')
    .replaceAll(/\s+/g, '');
}

/** The two commands of the picture, and all that they print and ask. */
async function firstSignIn(t: TestContext): Promise<readonly string[]> {
  const { sandbox, world } = await sandboxWorld(t);
  const { key, secret } = sandbox.consumer;
  const pages: unknown[] = [];
  const login: TestWorld = {
    ...world,
    settings: emptySettings,
    records: [],
    answers: [key, secret, untilAborted],
    browser: { open: async (url) => void pages.push(decideAt(url, 'grant')) },
  };
  const first = testContext(login);
  const second = testContext({ ...world, stdoutIsTerminal: true });
  const commands = [
    ['login', '--host', sandbox.url, '--kind', 'cloud'],
    ['branches', 'maria/sample'],
  ];
  assert.equal(await run(commands[0] ?? [], first), 0);
  assert.equal(await run([...(commands[1] ?? []), '--color=never'], second), 0);
  await Promise.all(pages);
  const told = first.printed.stderr.replace(
    /the\s+test keychain/,
    'the system keychain (Secret Service)',
  );
  return [
    ...commands.map((words) => `$ bitbranch ${words.join(' ')}`),
    ...told.split('\n'),
    ...first.questions.map(({ text }) => text),
    ...second.printed.stdout.split('\n'),
  ].map(lasting);
}

test('the picture of the terminal shows what the program prints and asks, and nothing else', async (t) => {
  let rest = textOf(await readFile(join(folder, 'terminal.svg'), 'utf8'));
  for (const text of await firstSignIn(t)) {
    assert.ok(rest.includes(text), `the picture lacks "${text}": run scripts/pictures`);
    rest = rest.replace(text, '');
  }
  // What is left: the key typed, by which its secret was asked for, and the shell's last prompt.
  assert.match(rest, /^\w+\$$/, 'the picture shows more: run scripts/pictures');
});
