import type { BranchField } from '../bitbucket/branch.ts';
import { errorTable } from '../errors.ts';
import { environmentOnly, type Flag, globalFlags } from './flags.ts';
import { columns, section } from './help-layout.ts';
import type { Format } from './output/format.ts';

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
  tsv: 'name, hash, date and author, separated by tabs, no header (default elsewhere)',
  names: 'one name a line; with --null each ends with NUL instead',
  json: 'one array of objects, the same as --json',
  jsonl: 'one object a line, as they arrive',
};

const fieldMeanings: Readonly<Record<BranchField, string>> = {
  repository: 'workspace/slug',
  name: 'name of the branch',
  default: 'whether it is the main branch',
  hash: 'of the latest commit',
  date: 'of the latest commit, ISO 8601 in UTC',
  author: 'of the latest commit',
  message: 'first line of the message of the latest commit',
  url: 'web page of the branch',
};

function formattingHelp(): string {
  return [
    section('Formats of lists', columns(Object.entries(formatMeanings))),
    section('Fields of a branch, null where the host does not tell', [
      ...columns(Object.entries(fieldMeanings)),
    ]),
    section('Picking fields', [
      '--json=name,hash picks fields and their order, with --format for other formats than json.',
      'In tsv and names, a backslash, tab, newline and carriage return are written \\\\, \\t, \\n and \\r.',
    ]),
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
