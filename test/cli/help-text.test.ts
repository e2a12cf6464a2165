import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commands } from '../../src/cli/commands.ts';
import { commandFlags, environmentOnly, type Flag, globalFlags } from '../../src/cli/flags.ts';
import { helpText } from '../../src/cli/help-text.ts';
import { topics } from '../../src/cli/help-topics.ts';
import { errorTable } from '../../src/errors.ts';

function mentions(text: string, ...words: readonly string[]): void {
  for (const word of words) assert.ok(text.includes(word), `"${word}" is missing in:\n${text}`);
}

test('the overview names every command, global flag and topic', () => {
  const overview = helpText(undefined);
  mentions(overview, ...Object.values(commands).map(({ summary }) => summary));
  mentions(overview, ...Object.keys(globalFlags).map((name) => `--${name}`));
  mentions(
    overview,
    ...['environment', 'exit-codes', 'formatting', 'hosts'].map((t) => `help ${t}`),
  );
  assert.equal(helpText('help'), overview);
});

for (const [name, { operands, flags, examples }] of Object.entries(commands)) {
  if (name === 'help') continue;
  test(`the help of ${name} shows its usage, flags and examples`, () => {
    const text = helpText(name);
    mentions(text, `bitbranch ${name}${operands && ` ${operands}`} [FLAGS]`, ...examples);
    mentions(text, ...flags.map((flag) => `--${flag}`));
    for (const flag of Object.keys(commandFlags)) {
      assert.equal(
        new RegExp(`^ .*--${flag}\\b.*  `, 'm').test(text.split('Examples:')[0] ?? ''),
        flags.some((own) => own === flag),
        flag,
      );
    }
  });
}

test('exit codes are told in full', () => {
  const lines = helpText('exit-codes').replace(/ +/g, ' ');
  mentions(lines, '\n 0 done\n');
  for (const [code, { exitCode, meaning }] of Object.entries(errorTable)) {
    mentions(lines, `\n ${exitCode} ${meaning} (${code})\n`);
  }
});

test('environment variables are told in full', () => {
  const text = helpText('environment');
  mentions(text, ...Object.keys(environmentOnly));
  for (const { environment = [] } of Object.values<Flag>(globalFlags))
    mentions(text, ...environment);
});

test('the other topics tell of formats, fields and hosts', () => {
  const hosts = helpText('hosts').replace(/\s+/g, ' ');
  mentions(helpText('formatting'), 'table', 'tsv', 'names', 'jsonl', 'message', '--null');
  mentions(hosts, 'bitbucket.org', '--kind cloud', 'http://', 'context path');
  mentions(hosts, 'BITBRANCH_HOST', '--protocol', 'git remote', 'OAuth 1.0a');
});

test('no line of help is wider than a page or ends in spaces', () => {
  for (const subject of [
    undefined,
    ...Object.keys(commands),
    'environment',
    'exit-codes',
    'formatting',
    'hosts',
  ]) {
    for (const line of helpText(subject).split('\n')) {
      assert.ok(line.length <= 150, line);
      assert.equal(line, line.trimEnd());
    }
  }
});

test('an unknown subject is refused with what was probably meant', () => {
  const usage = { code: 'usage', message: /no help on/ };
  assert.throws(() => helpText('exit-code'), { ...usage, hint: 'Did you mean exit-codes?' });
  assert.throws(() => helpText('__proto__'), { ...usage, hint: /--help/ });
});

for (const room of [40, 60, 80, 120, 200]) {
  test(`on a terminal of ${room} columns only a flag, a long word and what is copied are wider`, () => {
    for (const subject of [undefined, ...Object.keys(commands), ...Object.keys(topics)]) {
      const [text = '', examples] = helpText(subject, room).split('Examples:');
      for (const line of text.split('\n')) {
        assert.ok(line.length <= room || /^ *(?:(?:-|bitbranch ).*|\S+)$/.test(line), line);
        assert.equal(line, line.trimEnd());
      }
      assert.equal(examples, helpText(subject).split('Examples:')[1]);
      assert.equal(wordsOf(helpText(subject, room)), wordsOf(helpText(subject)));
    }
  });
}

/** Sorted, since a meaning may stand under or beside its term. */
function wordsOf(text: string): string {
  return text.split(/\s+/).sort().join(' ');
}
