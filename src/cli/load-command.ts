import type { Context } from '../context.ts';
import type { Arguments } from './arguments.ts';
import type { CommandName } from './commands.ts';

export interface CommandModule {
  /** Does the whole of the command; what it can't do is thrown as a BitbranchError. */
  run(args: Arguments, context: Context): Promise<void>;
}

/** Each command is a chunk of its own, so that one does not pay for what another needs. */
export const loadCommand: Readonly<Record<CommandName, () => Promise<CommandModule>>> = {
  login: () => import('./commands/login.ts'),
  logout: () => import('./commands/logout.ts'),
  status: () => import('./commands/status.ts'),
  branches: () => import('./commands/branches.ts'),
  repos: () => import('./commands/repos.ts'),
  token: () => import('./commands/token.ts'),
  consumer: () => import('./commands/consumer.ts'),
  api: () => import('./commands/api.ts'),
  doctor: () => import('./commands/doctor.ts'),
  'git-credential': () => import('./commands/git-credential.ts'),
  sandbox: () => import('./commands/sandbox.ts'),
  completion: () => import('./commands/completion.ts'),
  help: () => import('./commands/help.ts'),
};
