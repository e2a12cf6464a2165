import type { BranchField } from '../bitbucket/branch.ts';
import type { RepositoryField } from '../bitbucket/repository-listing.ts';
import { errorTable } from '../errors.ts';
import { environmentOnly, type Flag, globalFlags } from './flags.ts';
import { columns, section } from './help-layout.ts';
import { branchRecords } from './output/branch-records.ts';
import type { Format } from './output/format.ts';
import { repositoryRecords } from './output/repository-records.ts';

/** What `bitbranch help TOPIC` prints, by topic. */
export const topics: Readonly<Record<string, () => string>> = {
  environment: () => section('Environment variables', columns(environmentRows())),
  'exit-codes': () => section('Exit codes, and the error codes of --json', columns(exitCodeRows())),
  formatting: formattingHelp,
  hosts: () => section('Hosts', hostLines),
};

/** Every environment variable that the program reads, with its meaning. */
export function environmentRows(): (readonly [string, string])[] {
  const byFlag = Object.entries<Flag>(globalFlags).flatMap(([name, { environment = [] }]) =>
    environment.map((variable) => [variable, `stands in for --${name}`] as const),
  );
  return [...byFlag, ...Object.entries(environmentOnly)];
}

/** Every exit code with its meaning and the error code that `--json` gives. */
function exitCodeRows(): (readonly [string, string])[] {
  const failures = Object.entries(errorTable).map(
    ([code, { exitCode, meaning }]) => [`${exitCode}`, `${meaning} (${code})`] as const,
  );
  return [['0', 'done'], ...failures];
}

const formatMeanings: Readonly<Record<Format, string>> = {
  table: 'columns for people, shortened to the width of a terminal (default on a terminal)',
  tsv: 'fields separated by tabs, no header, a record a line (default elsewhere)',
  names: 'one name a line; with --null each ends with NUL instead',
  json: 'one array of objects, the same as --json',
  jsonl: 'one object a line, as they arrive',
  csv: 'RFC 4180: a header line, fields separated by commas, lines ended by CRLF',
};

const branchMeanings: Readonly<Record<BranchField, string>> = {
  repository: 'workspace/slug, on Data Center PROJECT/slug',
  name: 'name of the branch',
  default: 'whether it is the main branch',
  hash: 'of the latest commit',
  date: 'of the latest commit, ISO 8601 in UTC',
  author: 'of the latest commit',
  message: 'first line of the message of the latest commit',
  url: 'web page of the branch',
};

const repositoryMeanings: Readonly<Record<RepositoryField, string>> = {
  repository: 'workspace/slug, on Data Center PROJECT/slug',
  name: 'as people call it',
  slug: 'as addresses call it',
  private: 'whether only some may see it',
  mainBranch: 'name of the main branch',
  updated: 'when it was changed last, ISO 8601 in UTC',
  description: 'in the words of its owner',
  url: 'web page of the repository',
};

const fieldLines = [
  `branches prints ${branchRecords.shortFields.join(', ')} in table, tsv and csv, with ${branchRecords.groupField} before`,
  'them where several repositories are asked for (several REPOs, -, --workspace or --project).',
  `repos prints ${repositoryRecords.shortFields.join(', ')} there. json and jsonl have every field.`,
  '--json=name,hash picks fields and their order, with --format for other formats than json.',
];

const promiseLines = [
  'tsv, names, json, jsonl and csv are a promise of version 1: a later version of bitbranch may add',
  'fields to objects, and changes nothing else of them. table may change at any time.',
  'tsv, names: a backslash is \\\\, a tab \\t, a newline \\n, a carriage return \\r, other control characters',
  "\\u001b; null is empty. csv: values are as they are, null is empty; --csv-safe puts ' before a cell that",
  'begins with = + - @, a tab or a carriage return, which a spreadsheet could take for a formula.',
  'json, jsonl: control characters and those that turn text around are escaped; UTF-8 everywhere.',
  'On a terminal every format spells out what could steer it; table tells ages there and dates in a file.',
];

const selectionLines = [
  '--query is text of Cloud\'s filter language, such as: name ~ "fix" AND target.date > 2026-01-31.',
  '--match: * and ? stay within a part of the name, ** stands for any number of parts, [a-z] and {a,b} are',
  'as in a shell; the last pattern that matches decides.',
  'Several repositories are listed in the order asked, each by itself; --limit counts over all of them.',
];

function formattingHelp(): string {
  return [
    section('Formats of lists', columns(Object.entries(formatMeanings))),
    section(
      'Fields of a branch, null where the host does not tell',
      columns(Object.entries(branchMeanings)),
    ),
    section(
      'Fields of a repository, null where the host does not tell',
      columns(Object.entries(repositoryMeanings)),
    ),
    section('Picking fields', fieldLines),
    section('What scripts can rely on', promiseLines),
    section('Selecting and sorting', selectionLines),
  ].join('\n');
}

const hostLines = [
  'bitbucket.org is where login goes when no host is named.',
  '--host takes a name or a URL; https is assumed, http:// is for 127.0.0.1, [::1] and localhost.',
  'A context path in the URL is kept: https://git.example.com/bitbucket.',
  'Any other host is taken for a Data Center; --kind cloud says that it is none. login remembers it.',
  'Without --host, branches uses the host of the clone URL or git remote, else every command the',
  'only host that is signed in to. A credential is only ever sent to the host that it was made for.',
];
