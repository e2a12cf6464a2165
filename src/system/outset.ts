import type { Environment, Terminal } from '../context.ts';
import { takeEnvironment } from './child-environment.ts';
import { watchInterrupts } from './interrupt.ts';
import { createKeychain, type KeychainProcess } from './keychain-process.ts';
import { createTerminal } from './terminal.ts';

/** The part of the real world that stands before the rest is loaded. */
export interface Outset {
  readonly env: Environment;
  readonly interrupted: AbortSignal;
  readonly terminal: Terminal;
  readonly keychain: KeychainProcess;
}

export function createOutset(): Outset {
  const env = takeEnvironment(process.env);
  const interrupted = watchInterrupts();
  const terminal = createTerminal(interrupted);
  const keychain = createKeychain({
    env,
    platform: process.platform,
    get interactive() {
      return terminal.isInteractive;
    },
    onWaiting: () =>
      void terminal.stderr.write('Waiting for the system keychain: it may ask you to unlock it.\n'),
  });
  return { env, interrupted, terminal, keychain };
}
