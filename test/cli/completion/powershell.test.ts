// Debian has no PowerShell: what these tests hold is the text of the script, not what PowerShell makes of it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { powershellScript } from '../../../src/cli/completion/powershell.ts';
import { completionScript } from '../../../src/cli/completion/scripts.ts';
import type { FlagWord, Vocabulary } from '../../../src/cli/completion/vocabulary.ts';

const flag: FlagWord = {
  long: '--host',
  short: null,
  summary: 'the host’s name',
  values: { kind: 'candidates', of: 'hosts' },
  valueIsOptional: false,
  repeatable: false,
};

const smallVocabulary: Vocabulary = {
  globalFlags: [
    flag,
    {
      ...flag,
      long: '--json',
      summary: "print 'JSON'",
      values: { kind: 'fields' },
      valueIsOptional: true,
    },
  ],
  commands: [
    {
      name: 'branches',
      summary: 'list',
      flags: [{ ...flag, long: '--format', values: { kind: 'words', words: ['tsv', 'json'] } }],
      operands: { kind: 'candidates', of: 'repositories' },
      maxOperands: Number.POSITIVE_INFINITY,
      fields: ['name', 'hash'],
    },
    {
      name: 'logout',
      summary: 'forget',
      flags: [{ ...flag, long: '--all', values: null }],
      operands: null,
      maxOperands: 0,
      fields: [],
    },
  ],
};

test('PowerShell script, never run: its text for two commands is the one that was reviewed', async () => {
  const reviewed = await readFile(join(import.meta.dirname, 'reviewed.ps1'), 'utf8');
  assert.equal(powershellScript(smallVocabulary), reviewed);
});

test('PowerShell script, never run: its quotes are closed and its brackets are in pairs', () => {
  const code = completionScript.powershell().replace(/^#.*$/m, '');
  const withoutText = code.replace(/'(?:[^'‘’‚‛]|['‘’‚‛]{2})*'/g, '').replace(/"[^"\n]*"/g, '');
  assert.doesNotMatch(withoutText, /['"‘’‚‛“”„`]/);
  const open: string[] = [];
  const partners: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
  for (const bracket of withoutText.match(/[()[\]{}]/g) ?? []) {
    if (bracket in partners) assert.equal(open.pop(), partners[bracket]);
    else open.push(bracket);
  }
  assert.deepEqual(open, []);
});

test('PowerShell script, never run: every variable that is read was set', () => {
  const code = completionScript.powershell().replace(/'[^'\n]*'/g, '');
  const names = (pattern: RegExp) => new Set([...code.matchAll(pattern)].map(([, name]) => name));
  const set = names(/\$(\w+)(?= \+?= |\+\+| in |, \$|\n\s*\))/g);
  for (const known of ['Matches', 'null', 'cursorPosition']) set.add(known);
  assert.deepEqual(
    [...names(/\$(\w+)/g)].filter((name) => !set.has(name)),
    [],
  );
});
