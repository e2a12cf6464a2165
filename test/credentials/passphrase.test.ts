import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passphraseFrom } from '../../src/credentials/passphrase.ts';
import { testContext } from '../helpers/context.ts';

const path = '/config/credentials.encrypted';

test('the variable wins, and nobody is asked', async () => {
  const { terminal } = testContext({ answers: [] });
  const ask = passphraseFrom({ BITBRANCH_PASSPHRASE: ' from the variable ' }, terminal);
  for (const isNew of [true, false]) {
    assert.equal(await ask({ path, isNew }), ' from the variable ');
  }
});

test('asks once, hidden, for a file that exists', async () => {
  const { terminal, questions } = testContext({ answers: ['typed '] });
  assert.equal(await passphraseFrom({}, terminal)({ path, isNew: false }), 'typed ');
  assert.deepEqual(questions, [{ text: `Passphrase for ${path}: `, hidden: true }]);
});

test('asks twice, hidden, for a new file', async () => {
  const { terminal, questions } = testContext({ answers: ['typed', 'typed'] });
  const ask = passphraseFrom({ BITBRANCH_PASSPHRASE: '' }, terminal);
  assert.equal(await ask({ path, isNew: true }), 'typed');
  assert.deepEqual(questions, [
    { text: `New passphrase for ${path}: `, hidden: true },
    { text: 'The same passphrase again: ', hidden: true },
  ]);
});

const mistakes: [what: string, answers: string[], message: string][] = [
  ['two that differ', ['one', 'two'], 'The two passphrases differ.'],
  ['an empty one', [''], 'The passphrase is empty.'],
];
for (const [what, answers, message] of mistakes) {
  test(`${what} is no passphrase`, async () => {
    const { terminal } = testContext({ answers });
    await assert.rejects(passphraseFrom({}, terminal)({ path, isNew: true }), {
      code: 'store_locked',
      message,
    });
  });
}

test('where nobody can be asked, it names the variable', async () => {
  await assert.rejects(passphraseFrom({}, testContext().terminal)({ path, isNew: true }), {
    code: 'store_locked',
    message: `The passphrase for ${path} is needed.`,
    hint: 'Set BITBRANCH_PASSPHRASE, or run the command in a terminal.',
  });
});
