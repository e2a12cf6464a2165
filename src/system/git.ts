import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Environment, Git } from '../context.ts';
import { BitbranchError } from '../errors.ts';
import { childEnvironment } from './child-environment.ts';
import { findProgram } from './programs.ts';

/** The git of the current directory. */
export function createGit(env: Environment, platform: NodeJS.Platform): Git {
  const runGit = gitRunner(env, platform);
  return {
    async remotes() {
      const listing = await runGit(['remote', '--verbose']);
      return parseRemotes(listing ?? '');
    },
    async config(key) {
      if (!isInRepository(process.cwd(), env)) return undefined;
      const value = await runGit(['config', '--get', '--', key]);
      return value?.replace(/\n$/, '') || undefined;
    },
    async globalValues(key) {
      const listing = await runGit(['config', '--global', '--null', '--get-all', '--', key]);
      return listing?.split('\0').slice(0, -1) ?? [];
    },
    async setGlobalValues(key, values) {
      // Fails where there is nothing to remove.
      await runGit(['config', '--global', '--unset-all', '--', key]);
      for (const value of values) {
        const added = await runGit(['config', '--global', '--add', '--', key, value]);
        if (added === null) throw notConfigured(key);
      }
    },
  };
}

function notConfigured(key: string): BitbranchError {
  return new BitbranchError('usage', `git could not write ${key} to its global configuration.`, {
    hint: 'Check that git is installed and that you may write ~/.gitconfig.',
  });
}

/** Spares most commands the start of git. */
function isInRepository(directory: string, env: Environment): boolean {
  if (env['GIT_DIR'] || existsSync(join(directory, '.git'))) return true;
  const parent = dirname(directory);
  return parent !== directory && isInRepository(parent, env);
}

/** Resolves with what git prints, or null where it fails: it is not installed, or this is no repository. */
function gitRunner(env: Environment, platform: NodeJS.Platform) {
  return async (args: readonly string[]): Promise<string | null> => {
    // Windows would look into the current directory first, where a stranger's repository may hold a program of that name.
    const program = platform === 'win32' ? await findProgram('git.exe', env, platform) : 'git';
    if (program === null) return null;
    const { execFile } = await import('node:child_process');
    return new Promise((resolve) => {
      execFile(
        program,
        args,
        { env: { ...childEnvironment(env), GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' } },
        (error, stdout) => resolve(error === null ? stdout : null),
      );
    });
  };
}

/** `git remote --verbose` prints `name TAB url (fetch|push)`, perhaps with ` [filter]` behind, and has applied `insteadOf`. */
function parseRemotes(listing: string): ReadonlyMap<string, string> {
  const fetchLines = listing.matchAll(/^([^\t\n]+)\t(.+) \(fetch\)(?: \[[^\]\n]*\])?$/gm);
  return new Map([...fetchLines].map(([, name = '', url = '']) => [name, url]));
}
