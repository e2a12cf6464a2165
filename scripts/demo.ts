// The story that scripts/demo tells. Its argument is who decides on the consent page: desktop, chromium or script.
import assert from 'node:assert/strict';
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { styleText } from 'node:util';
import { createOutset } from '../src/system/outset.ts';
import { createSystemContext } from '../src/system/system-context.ts';
import { launchChromium } from '../test/helpers/chromium.ts';
import { decideAt } from '../test/helpers/user-agent.ts';

interface Announcement {
  readonly url: string;
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly repositories: readonly [string, ...string[]];
  readonly login: readonly string[];
}

interface Decider {
  readonly says: string;
  /** Decides on the consent page; absent where a person does, in the browser that login opens. */
  readonly decide?: (consentUrl: string) => Promise<unknown>;
}

const deciders: Readonly<Record<string, Decider>> = {
  desktop: { says: 'Your browser shows a page: press "Grant access" on it.' },
  chromium: {
    says: 'There is no desktop, so a headless Chromium opens the page and presses "Grant access".',
    decide: async (consentUrl) => {
      await using chromium = await launchChromium();
      const page = await chromium.context.newPage();
      await page.goto(consentUrl);
      await page.getByRole('button', { name: 'Grant access' }).click();
      await page.getByRole('heading', { name: /signed in/i }).waitFor();
    },
  },
  script: {
    says: 'No browser: a script loads the page and submits its form, as "Grant access" would.',
    decide: (consentUrl) => decideAt(consentUrl, 'grant'),
  },
};

const consentPage = /http\S+oauth_token=\S+/;
const program = join(import.meta.dirname, '../dist/main.cjs');
const configDirectory = await mkdtemp(join(tmpdir(), 'bitbranch-demo-'));
const env = { ...process.env, BITBRANCH_CONFIG_DIR: configDirectory };
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort());

const decider = deciders[process.argv[2] ?? ''];
assert.ok(decider, `usage: demo.ts ${Object.keys(deciders).join('|')}`);
try {
  await tellStory(decider);
} catch (error) {
  if (!interrupted.signal.aborted) process.stderr.write(`\nThe demo failed: ${error}\n`);
  process.exitCode = interrupted.signal.aborted ? 130 : 1;
} finally {
  await rm(configDirectory, { recursive: true });
}

async function tellStory(decider: Decider): Promise<void> {
  heading('A Bitbucket to try things out');
  typed('bitbranch sandbox');
  const sandbox = start(['sandbox', '--json'], ['ignore', 'pipe', 'pipe']);
  sandbox.stderr?.pipe(process.stderr);
  const announcement: Announcement = JSON.parse(await printed(sandbox.stdout, /^\{.*\}\n/));
  say(`It listens on ${announcement.url} and ends with this demo.`);
  try {
    heading('Sign in, once');
    await login(announcement, decider);
    heading('Other processes use the credential from the keychain');
    await show('branches', announcement.repositories[0], '--format', 'table');
    await show('status');
    await show('logout');
  } finally {
    await forgetConsumer(announcement);
    sandbox.stderr?.unpipe(); // that it was stopped is no news
    sandbox.kill('SIGTERM');
    if (sandbox.exitCode === null) await once(sandbox, 'exit');
  }
}

async function login(
  { login: [, ...args], consumerSecret }: Announcement,
  { says, decide }: Decider,
): Promise<void> {
  const words = decide === undefined ? args : [...args, '--no-browser'];
  typed(`BITBRANCH_CONSUMER_SECRET=… bitbranch ${words.join(' ')}`);
  say(`# ${says}\n`);
  const child = start(words, ['ignore', 'inherit', 'pipe'], {
    BITBRANCH_CONSUMER_SECRET: consumerSecret,
  });
  child.stderr?.pipe(process.stdout, { end: false });
  const decided = decide === undefined ? null : printed(child.stderr, consentPage).then(decide);
  await Promise.all([succeeded(child), decided]);
}

/** Runs a command in a process of its own, shown as it is typed, with what it prints. */
async function show(...args: readonly string[]): Promise<void> {
  typed(`bitbranch ${args.join(' ')}`);
  await succeeded(start(args, ['ignore', 1, 1]));
}

/** logout keeps the consumer for the next sign-in; there is none to a sandbox that has gone. */
async function forgetConsumer({ url, consumerKey }: Announcement): Promise<void> {
  const outset = createOutset();
  const { storeNamed } = createSystemContext([], outset);
  await storeNamed('keychain').remove({ type: 'consumer', host: url, name: consumerKey });
  outset.keychain.dispose();
}

function start(args: readonly string[], stdio: StdioOptions, extraEnv = {}): ChildProcess {
  const child = spawn(process.execPath, [program, ...args], {
    stdio,
    env: { ...env, ...extraEnv },
    signal: interrupted.signal,
  });
  child.on('error', () => {}); // when it is interrupted; who waits for it is told
  return child;
}

async function succeeded(child: ChildProcess): Promise<void> {
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`bitbranch ${child.spawnargs[2]} did not succeed`);
}

function printed(stream: Readable | null, pattern: RegExp): Promise<string> {
  assert.ok(stream);
  let text = '';
  return new Promise((resolve, reject) => {
    stream.on('data', (chunk) => {
      text += chunk;
      const match = pattern.exec(text);
      if (match !== null) resolve(match[0]);
    });
    stream.on('end', () => reject(new Error(`${pattern} was not printed`)));
  });
}

function heading(text: string): void {
  say(`\n${emphasized(`== ${text}`)}`);
}

function typed(command: string): void {
  say(`\n${emphasized(`$ ${command}`)}`);
}

function emphasized(text: string): string {
  return process.stdout.isTTY && process.stdout.hasColors() ? styleText('bold', text) : text;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
