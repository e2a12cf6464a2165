import type { Home } from './spawn-cli.ts';

/** What `bitbranch sandbox --json` prints once it listens. */
interface Announcement {
  readonly url: string;
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly repositories: readonly [string, ...string[]];
  readonly login: readonly string[];
}

export interface SandboxProcess extends Announcement {
  /** What follows `bitbranch` in the login command that it prints. */
  readonly loginArgs: readonly string[];
  /** What the login command needs beside that. */
  readonly loginEnv: { readonly BITBRANCH_CONSUMER_SECRET: string };
  /** Ends it before the test does. */
  stop(): Promise<void>;
}

/** The embedded Bitbucket as a process of its own, which ends with the test. */
export async function startSandboxProcess(
  home: Home,
  ...args: readonly string[]
): Promise<SandboxProcess> {
  const program = home.start(['sandbox', '--json', ...args]);
  const [line] = await program.printed(/^\{.*\}\n/);
  const announcement: Announcement = JSON.parse(line);
  return {
    ...announcement,
    loginArgs: announcement.login.slice(1),
    loginEnv: { BITBRANCH_CONSUMER_SECRET: announcement.consumerSecret },
    stop: async () => {
      program.kill('SIGTERM');
      await program.ended;
    },
  };
}
