import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { branchRecords } from '../../../src/cli/output/branch-records.ts';
import { planOutput } from '../../../src/cli/output/format.ts';
import { createRecordWriter } from '../../../src/cli/output/record-writer.ts';
import { testContext } from '../../helpers/context.ts';
import { main, printed, untold } from './printed.ts';

const mainJson =
  '{"repository":"acme/widgets","name":"main","default":true,"hash":"9f2c1d7e8b3a4c5d6e7f8091a2b3c4d5e6f70819","date":"2026-01-02T03:04:05Z","author":"Jane Doe","message":"Say \\"hello\\"","url":"https://bitbucket.org/acme/widgets/branch/main"}';
const untoldJson =
  '{"repository":"acme/widgets","name":"feature/untold","default":false,"hash":"0a1b2c3d4e5f60718293a4b5c6d7e8f901234567","date":null,"author":null,"message":null,"url":null}';

test('json: one array over all pages', async () => {
  const { stdout } = await printed([[main], [], [untold]], { flags: { json: true } });
  assert.equal(stdout, `[\n  ${mainJson},\n  ${untoldJson}\n]\n`);
  assert.deepEqual(JSON.parse(stdout), [main, untold]);
});

test('json: an empty array for no branches', async () => {
  for (const pages of [[], [[]]]) {
    assert.equal((await printed(pages, { flags: { json: true } })).stdout, '[]\n');
  }
});

test('json: the fields picked, in the order picked', async () => {
  const { stdout } = await printed([[untold]], { flags: { json: 'date,default,name' } });
  assert.equal(stdout, '[\n  {"date":null,"default":false,"name":"feature/untold"}\n]\n');
});

test('jsonl: one object a line', async () => {
  const { stdout } = await printed([[main], [untold]], { flags: { format: 'jsonl' } });
  assert.equal(stdout, `${mainJson}\n${untoldJson}\n`);
});

for (const format of ['json', 'jsonl', 'tsv', 'names', 'csv']) {
  test(`${format}: a page is on stdout before the next one is there`, async () => {
    const { terminal, printed: soFar } = testContext();
    const outputs = { ...terminal, useColor: false, nowMs: 0 };
    const plan = planOutput({ format }, branchRecords, {
      isTerminal: false,
      showsLinks: false,
      isGrouped: false,
    });
    const writer = createRecordWriter(plan, branchRecords, outputs);
    await writer.write([main]);
    assert.match(soFar.stdout, /main/);
    await writer.write([untold]);
    assert.match(soFar.stdout, /feature\/untold/);
  });
}

test('json and jsonl: values are intact, and nothing in them can steer a terminal or end a line', async () => {
  const hostile = fc.constantFrom(...'\u001b\u009b\u007f\u202e\u2066\u2028\n"\\');
  const text = fc.string({ unit: fc.oneof(fc.string({ unit: 'binary', maxLength: 1 }), hostile) });
  await fc.assert(
    fc.asyncProperty(text, text, async (name, message) => {
      const rows = [{ ...main, name, message }];
      const array = await printed([rows], { flags: { json: 'name,message' } });
      const lines = await printed([rows], { flags: { json: 'name,message', format: 'jsonl' } });
      assert.deepEqual(JSON.parse(array.stdout), [{ name, message }]);
      assert.deepEqual(JSON.parse(lines.stdout), { name, message });
      assert.match(lines.stdout, /^[^\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]*\n$/u);
    }),
  );
});
