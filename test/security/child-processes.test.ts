// What the program starts, and with which arguments: programs that only record how they were called stand in the way of
// all that it could start by name.
import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { jsonAnswer, startRawServer } from '../helpers/raw-server.ts';
import { createHome } from '../helpers/spawn-cli.ts';

const names = ['git', 'xdg-open', 'open', 'sh', 'bash', 'env', 'cmd', 'powershell', 'ssh', 'curl'];

/** What a person, a script or a remote may hold, and no shell and no other program may take for its own. */
const hostileTexts = [
  '--help',
  '-oProxyCommand=touch /tmp/x',
  '--upload-pack=touch',
  '$(touch pwned)',
  '`touch pwned`',
  'a;touch pwned',
  'a\ntouch pwned',
  'ext::sh -c touch% pwned',
  '..',
  "a'b",
  '%COMSPEC%',
];

/** A PATH on which every program but Node says in a file how it was called, one argument a line of JSON. */
async function recordingHome(t: TestContext) {
  const home = await createHome(t);
  const directory = join(home.directory, 'bin');
  const record = join(home.directory, 'calls');
  const starts = join(home.directory, 'starts');
  const recording = {
    NODE_OPTIONS: `--require ${import.meta.dirname}/../helpers/recorded-starts.cjs`,
    STARTED_PROGRAMS: starts,
  };
  await mkdir(directory);
  const script = `#!${process.execPath}
const { basename } = require('node:path');
const call = [basename(process.argv[1]), ...process.argv.slice(2)];
require('node:fs').appendFileSync(${JSON.stringify(record)}, JSON.stringify(call) + '\\n');
if (call[0] === 'git' && call[1] === 'remote') process.stdout.write(process.env.REMOTES ?? '');
`;
  for (const name of names) {
    await writeFile(join(directory, name), script);
    await chmod(join(directory, name), 0o755);
  }
  const cwd = join(home.directory, 'clone');
  await mkdir(join(cwd, '.git'), { recursive: true });
  return {
    cwd,
    run: (args: readonly string[], env: Readonly<Record<string, string>> = {}, stdin = '') =>
      home.run(args, {
        cwd,
        stdin,
        env: { ...recording, PATH: directory, BITBRANCH_TOKEN: 'a-token', ...env },
      }),
    /** What was started that is neither Node, nor git, nor the opener of the desktop: a shell, for example. */
    async others(): Promise<readonly string[]> {
      const started = (await readFile(starts, 'utf8')).split('\n').filter(Boolean);
      const expected = [process.execPath, 'git', 'xdg-open', join(directory, 'xdg-open')];
      return started.filter((file) => !expected.includes(file));
    },
    async calls(): Promise<readonly (readonly string[])[]> {
      const lines = await readFile(record, 'utf8').catch(() => '');
      return lines
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    },
  };
}

/** All that git is ever asked. */
const gitCalls = new Set(
  [
    ['git', 'remote', '--verbose'],
    ['git', 'config', '--get', '--', 'bitbranch.account'],
  ].map((call) => JSON.stringify(call)),
);

test('nothing that is typed reaches a shell, or git or a browser as an option', async (t) => {
  const { run, calls, others } = await recordingHome(t);
  const host = await startRawServer(t, () => jsonAnswer({ values: [] }));
  const hostArgs = ['--host', host.url, '--kind', 'cloud', '--max-wait', '0s'];
  const commands = (text: string) => [
    ['branches', ...hostArgs, '--', text],
    ['branches', ...hostArgs, '--account', text],
    ['branches', '--web', ...hostArgs, '--', text],
    ['api', ...hostArgs, '--', `/2.0/${text}`],
  ];
  await inTurns(hostileTexts.flatMap(commands), 3, async (args) => {
    const { exitCode, stderr } = await run(args);
    assert.ok(exitCode !== 1, `${args.join(' ')}: ${stderr}`);
  });
  const made = await calls();
  assert.ok(made.length > 0, 'git was asked');
  assert.deepEqual(await others(), [], 'no shell, and nothing else, is started');
  for (const call of made) {
    const [program, url = '', ...more] = call;
    if (program === 'git') assert.ok(gitCalls.has(JSON.stringify(call)), call.join(' '));
    else {
      assert.ok(program === 'xdg-open' && more.length === 0, call.join(' '));
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/[\w.~%/-]*$/);
    }
  }
});

test('no git remote makes the program start anything or ask another host', async (t) => {
  const { run, calls, others } = await recordingHome(t);
  const other = await startRawServer(t, () => jsonAnswer({ values: [] }));
  const host = await startRawServer(t, () => jsonAnswer({ values: [] }));
  const remotes = [
    ...hostileTexts,
    `${other.url}/team/app.git`,
    `https://bitbucket.org@${new URL(other.url).host}/team/app.git`,
    `${host.url}@${new URL(other.url).host}/team/app.git`,
    `${host.url}.evil.example/team/app.git`,
    `${host.url}/../../team/app.git`,
    'ssh://-oProxyCommand=touch/team/app',
    'file:///etc/passwd',
  ];
  await inTurns(remotes, 3, async (remote) => {
    const { exitCode, stderr } = await run(
      ['branches', '--host', host.url, '--kind', 'cloud', '--max-wait', '0s'],
      { REMOTES: `origin\t${remote} (fetch)\norigin\t${remote} (push)\n` },
    );
    assert.equal(exitCode, 2, `${remote}: ${stderr}`);
  });
  assert.deepEqual(other.requests, []);
  assert.deepEqual(host.requests, []);
  assert.deepEqual(await others(), []);
  for (const call of await calls()) assert.ok(gitCalls.has(JSON.stringify(call)), call.join(' '));
});

test('a remote takes BITBRANCH_TOKEN to a host that is signed in to, and to no other one', async (t) => {
  const { run } = await recordingHome(t);
  const other = await startRawServer(t, () => jsonAnswer({ values: [] }));
  const host = await startRawServer(t, () => jsonAnswer({ username: 'maria', values: [] }));
  const login = ['login', '--host', host.url, '--kind', 'cloud', '--protocol', 'token'];
  assert.equal((await run(login, {}, 'the-stored-token')).exitCode, 0);
  const before = host.requests.length;
  const branchesAt = (url: string) =>
    run(['branches', '--max-wait', '0s'], { REMOTES: `origin\t${url}/team/app.git (fetch)\n` });
  assert.equal((await branchesAt(other.url)).exitCode, 2);
  assert.equal((await branchesAt(host.url)).exitCode, 0);
  const sent = host.requests.slice(before).map(({ head }) => /bearer a-token/i.test(head));
  assert.deepEqual(sent, [true]);
  assert.deepEqual(other.requests, []);
});

test('a sign-in gives the address to the opener as its only argument', async (t) => {
  const { run, calls, others } = await recordingHome(t);
  const host = await startRawServer(t, () => {
    const body = `oauth_token=${encodeURIComponent('--a b"c\'$(d)`e`;f|g\n&h')}&oauth_token_secret=s&oauth_callback_confirmed=true`;
    return `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  });
  const { exitCode } = await run(
    ['login', '--host', host.url, '--kind', 'cloud', '--timeout', '3s'],
    { BITBRANCH_CONSUMER_KEY: 'key', BITBRANCH_CONSUMER_SECRET: 'secret' },
  );
  assert.equal(exitCode, 6);
  const opened = (await calls()).filter(([program]) => program !== 'git');
  assert.equal(opened.length, 1);
  const [call = []] = opened;
  assert.equal(call.length, 2);
  assert.deepEqual(await others(), []);
  assert.match(call[1] ?? '', /^http:\/\/127\.0\.0\.1:\d+\/[!#-&(-~]*$/);
});

/** Does the work for each item, so many at a time. */
async function inTurns<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
