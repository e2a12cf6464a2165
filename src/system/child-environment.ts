import type { Environment } from '../context.ts';

/** Tokens, secrets and the passphrase come in variables of this prefix; no other program has a use for any of them. */
const isOurs = (name: string) => name.toUpperCase().startsWith('BITBRANCH_');

/** What a child process may see of an environment. */
export function childEnvironment(env: Environment): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isOurs(name)));
}

/**
 * Takes the environment over: returns a copy, and leaves in `env` only what child processes may see. For `process.env`, which
 * a library that starts programs hands on without asking.
 */
export function takeEnvironment(env: Record<string, string | undefined>): Environment {
  const taken = { ...env };
  for (const name of Object.keys(env).filter(isOurs)) delete env[name];
  return taken;
}
