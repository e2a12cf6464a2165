import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PassphraseQuestion, passphraseFrom } from '../../src/credentials/passphrase.ts';
import { testContext } from '../helpers/context.ts';

const path = '/config/credentials.encrypted';
const newFile = { path, isNew: true, opens: async () => true };
const file = { path, isNew: false, opens: async (passphrase: string) => passphrase === 'typed ' };

test('the variable wins, and nobody is asked', async () => {
  const { terminal } = testContext({ answers: [] });
  const ask = passphraseFrom({ BITBRANCH_PASSPHRASE: ' from the variable ' }, terminal);
  for (const question of [newFile, file]) {
    assert.equal(await ask(question), ' from the variable ');
  }
});

test('asks once, hidden, for a file that exists', async () => {
  const { terminal, questions } = testContext({ answers: ['typed '] });
  assert.equal(await passphraseFrom({}, terminal)(file), 'typed ');
  assert.deepEqual(questions, [{ text: `Passphrase for ${path}: `, hidden: true }]);
});

test('asks twice, hidden, for a new file', async () => {
  const { terminal, questions } = testContext({ answers: ['typed', 'typed'] });
  const ask = passphraseFrom({ BITBRANCH_PASSPHRASE: '' }, terminal);
  assert.equal(await ask(newFile), 'typed');
  assert.deepEqual(questions, [
    { text: `New passphrase for ${path}: `, hidden: true },
    { text: 'The same passphrase again: ', hidden: true },
  ]);
});

const mistakes: [what: string, question: PassphraseQuestion, answers: string[], mistake: string][] =
  [
    ['two that differ', newFile, ['one', 'two'], 'The two passphrases differ.'],
    ['an empty one', newFile, [''], 'The passphrase is empty.'],
    ['a wrong one', file, ['wrong'], `The passphrase does not open ${path}.`],
  ];
for (const [what, question, answers, mistake] of mistakes) {
  test(`after ${what} the question comes again, three times in all`, async () => {
    const right = ['typed ', 'typed '];
    const patient = testContext({ answers: [...answers, ...answers, ...right] });
    assert.equal(await passphraseFrom({}, patient.terminal)(question), 'typed ');
    assert.equal(patient.printed.stderr, `${mistake}\n${mistake}\n`);

    const { terminal } = testContext({ answers: [...answers, ...answers, ...answers] });
    await assert.rejects(passphraseFrom({}, terminal)(question), {
      code: 'store_locked',
      message: mistake,
    });
  });
}

test('where nobody can be asked, it names the variable', async () => {
  await assert.rejects(passphraseFrom({}, testContext().terminal)(newFile), {
    code: 'store_locked',
    message: `The passphrase for ${path} is needed.`,
    hint: 'Set BITBRANCH_PASSPHRASE, or run the command in a terminal.',
  });
});
