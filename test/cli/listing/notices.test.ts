import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listingNotices, waitNote } from '../../../src/cli/listing/notices.ts';
import { listProgress } from '../../../src/cli/listing/progress.ts';
import { BitbranchError } from '../../../src/errors.ts';
import { type TestWorld, testContext } from '../../helpers/context.ts';

function setUp(world: TestWorld) {
  const context = testContext(world);
  const progress = listProgress(['branch', 'branches'], 'tsv', context);
  return { context, progress, printed: context.printed };
}

const busy = new BitbranchError('server', 'The host is busy\u001b[2J.');

test('a wait of a second or more is noted on a terminal', async () => {
  const { context, progress, printed } = setUp({ answers: [] });
  const note = waitNote(progress, context);
  await note(busy, 999);
  assert.equal(printed.stderr, '');
  await note(busy, 4_200);
  assert.equal(printed.stderr, 'The host is busy\\u001b[2J. Trying again in 5 s.\n');
});

test('a wait is not noted in a log', async () => {
  const { context, progress, printed } = setUp({});
  await waitNote(progress, context)(busy, 60_000);
  assert.equal(printed.stderr, '');
});

test('what everybody should know is said everywhere', async () => {
  const { progress, printed } = setUp({});
  const { onBulk, onWarning } = listingNotices(progress, 'branch');
  await onBulk?.(19);
  await onBulk?.(12_345);
  await onWarning?.('The list changed\u202e.');
  assert.match(
    printed.stderr,
    /^This takes 12,345 requests, one for each branch\.\nThe list changed\\u202e\.\n$/,
  );
});
