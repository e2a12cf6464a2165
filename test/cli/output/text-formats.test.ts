import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { main, printed, untold } from './printed.ts';

test('tsv: name, hash, date and author, no header, null as nothing', async () => {
  const { stdout } = await printed([[main], [untold]], { flags: {} });
  assert.equal(
    stdout,
    'main\t9f2c1d7e8b3a4c5d6e7f8091a2b3c4d5e6f70819\t2026-01-02T03:04:05Z\tJane Doe\n' +
      'feature/untold\t0a1b2c3d4e5f60718293a4b5c6d7e8f901234567\t\t\n',
  );
});

test('tsv: picked fields in the order picked', async () => {
  const flags = { format: 'tsv', json: 'default,name,message' };
  const { stdout } = await printed([[main, untold]], { flags });
  assert.equal(stdout, 'true\tmain\tSay "hello"\nfalse\tfeature/untold\t\n');
});

test('tsv: a record stays one line and a field one field', async () => {
  const row = { ...main, author: 'a\tb\nc\rd\\e\u0000f\u001bg\u009bh\u2028\u202ei' };
  const { stdout } = await printed([[row]], { flags: { json: 'author', format: 'tsv' } });
  assert.equal(stdout, 'a\\tb\\nc\\rd\\\\e\\u0000f\\u001bg\\u009bh\u2028\u202ei\n');
});

test('tsv: on a terminal nothing can turn the text around either', async () => {
  const row = { ...main, author: 'a\u202eb\\c\u001b' };
  const flags = { json: 'author', format: 'tsv' };
  assert.equal((await printed([[row]], { flags, columns: 80 })).stdout, 'a\\u202eb\\\\c\\u001b\n');
});

test('tsv: what was escaped can be read back, whatever it is', async () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 1 }),
      fc.constantFrom(...'\\\t\n\r\0tnru0'),
    ),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 5 }),
      async (pairs) => {
        const rows = pairs.map(([name, author]) => ({ ...main, name, author }));
        const { stdout } = await printed([rows], { flags: { json: 'name,author', format: 'tsv' } });
        const lines = stdout.split('\n');
        assert.equal(lines.pop(), '');
        assert.deepEqual(
          lines.map((line) => line.split('\t').map(unescaped)),
          pairs,
        );
      },
    ),
  );
});

function unescaped(field: string): string {
  const letters = new Map([
    ['t', '\t'],
    ['n', '\n'],
    ['r', '\r'],
    ['\\', '\\'],
  ]);
  return field.replace(
    /\\(?:u([0-9a-f]{4})|(.))/gs,
    (_all, code: string | undefined, letter: string) =>
      code === undefined
        ? (letters.get(letter) ?? assert.fail(letter))
        : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

test('names: one a line', async () => {
  const { stdout } = await printed([[main], [untold]], { flags: { format: 'names' } });
  assert.equal(stdout, 'main\nfeature/untold\n');
});

test('names: ended by NUL', async () => {
  const { stdout } = await printed([[main, untold]], { flags: { format: 'names', null: true } });
  assert.equal(stdout, 'main\0feature/untold\0');
});

test('names: one record never becomes two, nor steers a terminal', async () => {
  const row = { ...main, name: 'a\nb\0c\u001b[2Jd\u202e' };
  const lines = await printed([[row]], { flags: { format: 'names' } });
  const shown = await printed([[row]], { flags: { format: 'names' }, columns: 80 });
  const ended = await printed([[row]], { flags: { format: 'names', null: true } });
  assert.equal(lines.stdout, 'a\\nb\\u0000c\\u001b[2Jd\u202e\n');
  assert.equal(shown.stdout, 'a\\nb\\u0000c\\u001b[2Jd\\u202e\n');
  assert.equal(ended.stdout, 'a\\nb\\u0000c\\u001b[2Jd\u202e\0');
});

for (const format of ['tsv', 'names', 'jsonl']) {
  test(`${format}: nothing at all is printed for no branches`, async () => {
    assert.deepEqual(await printed([[]], { flags: { format } }), { stdout: '', stderr: '' });
  });
}
