import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseArguments } from '../../src/cli/arguments.ts';
import { commands, isCommandName } from '../../src/cli/commands.ts';
import { allFlags, type FlagName } from '../../src/cli/flags.ts';
import { BitbranchError } from '../../src/errors.ts';

const flagNames = Object.keys(allFlags) as FlagName[];

/** What was understood: the command, its operands, and every value of the flags given (null for none). */
function understood(argv: readonly string[]) {
  const args = parseArguments(argv);
  const given = flagNames.filter((flag) => args.has(flag));
  return {
    words: [args.command, ...args.operands],
    flags: Object.fromEntries(
      given.map((flag) => [flag, args.values(flag).length === 0 ? null : args.values(flag)]),
    ),
  };
}

const lines: readonly (readonly [
  argv: readonly string[],
  words: readonly string[],
  flags: Readonly<Record<string, readonly string[] | null>>,
])[] = [
  [[], ['help'], {}],
  [['--help'], ['help'], { help: null }],
  [['-h'], ['help'], { help: null }],
  [['--version'], ['help'], { version: null }],
  [['help', 'exit-codes'], ['help', 'exit-codes'], {}],
  [['branches', '--help'], ['help', 'branches'], { help: null }],
  [['--help', 'branches', 'a/b', 'c', 'd'], ['help', 'branches'], { help: null }],
  [['branches', 'acme/site'], ['branches', 'acme/site'], {}],
  [['branches', '--limit', '5', 'a/b'], ['branches', 'a/b'], { limit: ['5'] }],
  [['branches', 'a/b', '--limit=5'], ['branches', 'a/b'], { limit: ['5'] }],
  [['--host', 'h', 'branches', 'a/b'], ['branches', 'a/b'], { host: ['h'] }],
  [['branches', '-0', '--format', 'names'], ['branches'], { null: null, format: ['names'] }],
  [['branches', '--json', 'a/b'], ['branches', 'a/b'], { json: null }],
  [['repos', '--json', 'acme'], ['repos', 'acme'], { json: null }],
  [['repos', 'slug', '--json'], ['repos', 'slug'], { json: null }],
  [['branches', '--json=name,hash'], ['branches'], { json: ['name,hash'] }],
  [['branches', '--json='], ['branches'], { json: [''] }],
  [['status', '--color'], ['status'], { color: null }],
  [['status', '--color=never'], ['status'], { color: ['never'] }],
  [['status', '--verbose', '--verbose'], ['status'], { verbose: null }],
  [['status', '--host', 'a', '--host', 'b'], ['status'], { host: ['a', 'b'] }],
  [['branches', '--match=a', '--match', 'b'], ['branches'], { match: ['a', 'b'] }],
  [['sandbox', '--repo', 'a/b=.', '--repo=c/d=e=f'], ['sandbox'], { repo: ['a/b=.', 'c/d=e=f'] }],
  [['login', '--consumer-key=-odd'], ['login'], { 'consumer-key': ['-odd'] }],
  [['login', '--no-browser'], ['login'], { 'no-browser': null }],
  [['branches', '--', '--odd'], ['branches', '--odd'], {}],
  [['--', 'branches', '-h'], ['branches', '-h'], {}],
  [['branches', '-'], ['branches', '-'], {}],
  [['branches', 'a/b', 'c/d', 'e/f'], ['branches', 'a/b', 'c/d', 'e/f'], {}],
  [['branches', '--sort', '-date', 'a/b'], ['branches', 'a/b'], { sort: ['-date'] }],
  [['api', '/2.0/x', '--body', '-', '-i'], ['api', '/2.0/x'], { body: ['-'], include: null }],
];

for (const [argv, words, flags] of lines) {
  test(`bitbranch ${argv.join(' ')} is understood`, () => {
    assert.deepEqual(understood(argv), { words, flags });
  });
}

const mistakes: readonly (readonly [argv: readonly string[], message: RegExp, hint: RegExp])[] = [
  [['repos', 'a\ud800b'], /"a\ufffdb" holds half of a character/, /copy it whole/],
  [['branches', '--workspace=\udc00'], /half of a character/, /copy it whole/],
  [['api', '/2.0/\ud800'], /half of a character/, /copy it whole/],
  [['brnaches'], /no command "brnaches"/, /^Did you mean branches\?$/],
  [['zzzzzzzz'], /no command "zzzzzzzz"/, /bitbranch --help/],
  [['constructor'], /no command "constructor"/, /--help/],
  [['status', '--hots', 'x'], /no flag --hots/, /^Did you mean --host\?$/],
  [['login', '--por', '1'], /no flag --por/, /^See: bitbranch --help$/],
  [['--por', 'login'], /no flag --por/, /^See: bitbranch --help$/],
  [['sandbox', '--por', '1'], /no flag --por/, /^Did you mean --port\?$/],
  [['brnaches', '--por'], /no flag --por/, /^Did you mean --port\?$/],
  [['status', '-x'], /no flag -x/, /--help/],
  [['status', '--__proto__'], /no flag --__proto__/, /--help/],
  [['status', '--host'], /--host needs a value/, /--host HOST/],
  [['status', '--host='], /--host needs a value/, /--host HOST/],
  [['status', '--host', '--json'], /--host needs a value/, /--host=VALUE/],
  [['login', '--no-browser=firefox'], /--no-browser takes no value/, /just --no-browser/],
  [['status', '--limit', '3'], /status has no flag --limit/, /status --help/],
  [['branches', '--workspace=a', '--workspace', 'b'], /--workspace is given more/, /all but one/],
  [['branches', '--older=1d', '--older=1d'], /--older is given more than once/, /all but one/],
  [['login', 's3cret'], /login does not take an operand/, /login --help/],
  [['https://u:s3c@ret@h/a'], /^There is no command "h\/a"\.$/, /--help/],
  [['status', 'https://u:s3cret@h'], /^bitbranch status does not take "h"\.$/, /--help/],
  [['https://u:s3cret@h\ud800'], /^"h\ufffd" holds half/, /copy/],
  [['status', 'me'], /status does not take "me"/, /status --help/],
  [['api', 'a', 'b'], /api does not take "b"/, /api --help/],
  [['branches', '--sort', '--limit', '3'], /--sort needs a value/, /--sort KEY/],
  [['branches', '--author', '-x'], /--author needs a value/, /--author=VALUE/],
  [
    ['branches', '--json', 'name,hash'],
    /"name,hash" do not belong/,
    /^Join them: --json=name,hash$/,
  ],
  [['branches', '--json', 'name'], /"name" do not belong/, /^Join them: --json=name$/],
  [['repos', '--json', 'slug'], /"slug" do not belong/, /^Join them: --json=slug$/],
  [['status', '--json', 'host'], /status does not take "host"/, /status --help/],
];

for (const [argv, message, hint] of mistakes) {
  test(`bitbranch ${argv.join(' ')} is refused with the next step`, () => {
    assert.throws(() => parseArguments(argv), {
      name: 'BitbranchError',
      code: 'usage',
      message,
      hint,
    });
  });
}

test('the value given last counts', () => {
  const args = parseArguments(['branches', '--json=name', '--json', '--json=hash', '--limit=1']);
  assert.equal(args.value('json'), 'hash');
  assert.equal(args.value('limit'), '1');
  assert.equal(args.value('host'), undefined);
});

test('whatever is typed gives either arguments that fit the tables or a usage error', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom(...Object.keys(commands), '--', '-', '-0', '-h', '-0h', '__proto__'),
    fc.constantFrom(...flagNames).map((name) => `--${name}`),
    fc.tuple(fc.constantFrom(...flagNames), fc.string()).map(([name, text]) => `--${name}=${text}`),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
      try {
        const args = parseArguments(argv);
        assert.ok(isCommandName(args.command));
        assert.ok(args.operands.length <= commands[args.command].maxOperands);
      } catch (error) {
        assert.ok(error instanceof BitbranchError, String(error));
        assert.equal(error.code, 'usage');
        assert.ok(error.hint);
      }
    }),
    { numRuns: 1000 },
  );
});
