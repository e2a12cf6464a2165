import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Environment, Git } from '../context.ts';
import { childEnvironment } from './child-environment.ts';

/** The git of the current directory. */
export function createGit(env: Environment): Git {
  return {
    async remotes() {
      const listing = await runGit(['remote', '--verbose'], env);
      return parseRemotes(listing ?? '');
    },
    async config(key) {
      if (!isInRepository(process.cwd(), env)) return undefined;
      const value = await runGit(['config', '--get', '--', key], env);
      return value?.replace(/\n$/, '') || undefined;
    },
  };
}

/** Spares most commands the start of git. */
function isInRepository(directory: string, env: Environment): boolean {
  if (env['GIT_DIR'] || existsSync(join(directory, '.git'))) return true;
  const parent = dirname(directory);
  return parent !== directory && isInRepository(parent, env);
}

/** What git prints, or null where it fails: it is not installed, or this is no repository. */
async function runGit(args: readonly string[], env: Environment): Promise<string | null> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => {
    execFile(
      'git',
      args,
      { env: { ...childEnvironment(env), GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' } },
      (error, stdout) => resolve(error === null ? stdout : null),
    );
  });
}

/** `git remote --verbose` prints `name TAB url (fetch|push)`, perhaps with ` [filter]` behind, and has applied `insteadOf`. */
function parseRemotes(listing: string): ReadonlyMap<string, string> {
  const fetchLines = listing.matchAll(/^([^\t\n]+)\t(.+) \(fetch\)(?: \[[^\]\n]*\])?$/gm);
  return new Map([...fetchLines].map(([, name = '', url = '']) => [name, url]));
}
