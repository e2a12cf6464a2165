import type { Context } from '../../context.ts';
import { BitbranchError } from '../../errors.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts';
import type { Arguments } from '../arguments.ts';
import { portBounds, wholeNumber } from '../options.ts';

export async function run(args: Arguments, context: Context): Promise<void> {
  const sandbox = await startSandbox(sandboxOptions(args, context));
  try {
    await announce(sandbox, args, context);
    await untilInterrupted(context.interrupted);
  } finally {
    await sandbox.close();
  }
}

export function sandboxOptions(args: Arguments, { env }: Context): SandboxOptions {
  const tokenLifetimeSeconds = wholeNumber(args, env, 'token-lifetime', {
    minimum: 1,
    maximum: 1_000_000_000,
  });
  const latencyMs = wholeNumber(args, env, 'latency', { minimum: 0, maximum: 60_000 });
  return {
    port: wholeNumber(args, env, 'port', portBounds) ?? 0,
    repositories: args.values('repo').map((text) => {
      const [fullName, path] = assignment('repo', text);
      return { fullName, path };
    }),
    generated: args.values('generate').map((text) => {
      const [fullName, branches] = assignment('generate', text);
      return { fullName, branches: Number(branches) };
    }),
    applicationLinks: args.values('application-link').map((text) => {
      const [consumerKey, publicKeyFile] = assignment('application-link', text);
      return { consumerKey, publicKeyFile };
    }),
    ...(tokenLifetimeSeconds !== undefined && { tokenLifetimeSeconds }),
    ...(latencyMs !== undefined && { latencyMs }),
  };
}

const assignments = {
  repo: { pattern: /^([\w.-]+\/[\w.-]+)=(.+)$/, example: 'workspace/slug=PATH' },
  generate: { pattern: /^([\w.-]+\/[\w.-]+)=(\d{1,8})$/, example: 'workspace/slug=50000' },
  'application-link': { pattern: /^([\w.-]+)=(.+)$/, example: 'consumer-key=PUBLIC_KEY_FILE' },
} as const;

/** What stands on the two sides of the first `=`. */
function assignment(flag: keyof typeof assignments, text: string): [name: string, value: string] {
  const { pattern, example } = assignments[flag];
  const [, name, value] = pattern.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new BitbranchError('usage', `--${flag} can't use "${text}".`, {
    hint: `Write --${flag} ${example}.`,
  });
}

async function announce(
  { url, consumer, token, repositories }: Sandbox,
  args: Arguments,
  { terminal: { stdout } }: Context,
): Promise<void> {
  const login = (kind: string, protocol: string, consumerKey?: string) => ({
    kind,
    protocol,
    command: [
      ...['bitbranch', 'login', '--host', url, '--kind', kind, '--protocol', protocol],
      ...(consumerKey === undefined ? [] : ['--consumer-key', consumerKey]),
    ],
  });
  const first = login('cloud', 'oauth1', consumer.key);
  const withSecret = [
    login('cloud', 'oauth2', consumer.key),
    login('datacenter', 'oauth2', consumer.key),
  ];
  const withKeyPair = args
    .values('application-link')
    .map((text) => login('datacenter', 'oauth1', assignment('application-link', text)[0]));
  const withToken = [login('cloud', 'token'), login('datacenter', 'token')];
  if (args.has('json')) {
    const started = {
      url,
      consumerKey: consumer.key,
      consumerSecret: consumer.secret,
      token,
      repositories,
      login: first.command,
      logins: [first, ...withSecret, ...withKeyPair, ...withToken],
    };
    await stdout.write(`${JSON.stringify(started)}\n`);
    return;
  }
  const environment = `BITBRANCH_CONSUMER_SECRET=${consumer.secret}`;
  const lines = [
    `A Bitbucket to try things out listens on ${url}`,
    '',
    'Sign in to it from another terminal:',
    `  ${environment} ${first.command.join(' ')}`,
    'or by another protocol, or as if it were a Data Center:',
    ...withSecret.map(({ command }) => `  ${environment} ${command.join(' ')}`),
    ...withKeyPair.map(({ command }) => `  ${command.join(' ')}`),
    ...withToken.map(({ command }) => `  echo ${token} | ${command.join(' ')}`),
    '',
    'Then list branches:',
    ...repositories.map((repository) => `  bitbranch branches --host ${url} ${repository}`),
    '',
    'Ctrl-C ends it; nothing stays on disk.',
  ];
  await stdout.write(`${lines.join('\n')}\n`);
}

function untilInterrupted(interrupted: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (interrupted.aborted) reject(interrupted.reason);
    interrupted.addEventListener('abort', () => reject(interrupted.reason));
  });
}
