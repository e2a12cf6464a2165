import { devNull } from 'node:os';
import { type ProgramResult, type Scope, startProgram } from './program.ts';

/** Runs the real git, which asks nobody for anything, with this environment alone. */
export type GitClient = (...args: readonly string[]) => Promise<ProgramResult>;

export function gitClient(
  scope: Scope,
  cwd: string,
  env: Readonly<Record<string, string>>,
): GitClient {
  const identity = { NAME: 'Ada Example', EMAIL: 'ada@example.com' };
  const person = Object.entries(identity).flatMap(([name, value]) =>
    ['AUTHOR', 'COMMITTER'].map((role) => [`GIT_${role}_${name}`, value]),
  );
  return (...args) => {
    const program = startProgram(scope, ['git', ...args], {
      cwd,
      env: {
        PATH: process.env['PATH'] ?? '',
        LC_ALL: 'C',
        GIT_CONFIG_SYSTEM: devNull,
        GIT_TERMINAL_PROMPT: '0',
        ...Object.fromEntries(person),
        ...env,
      },
    });
    program.endInput();
    return program.ended;
  };
}
