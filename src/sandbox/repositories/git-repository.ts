import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { BitbranchError } from '../../errors.ts';
import { type Branch, type Distance, lazyList, type Refs, type Repository } from './repository.ts';

const run = promisify(execFile);

/** One record a branch, its fields ended by NUL, which none of them can hold. */
const fields = [
  '%(HEAD)',
  '%(refname:lstrip=2)',
  '%(objectname)',
  '%(authordate:iso-strict)',
  '%(authorname) %(authoremail)',
  '%(parent)',
  '%(contents)',
];
const format = fields.map((field) => `${field}%00`).join('');

/** A repository on disk, bare or not; every answer shows the branches that it has at that moment. */
export function gitRepository(
  fullName: string,
  path: string,
  { acceptsPushes = false } = {},
): Repository {
  const gitPath = resolve(path);
  return {
    fullName,
    directory: { path: gitPath, acceptsPushes },
    refs: () => readRefs(gitPath),
    distance: (baseHash, hash) => countBetween(gitPath, baseHash, hash),
  };
}

async function countBetween(path: string, baseHash: string, hash: string): Promise<Distance> {
  const range = `${baseHash}...${hash}`;
  const output = await git(path, ['rev-list', '--left-right', '--count', range, '--']);
  const [behind = 0, ahead = 0] = output.trim().split('\t').map(Number);
  return { ahead, behind };
}

/** @throws {BitbranchError} `usage` when git can't read a repository there. */
async function readRefs(path: string): Promise<Refs> {
  const records = parse(await git(path, ['for-each-ref', `--format=${format}`, 'refs/heads/']));
  const branches = records.map(({ branch }) => branch);
  return {
    branches: {
      ...lazyList(branches),
      find: (name) => branches.find((branch) => branch.name === name),
    },
    mainBranch: records.find(({ isHead }) => isHead)?.branch.name ?? null,
  };
}

async function git(path: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run('git', ['-C', path, ...args], {
      env: gitEnvironment(),
      maxBuffer: 1 << 30,
    });
    return stdout;
  } catch (cause) {
    throw new BitbranchError('usage', `git can't read a repository at ${path}.`, {
      hint: 'Give the path of a git repository that belongs to you, bare or with a working tree.',
      cause,
    });
  }
}

function parse(output: string): { isHead: boolean; branch: Branch }[] {
  const values = output.split('\0');
  const count = Math.floor(values.length / fields.length);
  return Array.from({ length: count }, (_, index) => {
    const start = index * fields.length;
    const [head = '', name = '', hash = '', date = '', author = '', parents = '', message = ''] =
      values.slice(start, start + fields.length);
    return {
      // git ends each record with a newline, which is then what the next one begins with.
      isHead: head.endsWith('*'),
      branch: {
        name,
        target: {
          hash,
          date: date.replace(/Z$/, '+00:00'),
          message,
          author: { raw: author },
          parents: parents.split(' ').filter((parent) => parent !== ''),
        },
      },
    };
  });
}

/** Without the variables that point git at another repository, as they are set while a hook runs. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return { ...Object.fromEntries(inherited), LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' };
}
