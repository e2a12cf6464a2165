import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import { main, printed, untold } from './printed.ts';

const long = {
  ...main,
  name: 'feature/PROJ-1234-a-rather-long-name-for-a-branch',
  default: false,
  author: 'Maximiliane Mustermann-Beispiel',
};
const wide = [
  { ...main, name: '機能/ログイン', default: false, author: '山田 太郎' },
  { ...main, name: 'feature/👩‍👩‍👧‍👦-família-🇩🇪', default: false, author: 'José Ángel' },
  { ...main, name: 'e\u0301te\u0301', default: false, author: '김철수 (개발자) 김철수 (개발자)' },
  {
    ...main,
    name: '長い名前のブランチ長い名前のブランチ長い名前のブランチ長い名前のブランチ',
    default: false,
  },
];

const golden: ReadonlyArray<readonly [number | undefined, string]> = [
  [
    undefined,
    `  name                                               hash          date        author
* main                                               9f2c1d7e8b3a  2026-01-02  Jane Doe
  feature/untold                                     0a1b2c3d4e5f
  feature/PROJ-1234-a-rather-long-name-for-a-branch  9f2c1d7e8b3a  2026-01-02  Maximiliane Mustermann-Beispiel
`,
  ],
  [
    100,
    `  name                                               hash          date           author
* main                                               9f2c1d7e8b3a  10 months ago  Jane Doe
  feature/untold                                     0a1b2c3d4e5f
  feature/PROJ-1234-a-rather-long-name-for-a-branch  9f2c1d7e8b3a  10 months ago  Maximiliane Muste…
`,
  ],
  [
    80,
    `  name                                          hash     date           author
* main                                          9f2c1d…  10 months ago  Jane Doe
  feature/untold                                0a1b2c…
  feature/PROJ-1234-a-rather-long-name-for-a-…  9f2c1d…  10 months ago  Maximil…
`,
  ],
  [
    40,
    `  name      hash     date           aut…
* main      9f2c1d…  10 months ago  Jan…
  feature…  0a1b2c…
  feature…  9f2c1d…  10 months ago  Max…
`,
  ],
];

for (const [columns, table] of golden) {
  test(`a table for ${columns ?? 'a file'}${columns ? ' columns' : ''}`, async () => {
    const printing = { flags: { format: 'table' }, ...(columns === undefined ? {} : { columns }) };
    const { stdout, stderr } = await printed([[main, untold], [long]], printing);
    assert.equal(stdout, table);
    assert.equal(stderr, '');
  });
}

for (const columns of [40, 80, 200]) {
  test(`wide characters and emoji stay in their columns at ${columns}`, async () => {
    const { stdout } = await printed([[main, untold, long, ...wide]], { flags: {}, columns });
    const lines = stdout.trimEnd().split('\n');
    assert.equal(lines.length, 1 + 3 + wide.length);
    const dateColumn = dateColumns(lines);
    assert.equal(new Set(dateColumn).size, 1, `the dates begin in columns ${dateColumn}`);
    for (const line of lines) assert.ok(stringWidth(line) <= columns, line);
  });
}

/** The columns in which the dates (and their header) begin, as a terminal counts them. */
function dateColumns(lines: readonly string[]): number[] {
  return lines.flatMap((line) => {
    const start = line.search(/ {2}(?:date|10 months)/);
    return start === -1 ? [] : [stringWidth(line.slice(0, start))];
  });
}

test('a text is cut between characters, and the name keeps the most', async () => {
  const rows = [{ ...main, name: '機能機能機能機能', author: '👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦' }];
  const { stdout } = await printed([rows], {
    flags: { format: 'table', json: 'name,author' },
    columns: 18,
  });
  assert.equal(stdout, '  name        aut…\n* 機能機能…   👩‍👩‍👧‍👦… \n'.replace(' \n', '\n'));
});

test('a terminal narrower than any table still gets every line and column', async () => {
  const { stdout } = await printed([[main, untold]], { flags: {}, columns: 10 });
  assert.deepEqual(
    stdout.split('\n').map((line) => line.trim().split(/ {2,}/)[0]),
    ['…', '* …', '…', ''],
  );
});

test('nothing in a table can steer the terminal', async () => {
  const row = { ...main, name: 'a\u001b[31mb', author: 'c\u009b2Jd\n\u202ee' };
  for (const printing of [{ flags: {}, columns: 200 }, { flags: { format: 'table' } }]) {
    const { stdout } = await printed([[row]], printing);
    assert.match(stdout, /a\\u001b\[31mb .* c\\u009b2Jd\\n\\u202ee\n$/);
    assert.match(stdout, /^(?:[^\p{Cc}\p{Bidi_Control}]+\n){2}$/u);
  }
});

test('colour is used only where it is asked for, and only for the header and the default branch', async () => {
  const flags = { json: 'name', format: 'table' };
  const plain = await printed([[main, untold]], { flags, columns: 80 });
  const colored = await printed([[main, untold]], { flags, columns: 80, useColor: true });
  assert.equal(plain.stdout, '  name\n* main\n  feature/untold\n');
  assert.equal(
    colored.stdout,
    '\u001b[1m  name\u001b[22m\n\u001b[1m* main\u001b[22m\n  feature/untold\n',
  );
});

test('a name is a link where links can be clicked, its padding is not', async () => {
  const rows = [main, { ...untold, url: 'javascript:0' }, { ...untold, url: 'https://x/\u001b\\' }];
  const flags = { json: 'name,hash' };
  const printing = { flags: { ...flags, format: 'table' }, columns: 80, showsLinks: true };
  const { stdout } = await printed([rows], printing);
  assert.equal(
    stdout,
    `  name            hash
* \u001b]8;;${main.url}\u001b\\main\u001b]8;;\u001b\\            9f2c1d7e8b3a
  feature/untold  0a1b2c3d4e5f
  feature/untold  0a1b2c3d4e5f
`,
  );
});

test('other columns can be picked', async () => {
  const flags = { json: 'default,repository,name', format: 'table' };
  const { stdout } = await printed([[main, untold]], { flags });
  assert.equal(
    stdout,
    '  default  repository    name\n* yes      acme/widgets  main\n  no       acme/widgets  feature/untold\n',
  );
});

test('no branches are told to the person, and stdout stays empty', async () => {
  for (const pages of [[], [[]]]) {
    assert.deepEqual(await printed(pages, { flags: {}, columns: 80 }), {
      stdout: '',
      stderr: 'There are no such branches.\n',
    });
  }
});

test('a long table is complete and in order, in few writes', async () => {
  const rows = Array.from({ length: 2_500 }, (_, index) => ({
    ...untold,
    name: `branch-${index}`,
  }));
  const { stdout } = await printed([rows.slice(0, 1_200), rows.slice(1_200)], {
    flags: { json: 'name', format: 'table' },
  });
  const names = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
  assert.deepEqual(names, ['name', ...rows.map(({ name }) => name)]);
});
