// The story that scripts/demo tells. Its arguments are who decides on the consent page, and the kind and protocol.
import assert from 'node:assert/strict';
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type Decider, deciders } from './demo-deciders.ts';
import { heading, say, typed } from './demo-screen.ts';

interface Announcement {
  readonly url: string;
  readonly consumerSecret: string;
  readonly token: string;
  readonly repositories: readonly [string, ...string[]];
  readonly logins: readonly Login[];
}

interface Login {
  readonly kind: string;
  readonly protocol: string;
  readonly command: readonly string[];
}

/** What login is given beside its arguments, which hold no secret. */
interface Secret {
  /** The command line with it, as a person would type it. */
  readonly typed: (command: string) => string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

const consentPage = /^ {2}http\S+$/m;
const publicKeyFile = 'public-key.pem';
const program = join(import.meta.dirname, '../dist/main.cjs');
const directory = await mkdtemp(join(tmpdir(), 'bitbranch-demo-'));
const env = { ...process.env, BITBRANCH_CONFIG_DIR: join(directory, 'config') };
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort());

const [, , browser = '', kind = '', protocol = ''] = process.argv;
const decider = deciders[browser];
assert.ok(decider, `usage: demo.ts ${Object.keys(deciders).join('|')} KIND PROTOCOL`);
const usesKeyPair = kind === 'datacenter' && protocol === 'oauth1';
try {
  await tellStory(decider);
} catch (error) {
  if (!interrupted.signal.aborted) process.stderr.write(`\nThe demo failed: ${error}\n`);
  process.exitCode = interrupted.signal.aborted ? 130 : 1;
} finally {
  await rm(directory, { recursive: true });
}

async function tellStory(decider: Decider): Promise<void> {
  heading('A Bitbucket to try things out');
  const flags = usesKeyPair ? ['--application-link', `bitbranch=${publicKeyFile}`] : [];
  typed(['bitbranch sandbox', ...flags].join(' '));
  const sandbox = start(['sandbox', '--json', ...flags], ['ignore', 'pipe', 'pipe']);
  sandbox.stderr?.pipe(process.stderr);
  const announcement: Announcement = JSON.parse(await printed(sandbox.stdout, /^\{.*\}\n/));
  const { url, repositories } = announcement;
  say(`It listens on ${url} and ends with this demo.`);
  try {
    if (usesKeyPair) await addKeyPair(url);
    heading('Sign in, once');
    await login(announcement, decider);
    heading('Other processes use the credential from the keychain');
    await show('branches', repositories[0], '--format', 'table');
    await show('status');
    await show('logout');
  } finally {
    await forget(url);
    sandbox.stderr?.unpipe(); // that it was stopped is no news
    sandbox.kill('SIGTERM');
    if (sandbox.exitCode === null) await once(sandbox, 'exit');
  }
}

/** What a person and an administrator of a Data Center do once. */
async function addKeyPair(url: string): Promise<void> {
  heading('A key pair, whose public key the Bitbucket has to know');
  const args = ['consumer', 'add', '--host', url, '--kind', kind];
  typed(`bitbranch ${args.join(' ')} > ${publicKeyFile}`);
  const file = await open(join(directory, publicKeyFile), 'w');
  await succeeded(start(args, ['ignore', file.fd, 1]));
  await file.close();
  say(`\nHere the sandbox reads ${publicKeyFile}: that is its application link.`);
}

async function login(announcement: Announcement, { says, decide }: Decider): Promise<void> {
  const offered = announcement.logins.find(
    (login) => login.kind === kind && login.protocol === protocol,
  );
  assert.ok(offered, `the sandbox has no sign-in for ${kind} and ${protocol}`);
  const [, ...args] = offered.command;
  const asksPerson = protocol !== 'token';
  const words = decide !== undefined && asksPerson ? [...args, '--no-browser'] : args;
  const secret = secretOf(announcement);
  typed(secret.typed(`bitbranch ${words.join(' ')}`));
  if (asksPerson) say(`# ${says}\n`);
  const child = start(words, ['pipe', 'inherit', 'pipe'], secret.env);
  child.stdin?.end(secret.stdin);
  child.stderr?.pipe(process.stdout, { end: false });
  const decided =
    decide !== undefined && asksPerson
      ? printed(child.stderr, consentPage).then((line) => decide(line.trim()))
      : null;
  await Promise.all([succeeded(child), decided]);
}

function secretOf({ consumerSecret, token }: Announcement): Secret {
  if (protocol === 'token') return { typed: (command) => `echo … | ${command}`, stdin: token };
  if (usesKeyPair) return { typed: (command) => command };
  return {
    typed: (command) => `BITBRANCH_CONSUMER_SECRET=… ${command}`,
    env: { BITBRANCH_CONSUMER_SECRET: consumerSecret },
  };
}

/** Runs a command in a process of its own, shown as it is typed, with what it prints. */
async function show(...args: readonly string[]): Promise<void> {
  typed(`bitbranch ${args.join(' ')}`);
  await succeeded(start(args, ['ignore', 1, 1]));
}

/** Leaves nothing in the keychain, wherever the story ended: nobody signs in again to a sandbox that has gone. */
async function forget(url: string): Promise<void> {
  for (const command of [['logout'], ['consumer', 'remove']]) {
    const args = [program, ...command, '--host', url];
    await once(spawn(process.execPath, args, { env, stdio: 'ignore' }), 'close');
  }
}

function start(args: readonly string[], stdio: StdioOptions, extraEnv = {}): ChildProcess {
  const child = spawn(process.execPath, [program, ...args], {
    stdio,
    cwd: directory,
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
