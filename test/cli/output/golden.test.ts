import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type BranchRow,
  main,
  type Printing,
  printed,
  printedRepositories,
  type RepositoryRow,
} from './printed.ts';

/** What scripts rely on: a change of these files is a new version of the formats. */
const directory = join(import.meta.dirname, 'golden');

const nothing = { hash: null, date: null, author: null, message: null, url: null };
const other: BranchRow = { ...main, default: false };

/** Ordinary branches, and what no host should send but one might. */
const pages: readonly (readonly BranchRow[])[] = [
  [main, { ...other, ...nothing, name: 'feature/untold', default: null }],
  [],
  [
    {
      ...other,
      name: 'feature/größe-日本語-👩‍👩‍👧‍👦-e\u0301',
      author: '佐藤 花子',
      message: 'Größe ändern',
    },
    {
      ...other,
      name: 'tab\there',
      author: 'line\nbreak\r\nand\rreturn',
      message: 'back\\slash \\t',
    },
    { ...other, name: 'quote"s\'and,commas;', author: 'O"Brien, Pat', message: '""' },
    { ...other, name: '', author: '', message: '' },
    { ...other, name: ' spaces ', author: '\u00a0no-break\u00a0', message: ' ' },
    {
      ...other,
      name: 'nul\u0000esc\u001b[31mbell\u0007del\u007f',
      author: 'c1\u009b2J',
      message: 'form\ffeed',
    },
    {
      ...other,
      name: 'bidi\u202eright',
      author: 'isolate\u2066x\u2069',
      message: 'line\u2028and\u2029paragraph',
    },
    { ...other, name: '=1+1', author: '@SUM(A1)', message: '+1' },
    { ...other, name: '-1', author: '\t=tab', message: '\r=return' },
    { ...other, name: 'lone\ud800surrogate', author: 'null', message: 'true' },
  ],
];

const site: RepositoryRow = {
  repository: 'acme/site',
  name: 'The site',
  slug: 'site',
  private: true,
  mainBranch: 'main',
  updated: '2026-01-02T03:04:05Z',
  description: 'Say "hello", twice',
  url: 'https://bitbucket.org/acme/site',
};

const repositoryPages: readonly (readonly RepositoryRow[])[] = [
  [site, { ...site, repository: 'acme/public', slug: 'public', private: false, mainBranch: null }],
  [],
  [
    { ...site, private: null, mainBranch: null, updated: null, description: null, url: null },
    {
      ...site,
      repository: 'größe/日本語',
      name: '=1+1',
      slug: '日本語',
      mainBranch: 'tab\there',
      description: 'line\nbreak\r\nback\\slash \u001b[31m \u202e \ud800',
    },
    { ...site, name: '', mainBranch: '', description: '@SUM(A1)' },
  ],
];

const cases: Readonly<Record<string, Printing>> = {
  table: { flags: { format: 'table' } },
  'table-60-columns': { flags: { format: 'table' }, columns: 60 },
  tsv: { flags: { format: 'tsv' } },
  'tsv-all-fields': {
    flags: { format: 'tsv', json: 'repository,name,default,hash,date,author,message,url' },
  },
  names: { flags: { format: 'names' } },
  'names-null': { flags: { format: 'names', null: true } },
  json: { flags: { format: 'json' } },
  'json-picked': { flags: { json: 'message,name' } },
  jsonl: { flags: { format: 'jsonl' } },
  csv: { flags: { format: 'csv', json: 'name,default,date,author,message' } },
  'csv-safe': { flags: { format: 'csv', json: 'name,default,date,author,message', csvSafe: true } },
};

const everyRepositoryField = 'repository,name,slug,private,mainBranch,updated,description,url';

const repositoryCases: Readonly<Record<string, Printing>> = {
  'repos-tsv': { flags: { format: 'tsv' } },
  'repos-tsv-all-fields': { flags: { format: 'tsv', json: everyRepositoryField } },
  'repos-names': { flags: { format: 'names' } },
  'repos-names-null': { flags: { format: 'names', null: true } },
  'repos-json': { flags: { format: 'json' } },
  'repos-json-picked': { flags: { json: 'updated,slug' } },
  'repos-jsonl': { flags: { format: 'jsonl' } },
  'repos-csv': { flags: { format: 'csv' } },
  'repos-csv-safe': { flags: { format: 'csv', json: everyRepositoryField, csvSafe: true } },
};

const outputs: readonly (readonly [name: string, printed: () => Promise<{ stdout: string }>])[] = [
  ...Object.entries(cases).map(
    ([name, printing]) => [name, () => printed(pages, printing)] as const,
  ),
  ...Object.entries(repositoryCases).map(
    ([name, printing]) => [name, () => printedRepositories(repositoryPages, printing)] as const,
  ),
];

for (const [name, print] of outputs) {
  test(`${name} is byte for byte what it was`, async () => {
    const golden = await readFile(join(directory, `${name}.golden`));
    const { stdout } = await print();
    assert.equal(JSON.stringify(stdout.toWellFormed()), JSON.stringify(golden.toString('utf8')));
  });
}

test('every golden file has its test', async () => {
  const names = (await readdir(directory)).map((file) => file.replace(/\.golden$/, ''));
  assert.deepEqual(names.sort(), outputs.map(([name]) => name).sort());
});
