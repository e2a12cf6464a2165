import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { QueryableFields } from '../../../src/sandbox/cloud/fields.ts';
import { parseFilter } from '../../../src/sandbox/cloud/filter.ts';

const fields: QueryableFields = {
  name: 'string',
  size: 'number',
  is_private: 'boolean',
  'target.date': 'date',
  'target.author.raw': 'string',
};

const items = [
  {
    name: 'main',
    size: 3,
    is_private: true,
    target: { date: '2026-01-02T00:30:00+01:00', author: { raw: 'María <m@x>' } },
  },
  {
    name: 'feature/Login "x" \\ y',
    size: 10,
    is_private: false,
    target: { date: '2026-01-02T00:00:00+00:00', author: { raw: 'Jürgen <j@x>' } },
  },
  { name: 'release', size: null, target: { date: '2025-06-01T12:00:00+00:00' } },
];

describe('what a query matches', () => {
  const table: [query: string, positions: number[]][] = [
    ['name = "main"', [0]],
    ['name="main"', [0]],
    ['name = "MAIN"', []],
    ['name != "main"', [1, 2]],
    ['name ~ "LOGIN"', [1]],
    ['name !~ "login"', [0, 2]],
    ['name ~ ""', [0, 1, 2]],
    ['name ~ "\\"x\\" \\\\ y"', [1]],
    ['name > "main"', [2]],
    ['name >= "main"', [0, 2]],
    ['name < "main"', [1]],
    ['name <= "main"', [0, 1]],
    ['size > 3', [1]],
    ['size >= 3', [0, 1]],
    ['size = 3.0', [0]],
    ['size < -1', []],
    ['size = null', [2]],
    ['size != null', [0, 1]],
    ['is_private = true', [0]],
    ['is_private = false', [1]],
    ['is_private = null', [2]],
    ['target.date >= 2026-01-02T00:00:00+00:00', [1]],
    ['target.date < "2026-01-02T00:00:00+00:00"', [0, 2]],
    ['target.date = 2026-01-01T23:30:00Z', [0]],
    ['target.date > 2026-01-01', [0, 1]],
    ['target.author.raw ~ "ü"', [1]],
    ['target.author.raw = null', [2]],
    ['target.author.raw !~ "x"', [2]],
    ['name = "main" OR name = "release"', [0, 2]],
    ['name ~ "e" and size = 10', [1]],
    ['name = "main" OR name ~ "e" AND size = 10', [0, 1]],
    ['(name = "main" OR name ~ "e") AND size = 10', [1]],
    [' ( ( name="main" ) ) ', [0]],
    ['name = "a) OR (b"', []],
  ];
  for (const [query, positions] of table) {
    test(query, () => {
      const matches = parseFilter(query, fields);
      assert.deepEqual(
        items.flatMap((item, position) => (matches(item) ? [position] : [])),
        positions,
      );
    });
  }
});

describe('what is no query', () => {
  const table: [query: string, message: RegExp][] = [
    ['', /field name is missing/],
    ['name', /operator is missing after name/],
    ['name =', /value is missing after =/],
    ['name = main', /double quotes/],
    ["name = 'main'", /double quotes/],
    ['name = "main', /neither a word/],
    ['name = "\\n"', /neither a word/],
    ['name == "main"', /value is missing/],
    ['name = "main" name', /more after its end/],
    ['name = "main" AND', /field name is missing/],
    ['(name = "main"', /"\)" is missing/],
    ['name = "main")', /more after its end/],
    ['"name" = "main"', /field name is missing/],
    ['target = "x"', /no field target/],
    ['constructor = "x"', /no field constructor/],
    ['size ~ 3', /text only/],
    ['name ~ null', /text only/],
    ['size = "3"', /3 is no number/],
    ['size = 1e3', /no number/],
    ['is_private = 1', /no boolean/],
    ['is_private > true', /text, numbers and dates only/],
    ['name > null', /text, numbers and dates only/],
    ['target.date = yesterday', /yesterday is no date/],
    [`${'('.repeat(5000)}name = "main"${')'.repeat(5000)}`, /nested too deeply/],
  ];
  for (const [query, message] of table) {
    test(query.slice(0, 40), () => {
      assert.throws(() => parseFilter(query, fields), { status: 400, message });
    });
  }
});
