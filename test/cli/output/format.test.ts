import assert from 'node:assert/strict';
import { test } from 'node:test';
import { branchRecords } from '../../../src/cli/output/branch-records.ts';
import { parseFields } from '../../../src/cli/output/fields.ts';
import { type OutputFlags, planOutput } from '../../../src/cli/output/format.ts';

const standard = ['name', 'hash', 'date', 'author'];
const all = ['repository', 'name', 'default', 'hash', 'date', 'author', 'message', 'url'];

const plans: ReadonlyArray<readonly [OutputFlags, boolean, string, readonly string[]]> = [
  [{}, true, 'table', standard],
  [{}, false, 'tsv', standard],
  [{ format: 'tsv' }, true, 'tsv', standard],
  [{ format: 'table' }, false, 'table', standard],
  [{ format: 'names' }, true, 'names', ['name']],
  [{ format: 'names', null: true }, false, 'names', ['name']],
  [{ format: 'json' }, false, 'json', all],
  [{ format: 'jsonl' }, false, 'jsonl', all],
  [{ json: true }, true, 'json', all],
  [{ json: true }, false, 'json', all],
  [{ json: 'hash,name' }, true, 'json', ['hash', 'name']],
  [{ json: true, format: 'jsonl' }, true, 'jsonl', all],
  [{ json: 'date', format: 'jsonl' }, false, 'jsonl', ['date']],
  [{ json: 'url,name', format: 'tsv' }, false, 'tsv', ['url', 'name']],
  [{ json: 'name,message', format: 'table' }, false, 'table', ['name', 'message']],
  [{ format: 'csv' }, true, 'csv', standard],
  [{ format: 'csv', csvSafe: true, json: 'date' }, false, 'csv', ['date']],
];

for (const [flags, isTerminal, format, fields] of plans) {
  const where = isTerminal ? 'a terminal' : 'a pipe';
  test(`${JSON.stringify(flags)} on ${where} prints ${format} of ${fields}`, () => {
    const plan = planOutput(flags, branchRecords, {
      isTerminal,
      showsLinks: false,
      isGrouped: false,
    });
    assert.equal(plan.format, format);
    assert.deepEqual(plan.fields, fields);
    assert.equal(plan.endWithNul, flags.null === true);
    const extra = format === 'table' ? ['default'] : [];
    assert.deepEqual(plan.neededFields, [...fields, ...extra]);
  });
}

const refused: ReadonlyArray<readonly [OutputFlags, RegExp, RegExp]> = [
  [
    { format: 'yaml' },
    /no format "yaml"/,
    /^The formats are table, tsv, names, json, jsonl, csv\.$/,
  ],
  [{ format: 'jsnl' }, /no format "jsnl"/, /^Did you mean jsonl\? The formats are /],
  [{ format: '' }, /no format ""/, /The formats are/],
  [{ format: 'toString' }, /no format/, /The formats are/],
  [{ null: true }, /the format is tsv/, /--format names/],
  [{ null: true, format: 'jsonl' }, /the format is jsonl/, /--format names/],
  [{ csvSafe: true }, /the format is tsv/, /--format csv/],
  [{ json: true, format: 'tsv' }, /--json and --format tsv contradict/, /picks the fields/],
  [{ json: true, format: 'names' }, /contradict/, /^Leave one of them out\.$/],
  [{ json: 'hash', format: 'names' }, /prints names only/, /--format tsv/],
  [{ json: 'nam' }, /no field "nam"/, /^Did you mean name\? The fields are repository, name, /],
  [{ json: 'xyzzy' }, /no field "xyzzy"/, /^The fields are repository, name, /],
  [{ json: '' }, /field name is missing/, /The fields are/],
  [{ json: 'name,' }, /field name is missing/, /The fields are/],
];

const inPipe = { isTerminal: false, showsLinks: false, isGrouped: false };

for (const [flags, message, hint] of refused) {
  test(`${JSON.stringify(flags)} is a usage error`, () => {
    assert.throws(() => planOutput(flags, branchRecords, inPipe), { code: 'usage', message, hint });
  });
}

test('several groups are told apart in table, tsv and csv; the formats of names and of all fields stay', () => {
  const fieldsOf = (flags: OutputFlags, isTerminal = false) =>
    planOutput(flags, branchRecords, { isTerminal, showsLinks: false, isGrouped: true }).fields;
  for (const fields of [fieldsOf({}), fieldsOf({}, true), fieldsOf({ format: 'csv' })]) {
    assert.deepEqual(fields, ['repository', ...standard]);
  }
  assert.deepEqual(fieldsOf({ format: 'names' }), ['name']);
  assert.deepEqual(fieldsOf({ json: true }), all);
  assert.deepEqual(fieldsOf({ json: 'hash', format: 'tsv' }), ['hash']);
});

test('a table with links needs addresses as well, and nothing else does', () => {
  const destination = { isTerminal: true, showsLinks: true, isGrouped: false };
  const table = planOutput({}, branchRecords, destination);
  assert.deepEqual([table.hasLinks, table.neededFields], [true, [...standard, 'default', 'url']]);
  const tsv = planOutput({ format: 'tsv' }, branchRecords, destination);
  assert.deepEqual([tsv.hasLinks, tsv.neededFields], [false, standard]);
});

test('a list of fields may hold spaces, and a field counts once', () => {
  assert.deepEqual(parseFields(' hash , name,hash', branchRecords.fields), ['hash', 'name']);
});
