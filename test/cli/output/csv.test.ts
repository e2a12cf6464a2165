import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { main, printed, untold } from './printed.ts';

const csv = { format: 'csv' };

test('csv: a header once, CRLF, null as nothing', async () => {
  const { stdout } = await printed([[main], [untold]], { flags: csv });
  assert.equal(
    stdout,
    'name,hash,date,author\r\n' +
      'main,9f2c1d7e8b3a4c5d6e7f8091a2b3c4d5e6f70819,2026-01-02T03:04:05Z,Jane Doe\r\n' +
      'feature/untold,0a1b2c3d4e5f60718293a4b5c6d7e8f901234567,,\r\n',
  );
});

test('csv: no branches are a header alone', async () => {
  for (const pages of [[], [[]]]) {
    assert.equal((await printed(pages, { flags: csv })).stdout, 'name,hash,date,author\r\n');
  }
});

const cells: readonly (readonly [value: string, plain: string, safe: string])[] = [
  ['a,b', '"a,b"', '"a,b"'],
  ['say "hi"', '"say ""hi"""', '"say ""hi"""'],
  ['a\r\nb', '"a\r\nb"', '"a\r\nb"'],
  ['a\nb', '"a\nb"', '"a\nb"'],
  [' a ', ' a ', ' a '],
  ['', '', ''],
  ['=1+1', '=1+1', "'=1+1"],
  ['+1', '+1', "'+1"],
  ['-1', '-1', "'-1"],
  ['@SUM(A1)', '@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', '\t=1', "'\t=1"],
  ['\r=1', '"\r=1"', '"\'\r=1"'],
  ['=HYPERLINK("x","y")', '"=HYPERLINK(""x"",""y"")"', '"\'=HYPERLINK(""x"",""y"")"'],
  ['a=1', 'a=1', 'a=1'],
  ["'a", "'a", "'a"],
];

for (const [value, plain, safe] of cells) {
  test(`csv: ${JSON.stringify(value)} is ${JSON.stringify(plain)}, and safe as ${JSON.stringify(safe)}`, async () => {
    const rows = [{ ...main, author: value }];
    const flags = { ...csv, json: 'author' };
    assert.equal((await printed([rows], { flags })).stdout, `author\r\n${plain}\r\n`);
    const safely = await printed([rows], { flags: { ...flags, csvSafe: true } });
    assert.equal(safely.stdout, `author\r\n${safe}\r\n`);
  });
}

test('csv: what was written can be read back, whatever it is', async () => {
  const text = fc.string({
    unit: fc.oneof(fc.string({ unit: 'binary', maxLength: 1 }), fc.constantFrom(...'",\r\n=')),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(text, text), { maxLength: 5 }), async (pairs) => {
      const rows = pairs.map(([name, author]) => ({ ...main, name, author }));
      const { stdout } = await printed([rows], { flags: { ...csv, json: 'name,author' } });
      assert.deepEqual(recordsIn(stdout), [['name', 'author'], ...pairs]);
    }),
  );
});

/** By the grammar of RFC 4180 section 2, written anew. */
function recordsIn(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  const field = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/gy;
  for (let match = field.exec(text); match !== null; match = field.exec(text)) {
    const [, written = '', end] = match;
    record.push(written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written);
    if (end === ',') continue;
    records.push(record);
    record = [];
    if (field.lastIndex === text.length) return records;
  }
  assert.fail(`not understood: ${JSON.stringify(text)}`);
}

test('csv: nothing in it can steer a terminal', async () => {
  const rows = [{ ...main, author: 'a\u001b[2Jb\n\u202ec' }];
  const { stdout } = await printed([rows], { flags: { ...csv, json: 'author' }, columns: 80 });
  assert.equal(stdout, 'author\r\na\\u001b[2Jb\\n\\u202ec\r\n');
});
