import type { Environment, Terminal } from '../context.ts';
import { takeEnvironment } from './child-environment.ts';
import { watchInterrupts } from './interrupt.ts';
import { createKeychain, type KeychainProcess } from './keychain-process.ts';
import { canLeaveHang } from './leave.ts';
import { noTerminal } from './no-terminal.ts';
import { createTerminal } from './terminal.ts';

export interface Embedding {
  readonly env: Environment;
  /** Aborted to end what is under way. */
  readonly signal: AbortSignal;
  /** Takes what would go to standard error. */
  readonly note: (text: string) => void;
}

/** The part of the real world that stands before the rest is loaded. */
export interface Outset {
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
  readonly interrupted: AbortSignal;
  readonly terminal: Terminal;
  readonly keychain: KeychainProcess;
}

/** The outset of a program that has its process to itself: it takes the environment over, and the signals. */
export function createOutset(): Outset {
  const env = takeEnvironment(process.env);
  const { platform } = process;
  const interrupted = watchInterrupts();
  const terminal = createTerminal(interrupted);
  return {
    env,
    platform,
    interrupted,
    terminal,
    keychain: keychainOf(env, platform, terminal, canLeaveHang(platform)),
  };
}

/** The outset inside of another program, whose environment, signals and terminal stay its own. */
export function embeddedOutset({ env, signal, note }: Embedding): Outset {
  const { platform } = process;
  const terminal = noTerminal(note);
  return {
    env,
    platform,
    interrupted: signal,
    terminal,
    keychain: keychainOf(env, platform, terminal, false),
  };
}

function keychainOf(
  env: Environment,
  platform: NodeJS.Platform,
  terminal: Terminal,
  callsItself: boolean,
): KeychainProcess {
  return createKeychain({
    env,
    platform,
    callsItself,
    get interactive() {
      return terminal.isInteractive;
    },
    onWaiting: () =>
      void terminal.stderr.write('Waiting for the system keychain: it may ask you to unlock it.\n'),
  });
}
