import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { shellWord } from '../src/shell-word.ts';

test('a plain word stays as it is', () => {
  for (const word of ['maria', 'maria@example.com', 'Team_1', 'https://h:7990/bitbucket']) {
    assert.equal(shellWord(word), word);
  }
});

test('a shell reads any other word as that one word', () => {
  const words = [
    '',
    '~root',
    '(unnamed)',
    "it's",
    '$(id)',
    '`id`',
    'a; id',
    'a\nb',
    '*',
    '#',
    '\\',
  ];
  const random = fc.sample(fc.string({ unit: 'binary' }), 200);
  const all = [...words, ...random].map((word) => word.replaceAll('\0', '').toWellFormed());
  const script = `printf '%s\\0' ${all.map(shellWord).join(' ')}`;
  const read = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' });
  assert.deepEqual(read.split('\0').slice(0, -1), all);
});
