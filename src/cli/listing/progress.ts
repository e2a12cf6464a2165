import { ClosedPipe, type Context, type Output } from '../../context.ts';
import { counted, type Noun } from '../output/counted.ts';
import type { Format } from '../output/format.ts';

/** Tells the person at a terminal how far a list is, in one line that comes after a second and is gone at the end. */
export interface Progress {
  /** A host is waited for from now on; before that a store may ask for its passphrase, which the line would overwrite. */
  begin(): void;
  /** So many more records have come. */
  add(count: number): Promise<void>;
  /** Writes on stderr, the line out of the way. */
  write(text: string): Promise<void>;
  end(): Promise<void>;
}

const firstShownAfterMs = 1_000;
const leastIntervalMs = 100;
const clearLine = '\r\u001b[K';

/**
 * The line is for a person at a terminal. It stays away where records go to the terminal as they arrive, and from a pipe,
 * whose reader may have the whole screen (`| fzf`, `| less`).
 */
export function listProgress(
  noun: Noun,
  format: Format,
  context: Pick<Context, 'terminal' | 'clock'>,
): Progress {
  const { stdout, stderr } = context.terminal;
  const isFree = stdout.isTerminal ? format === 'table' : !stdout.isPipe;
  return stderr.isTerminal && isFree ? terminalProgress(noun, context) : plainProgress(stderr);
}

/** For whoever is no person at a terminal, who sees no line. */
export function plainProgress(stderr: Output): Progress {
  return {
    begin: () => {},
    add: async () => {},
    write: (text) => writeIfRead(stderr, text),
    end: async () => {},
  };
}

function terminalProgress(
  noun: Noun,
  { terminal, clock }: Pick<Context, 'terminal' | 'clock'>,
): Progress {
  const { stderr } = terminal;
  const over = new AbortController();
  let count = 0;
  let hasBegun = false;
  let isDue = false;
  let isVisible = false;
  let drawnAtMs = 0;

  async function draw(): Promise<void> {
    isVisible = true;
    drawnAtMs = clock.nowMs();
    const text = count === 0 ? `Waiting for ${noun[1]}…` : `${counted(count, noun)}…`;
    await writeIfRead(stderr, clearLine + text);
  }
  async function clear(): Promise<void> {
    if (!isVisible) return;
    isVisible = false;
    await writeIfRead(stderr, clearLine);
  }
  async function showLater(): Promise<void> {
    await clock.sleep(firstShownAfterMs, over.signal);
    if (over.signal.aborted) return;
    isDue = true;
    await draw();
  }

  return {
    begin() {
      if (hasBegun) return;
      hasBegun = true;
      // Its usual end is by the signal.
      showLater().catch(() => {});
    },
    async add(more) {
      count += more;
      if (isDue && clock.nowMs() - drawnAtMs >= leastIntervalMs) await draw();
    },
    async write(text) {
      await clear();
      await writeIfRead(stderr, text);
    },
    async end() {
      isDue = false;
      over.abort();
      await clear();
    },
  };
}

/** What is said on stderr is no reason to stop when nobody reads it. */
async function writeIfRead(stderr: Output, text: string): Promise<void> {
  try {
    await stderr.write(text);
  } catch (thrown) {
    if (!(thrown instanceof ClosedPipe)) throw thrown;
  }
}
