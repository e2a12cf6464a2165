import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import type { Environment } from '../context.ts';
import { childEnvironment } from './child-environment.ts';
import { helperEnded } from './keychain-failure.ts';
import type { KeychainMessage, KeychainRequest } from './keytar.ts';

/** What asks the keychain, one request at a time. */
export interface KeychainCaller {
  send(request: KeychainRequest): void;
  /** @throws {BitbranchError} `store_unavailable` when the caller ended without another message. */
  nextMessage(): Promise<KeychainMessage>;
  /** Ends what it is doing; false where that can't be done. */
  end(): boolean;
}

/** A process that does it and can be killed. It does not keep this one alive. */
export function startHelper(command: readonly string[], env: Environment): KeychainCaller {
  const [program = process.execPath, ...args] = command;
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: helperEnvironment(env),
    windowsHide: true,
  });
  const ending = once(child, 'exit').then(
    ([code, signal]) => signal ?? `exit code ${code}`,
    String,
  );
  child.stdin.on('error', () => {}); // a helper that has gone shows as the end of its stdout
  child.unref();
  for (const pipe of [child.stdin, child.stdout]) if (pipe instanceof Socket) pipe.unref();
  const messages = readMessages(child.stdout);

  return {
    send: (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
    },
    nextMessage: async () => {
      const next = await messages.next();
      if (next.done) throw helperEnded(await ending);
      return next.value;
    },
    end: () => {
      child.kill('SIGKILL');
      return true;
    },
  };
}

/** Without those variables that slow Node's start down or change what it runs. */
function helperEnvironment(env: Environment): Record<string, string | undefined> {
  const dropped = /^NODE_(EXTRA_CA_CERTS|OPTIONS)$/i;
  const entries = Object.entries(childEnvironment(env));
  return Object.fromEntries(entries.filter(([name]) => !dropped.test(name)));
}

async function* readMessages(
  stdout: NodeJS.ReadableStream,
): AsyncGenerator<KeychainMessage, undefined> {
  let received = '';
  for await (const chunk of stdout.setEncoding('utf8')) {
    const lines = (received + chunk).split('\n');
    received = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line);
  }
}
