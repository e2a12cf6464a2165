import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  limitedRows,
  type RowPage,
  refinedOrder,
  withoutRepeatedRows,
} from '../../src/bitbucket/row-pages.ts';
import { collectRows } from '../helpers/json-api.ts';

async function* pagesOf<Row>(
  pages: readonly (readonly Row[])[],
  totals: readonly (number | null)[] = [],
) {
  for (const [index, rows] of pages.entries()) {
    const page: RowPage<Row> = {
      rows,
      hasMore: index + 1 < pages.length,
      total: totals[totals.length === 1 ? 0 : index] ?? null,
    };
    yield page;
  }
}

const changes: ReadonlyArray<
  readonly [
    what: string,
    pages: string[][],
    totals: (number | null)[],
    rows: string,
    isSaid: boolean,
  ]
> = [
  ['nothing changes', [['a', 'b'], ['c']], [3], 'abc', false],
  ['nothing is counted', [['a', 'b'], ['c']], [], 'abc', false],
  [
    'a new row pushes one over the border',
    [
      ['a', 'b'],
      ['b', 'c'],
    ],
    [3, 4],
    'abc',
    true,
  ],
  [
    'a row moves within a list that is not counted',
    [
      ['a', 'b'],
      ['b', 'c'],
    ],
    [],
    'abc',
    true,
  ],
  ['the count falls', [['a', 'b'], ['d']], [4, 3], 'abd', true],
  ['the count stands on one page only', [['a'], ['b'], ['c']], [null, 3, null], 'abc', false],
  ['fewer rows come than are counted', [['a', 'b'], ['c']], [5], 'abc', true],
  ['a row comes twice in one page', [['a', 'a'], ['c']], [], 'ac', true],
  [
    'it changes again and again',
    [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'd'],
    ],
    [3, 4, 5],
    'abcd',
    true,
  ],
];

for (const [what, pages, totals, rows, isSaid] of changes) {
  test(`where ${what}, ${rows} is listed and ${isSaid ? 'the change is said once' : 'nothing is said'}`, async () => {
    const warnings: string[] = [];
    const listed = withoutRepeatedRows(pagesOf(pages, totals), {
      nameOf: (name: string) => name,
      what: 'The letters',
      notices: { onWarning: async (sentence) => void warnings.push(sentence) },
    });
    assert.equal((await collectRows(listed)).join(''), rows);
    const said =
      'The letters changed while they were listed, so that some may be missing: run the command again to be sure.';
    assert.deepEqual(warnings, isSaid ? [said] : []);
  });
}

const byText = (one: string, other: string) => (one < other ? -1 : Number(one > other));

test('rows that are equal for the host are ordered across pages, the others streamed', async () => {
  const pages = pagesOf([
    ['a2', 'a1', 'b9'],
    ['b3', 'b1'],
    ['b2', 'c1'],
  ]);
  const pieces: string[] = [];
  for await (const { rows } of refinedOrder(pages, byText, (one, other) => one[0] === other[0])) {
    pieces.push(rows.join());
  }
  assert.deepEqual(pieces, ['a1,a2', '', 'b1,b2,b3,b9,c1']);
});

for (const [limit, rows, isCut] of [
  [1, 'a', true],
  [2, 'ab', true],
  [3, 'abc', false],
  [9, 'abc', false],
  [undefined, 'abc', false],
] as const) {
  test(`a limit of ${limit} gives ${rows}, ${isCut ? 'cut' : 'whole'}`, async () => {
    const pieces: string[] = [];
    let wasCut = false;
    for await (const page of limitedRows(pagesOf([['a', 'b'], ['c']]), limit)) {
      pieces.push(...page.rows);
      wasCut ||= page.isCut;
    }
    assert.deepEqual([pieces.join(''), wasCut], [rows, isCut]);
  });
}
