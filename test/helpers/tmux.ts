import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { quote } from 'shell-quote';
import type { Scope } from './program.ts';

const execute = promisify(execFile);

export interface TmuxOptions {
  readonly columns: number;
  readonly rows: number;
  readonly cwd: string;
  /** The whole environment, but for what tmux itself sets. */
  readonly env: Readonly<Record<string, string>>;
}

/** A terminal as a person sees it: the text that is on the screen, not the bytes that led to it. */
export interface TmuxTerminal {
  type(keys: string): Promise<void>;
  /** Waits until the screen holds the pattern. */
  shows(pattern: RegExp): Promise<RegExpExecArray>;
  /** The lines on the screen, with escape sequences for their colours. */
  screen(): Promise<string>;
  /** The lines as they were printed: one that the terminal had to break is wider than the screen. */
  lines(): Promise<readonly string[]>;
}

/** Long enough for a loaded machine; a screen that takes longer never comes. */
const patienceMs = 20_000;

/** Runs a command on a terminal of its own, which ends with the scope. */
export async function startTmux(
  scope: Scope,
  command: readonly string[],
  { columns, rows, cwd, env }: TmuxOptions,
): Promise<TmuxTerminal> {
  const directory = await mkdtemp(join(tmpdir(), 'bitbranch-tmux-'));
  const tmux = async (...args: readonly string[]) => {
    const words = ['-S', join(directory, 'socket'), '-u', '-f', '/dev/null', ...args];
    return (await execute('tmux', words, { env, cwd })).stdout;
  };
  const size = ['-x', `${columns}`, '-y', `${rows}`];
  await tmux(
    'new-session',
    '-d',
    ...size,
    quote([...command]),
    ';',
    'set',
    '-g',
    'remain-on-exit',
    'on',
  );
  scope.after(async () => {
    await tmux('kill-server');
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  return {
    async type(keys) {
      await tmux('send-keys', '-l', keys);
    },
    async shows(pattern) {
      for (const endMs = Date.now() + patienceMs; ; ) {
        const screen = await tmux('capture-pane', '-p');
        const match = pattern.exec(`${screen.trimEnd()} `);
        if (match !== null) return match;
        if (Date.now() > endMs) throw new Error(`${pattern} is not shown:\n${screen}`);
        await setTimeout(50);
      }
    },
    screen: () => tmux('capture-pane', '-e', '-p'),
    async lines() {
      const text = await tmux('capture-pane', '-p', '-J');
      return text.split('\n').map((line) => line.trimEnd());
    },
  };
}
