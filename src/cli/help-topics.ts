import type { BranchField } from '../bitbucket/branch.ts';
import type { RepositoryField } from '../bitbucket/repository-listing.ts';
import { errorTable } from '../errors.ts';
import { environmentOnly, type Flag, globalFlags } from './flags.ts';
import type { HelpLayout } from './help-layout.ts';
import { branchRecords } from './output/branch-records.ts';
import type { Format } from './output/format.ts';
import { repositoryRecords } from './output/repository-records.ts';

/** What `bitbranch help TOPIC` prints, by topic. */
export const topics: Readonly<Record<string, (layout: HelpLayout) => string>> = {
  environment: environmentHelp,
  'exit-codes': exitCodesHelp,
  formatting: formattingHelp,
  hosts: hostsHelp,
};

const tokenLines = [
  'To the host of --host or BITBRANCH_HOST; best set the two together.',
  'Without them to bitbucket.org or a host that you are signed in to, whichever a clone URL, a git remote or the only sign-in names.',
  'Never to any other host, nor to two hosts in one run; to git only for the host of BITBRANCH_HOST.',
];

function environmentHelp({ section, rows, sentences }: HelpLayout): string {
  return [
    section(
      'Environment variables; a flag wins over its variable, an empty one counts as not set',
      rows(environmentRows()),
    ),
    section('Where BITBRANCH_TOKEN goes', sentences(tokenLines)),
  ].join('\n');
}

/** Variables that say something else than the flag that they stand in for. */
const ownMeanings: Readonly<Record<string, string>> = {
  BROWSER: 'the same, where BITBRANCH_BROWSER is not set',
  NO_COLOR: 'no colour, whatever its value',
  FORCE_COLOR: 'colour, also where the output is no terminal; 0 for none',
  BITBRANCH_DEBUG: '1 is the same as --verbose',
};

/** Every environment variable that the program reads, with its meaning. */
export function environmentRows(): (readonly [string, string])[] {
  const byFlag = Object.entries<Flag>(globalFlags).flatMap(
    ([name, { environment = [], summary }]) =>
      environment.map(
        (variable) => [variable, ownMeanings[variable] ?? `--${name}: ${summary}`] as const,
      ),
  );
  return [...byFlag, ...Object.entries(environmentOnly)];
}

/** Every exit code with its meaning and the error code that `--json` gives. */
export function exitCodeRows(): (readonly [string, string])[] {
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
  `branches prints ${branchRecords.shortFields.join(', ')} in table, tsv and csv, with ${branchRecords.groupField} before them where several repositories are asked for (several REPOs, -, --workspace or --project).`,
  `repos prints ${repositoryRecords.shortFields.join(', ')} there. json and jsonl have every field.`,
  '--json=name,hash picks fields and their order, with --format for other formats than json.',
];

const promiseLines = [
  'tsv, names, json, jsonl and csv are a promise of version 1: a later version of bitbranch may add fields to objects, and changes nothing else of them. table may change at any time.',
  'tsv, names: a backslash is \\\\, a tab \\t, a newline \\n, a carriage return \\r, other control characters \\u001b; null is empty.',
  "csv: values are as they are, null is empty; --csv-safe puts ' before a cell that begins with = + - @, a tab or a carriage return, which a spreadsheet could take for a formula.",
  'json, jsonl: control characters and those that turn text around are escaped; UTF-8 everywhere.',
  'On a terminal every format spells out what could steer it; table tells ages there and dates in a file.',
];

const selectionLines = [
  '--query is text of Cloud\'s filter language, such as: name ~ "fix" AND target.date > 2026-01-31',
  '--match: * and ? stay within a part of the name, ** stands for any number of parts, [a-z] and {a,b} are as in a shell; the last pattern that matches decides.',
  'Several repositories or workspaces are listed in the order asked, each by itself; --limit counts over all of them.',
  'What a host selected is tested again here, all but the --query; later pages in another order than --sort date asked for are an error.',
  'repos --sort updated is for Cloud: a Data Center does not tell when a repository was changed.',
];

const limitLines = [
  'A list that changes while it is read says so on stderr. A Data Center tells no total, so that a deletion during a list of more than one page can go unnoticed there.',
  'api --paginate writes JSON anew: numbers beyond 2^53 lose digits. Without it, api prints every byte as it came.',
];

function formattingHelp({ section, rows, sentences }: HelpLayout): string {
  return [
    section('Formats of lists', rows(Object.entries(formatMeanings))),
    section(
      'Fields of a branch, null where the host does not tell',
      rows(Object.entries(branchMeanings)),
    ),
    section(
      'Fields of a repository, null where the host does not tell',
      rows(Object.entries(repositoryMeanings)),
    ),
    section('Picking fields', sentences(fieldLines)),
    section('What scripts can rely on', sentences(promiseLines)),
    section('Selecting and sorting', sentences(selectionLines)),
    section('What can be missed', sentences(limitLines)),
  ].join('\n');
}

function exitCodesHelp({ section, rows, sentences }: HelpLayout): string {
  return [
    section('Exit codes, and the error codes of --json', rows(exitCodeRows())),
    section(
      'With --json, an error is one object on stderr',
      sentences([
        '{"error":{"code","message","hint"}}: the code above, one sentence, and the next step or null',
      ]),
    ),
  ].join('\n');
}

const hostChoiceLines = [
  '--host or BITBRANCH_HOST names it. Without them:',
  'login goes to bitbucket.org, and so does consumer before anybody is signed in;',
  'branches uses the host of the clone URL or git remote, where it has one;',
  'everything else uses the only host that you are signed in to. bitbranch status lists them.',
  'A stored credential is only ever sent to the host that it was made for. BITBRANCH_TOKEN is sent to the host chosen in this way, and never to one that is neither named, nor signed in to, nor bitbucket.org.',
];

const hostNameLines = [
  'git.example.com, or https://git.example.com:8443/bitbucket: a context path is kept.',
  'https is assumed; http:// is for 127.0.0.1, [::1] and localhost only.',
];

const hostKindLines = [
  'bitbucket.org is cloud, and is signed in to with OAuth 2.0: it refuses OAuth 1.0a.',
  'Any other host is taken for a Data Center, and is signed in to with OAuth 1.0a, unless --kind cloud or --protocol says otherwise. Later commands need neither.',
];

function hostsHelp({ section, sentences }: HelpLayout): string {
  return [
    section('Which host a command speaks to', sentences(hostChoiceLines)),
    section('How a host is written', sentences(hostNameLines)),
    section('Kind and protocol, which login remembers', sentences(hostKindLines)),
  ].join('\n');
}
