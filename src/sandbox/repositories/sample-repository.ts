import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BitbranchError } from '../../errors.ts';
import { account } from '../account.ts';
import { gitEnvironment } from './git-repository.ts';

const run = promisify(execFile);

const people = {
  maria: `${account.displayName} <${account.email}>`,
  jurgen: 'Jürgen Weiß <juergen@example.com>',
  sato: '佐藤 花子 <sato@example.com>',
};

interface Commit {
  readonly branch: string;
  readonly author: keyof typeof people;
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly message: string;
  /** Branches whose tips are the parents; by default the own branch, if it has commits. */
  readonly parents?: readonly string[];
}

/**
 * A small history with one of everything: merged (`feature/login-page`), stale (years old), deep, and names that are hard on
 * encoders, terminals and sorting.
 */
const history: readonly Commit[] = [
  { branch: 'main', author: 'maria', date: '2019-04-02T09:00:00Z', message: 'Begin the shop' },
  {
    branch: 'experiment/soap-api',
    author: 'jurgen',
    date: '2019-06-17T14:20:00Z',
    message: 'Try a SOAP API\n\nNobody liked it.',
    parents: ['main'],
  },
  {
    branch: 'release/1.0',
    author: 'maria',
    date: '2020-01-15T08:00:00Z',
    message: 'Release 1.0',
    parents: ['main'],
  },
  {
    branch: 'feature/login-page',
    author: 'sato',
    date: '2024-11-05T10:30:00Z',
    message: 'Add the login page',
    parents: ['main'],
  },
  {
    branch: 'main',
    author: 'maria',
    date: '2024-11-06T08:15:00Z',
    message: "Merge branch 'feature/login-page'",
    parents: ['main', 'feature/login-page'],
  },
  {
    branch: 'release/2.0',
    author: 'maria',
    date: '2025-02-03T08:00:00Z',
    message: 'Release 2.0',
    parents: ['main'],
  },
  {
    branch: 'release/10.0',
    author: 'maria',
    date: '2026-09-01T08:00:00Z',
    message: 'Release 10.0',
    parents: ['main'],
  },
  {
    branch: 'team/checkout/payments/sepa',
    author: 'jurgen',
    date: '2026-09-14T16:45:00Z',
    message: 'Read IBANs with spaces',
    parents: ['main'],
  },
  {
    branch: 'feature/größenwähler',
    author: 'jurgen',
    date: '2026-10-08T11:05:00Z',
    message: 'Größen aus dem Katalog übernehmen',
    parents: ['main'],
  },
  {
    branch: 'feature/日本語',
    author: 'sato',
    date: '2026-10-20T03:10:00Z',
    message: '日本語の商品名に対応する',
    parents: ['main'],
  },
  {
    branch: 'bugfix/100%-cpu+a&b=c#1',
    author: 'maria',
    date: '2026-11-02T17:30:00Z',
    message: 'Stop polling when the tab is hidden',
    parents: ['main'],
  },
  {
    branch: 'hotfix/prices-with-tax',
    author: 'sato',
    date: '2026-11-09T09:00:00Z',
    message: 'Show prices with tax',
    parents: ['main'],
  },
  {
    branch: 'main',
    author: 'maria',
    date: '2026-11-10T07:40:00Z',
    message: "Merge branch 'hotfix/prices-with-tax'",
    parents: ['main', 'hotfix/prices-with-tax'],
  },
];

export interface SampleRepository {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Makes the sample in a temporary directory; its commits are the same on every machine, whatever git is configured to.
 * @throws {BitbranchError} `usage` when git is not there.
 */
export async function makeSampleRepository(): Promise<SampleRepository> {
  const path = await mkdtemp(join(tmpdir(), 'bitbranch-sandbox-'));
  const remove = () => rm(path, { recursive: true, force: true });
  const options = {
    env: { ...gitEnvironment(), GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: devNull },
  };
  try {
    await run(
      'git',
      ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', path],
      options,
    );
    const fastImport = run('git', ['-C', path, 'fast-import', '--quiet', '--done'], options);
    fastImport.child.stdin?.end(fastImportStream());
    await fastImport;
    return { path, remove };
  } catch (cause) {
    await remove();
    throw new BitbranchError('usage', 'git could not make the sample repository.', {
      hint: 'Install git 2.28 or newer, or give the sandbox a repository of your own or a generated one.',
      cause,
    });
  }
}

function fastImportStream(): string {
  return `${history.map(fastImportCommit).join('')}done\n`;
}

function fastImportCommit({ branch, author, date, message, parents = [] }: Commit): string {
  const signature = `${people[author]} ${Date.parse(date) / 1000} +0000`;
  const [from, merged] = parents;
  return [
    `commit refs/heads/${branch}`,
    `author ${signature}`,
    `committer ${signature}`,
    data(`${message}\n`),
    ...(from === undefined || from === branch ? [] : [`from refs/heads/${from}`]),
    ...(merged === undefined ? [] : [`merge refs/heads/${merged}`]),
    'M 100644 inline README.md',
    data(`# Shop\n\nLast change: ${message}\n`),
    '',
  ].join('\n');
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}
