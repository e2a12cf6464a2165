import assert from 'node:assert/strict';
import { test } from 'node:test';
import { helpText } from '../../../src/cli/help-text.ts';
import { run } from '../../../src/cli/run.ts';
import { testContext } from '../../helpers/context.ts';

const lines: readonly (readonly [argv: readonly string[], subject: string | undefined])[] = [
  [['help'], undefined],
  [['help', 'branches'], 'branches'],
  [['branches', '--help'], 'branches'],
  [['help', 'exit-codes'], 'exit-codes'],
];

for (const [argv, subject] of lines) {
  test(`bitbranch ${argv.join(' ')} prints the help on ${subject ?? 'everything'}`, async () => {
    const context = testContext();
    assert.equal(await run(argv, context), 0);
    assert.deepEqual(context.printed, { stdout: helpText(subject), stderr: '' });
  });
}

test('help on what there is not is a usage error', async () => {
  const context = testContext();
  assert.equal(await run(['help', 'nonsense'], context), 2);
  assert.equal(context.printed.stdout, '');
  assert.match(context.printed.stderr, /no help on "nonsense"/);
});
