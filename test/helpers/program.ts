import { type ChildProcess, spawn } from 'node:child_process';

/** What runs what it was given once it is over: a test, or a program that uses these helpers. */
export interface Scope {
  after(ending: () => unknown): void;
}

export interface ProgramResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs; it is ended with the test. */
export interface Program {
  readonly pid: number;
  /** Resolves once the program ended and its output is complete. */
  readonly ended: Promise<ProgramResult>;
  /** Waits until stdout or stderr holds the pattern; fails when the program ends without it. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  type(text: string): void;
  /** Ends its standard input. */
  endInput(): void;
  kill(signal: NodeJS.Signals): void;
}

export interface ProgramOptions {
  /** The whole environment: nothing else is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** A program that takes longer hangs; by default long enough for a loaded machine. */
  readonly patienceMs?: number;
}

const defaultPatienceMs = 60_000;

export function startProgram(
  scope: Scope,
  [command = '', ...args]: readonly string[],
  { patienceMs = defaultPatienceMs, ...options }: ProgramOptions,
): Program {
  const child = spawn(command, args, { ...options, stdio: 'pipe' });
  const output = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
      for (const look of listeners) look();
    });
  }
  child.stdin.on('error', () => {}); // it may end before it reads
  const ended = end(child, output, patienceMs);
  ended.catch(() => {}); // the test that waits for it is told
  scope.after(async () => {
    child.kill('SIGTERM');
    await ended;
  });

  return {
    pid: child.pid ?? 0,
    ended,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(output.stdout) ?? pattern.exec(output.stderr);
          if (match !== null) resolve(match);
        };
        listeners.add(look);
        look();
        const missing = () => reject(new Error(`${pattern} was not printed:\n${said(output)}`));
        ended.then(missing, missing);
      }),
    type: (text) => child.stdin.write(text),
    endInput: () => child.stdin.end(),
    kill: (signal) => child.kill(signal),
  };
}

function end(
  child: ChildProcess,
  output: { stdout: string; stderr: string },
  patienceMs: number,
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${child.spawnargs.join(' ')} does not end:\n${said(output)}`));
    }, patienceMs);
    child.once('error', reject);
    child.once('close', (exitCode, signal) => {
      clearTimeout(deadline);
      resolve({ exitCode, signal, ...output });
    });
  });
}

function said({ stdout, stderr }: { stdout: string; stderr: string }): string {
  return `stdout: ${stdout}\nstderr: ${stderr}`;
}
