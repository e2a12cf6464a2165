import type { Context } from '../../context.ts';
import { BitbranchError } from '../../errors.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts';
import type { Arguments } from '../arguments.ts';
import { wholeNumber } from '../options.ts';

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
  return {
    port: wholeNumber(args, env, 'port', { minimum: 0, maximum: 65_535 }) ?? 0,
    repositories: args.values('repo').map((text) => {
      const { fullName, value } = assignment('repo', text);
      return { fullName, path: value };
    }),
    generated: args.values('generate').map((text) => {
      const { fullName, value } = assignment('generate', text);
      if (!/^\d{1,8}$/.test(value)) throw malformed('generate', text);
      return { fullName, branches: Number(value) };
    }),
  };
}

/** `workspace/slug=value` */
function assignment(flag: 'repo' | 'generate', text: string): { fullName: string; value: string } {
  const match = /^([\w.-]+\/[\w.-]+)=(.+)$/.exec(text);
  const [, fullName, value] = match ?? [];
  if (fullName === undefined || value === undefined) throw malformed(flag, text);
  return { fullName, value };
}

function malformed(flag: 'repo' | 'generate', text: string): BitbranchError {
  const example = flag === 'repo' ? 'workspace/slug=PATH' : 'workspace/slug=50000';
  return new BitbranchError('usage', `--${flag} can't use "${text}".`, {
    hint: `Write --${flag} ${example}.`,
  });
}

async function announce(
  { url, consumer, repositories }: Sandbox,
  args: Arguments,
  context: Context,
): Promise<void> {
  const login = [
    'bitbranch',
    'login',
    '--host',
    url,
    '--kind',
    'cloud',
    '--protocol',
    'oauth1',
    '--consumer-key',
    consumer.key,
  ];
  const { stdout } = context.terminal;
  if (args.has('json')) {
    const started = {
      url,
      consumerKey: consumer.key,
      consumerSecret: consumer.secret,
      repositories,
      login,
    };
    await stdout.write(`${JSON.stringify(started)}\n`);
    return;
  }
  const lines = [
    `A Bitbucket to try things out listens on ${url}`,
    '',
    'Sign in to it from another terminal:',
    `  BITBRANCH_CONSUMER_SECRET=${consumer.secret} ${login.join(' ')}`,
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
