// What a person sees on a real terminal: the built program in tmux, which knows what each byte does to a screen.
import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { quote } from 'shell-quote';
import stringWidth from 'string-width';
import { type Scope, startProgram } from '../helpers/program.ts';
import { startSandboxProcess } from '../helpers/sandbox-process.ts';
import { builtProgram, createHome, type Home } from '../helpers/spawn-cli.ts';
import { startTmux, type TmuxTerminal } from '../helpers/tmux.ts';
import { decideAt } from '../helpers/user-agent.ts';

const endings: (() => unknown)[] = [];
const file: Scope = { after: (ending) => endings.push(ending) };
let home: Home;
before(async () => {
  home = await createHome(file);
  const sandbox = await startSandboxProcess(home);
  const login = home.start([...sandbox.loginArgs, '--no-browser'], { env: sandbox.loginEnv });
  await decideAt((await login.printed(/http\S+oauth_token=\S+/))[0], 'grant');
  assert.equal((await login.ended).exitCode, 0);
});
after(async () => {
  for (const ending of endings.splice(0).reverse()) await ending();
});

interface Look {
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** What the shell does with the output. */
  readonly redirection?: string;
}

/** A command on a terminal of its own; a line that says `ended` and the exit code follows what it prints. */
function run(
  t: TestContext,
  args: readonly string[],
  { columns = 80, env = {}, redirection = '' }: Look = {},
): Promise<TmuxTerminal> {
  const script = `${quote([process.execPath, builtProgram, ...args])} ${redirection}; echo "ended $?"; exec cat`;
  return startTmux(t, ['sh', '-c', script], {
    columns,
    rows: 200,
    cwd: home.directory,
    env: { ...home.env, ...env },
  });
}

/** The lines that it printed, once it has ended. */
async function printed(terminal: TmuxTerminal): Promise<readonly string[]> {
  await terminal.shows(/^ended \d+/m);
  const lines = await terminal.lines();
  return lines.slice(
    0,
    lines.findIndex((line) => line.startsWith('ended ')),
  );
}

const list = ['branches', 'maria/sample'];

for (const columns of [40, 60, 80, 120, 200]) {
  test(`a table, help and an error fit into ${columns} columns`, async (t) => {
    const table = await printed(await run(t, list, { columns }));
    assert.equal(table.length, 12, table.join('\n')); // a header and 11 branches: no line was broken
    assert.ok(table.some((line) => line.includes('佐')));
    for (const line of table) assert.ok(stringWidth(line) <= columns, line);

    const help = await printed(await run(t, ['help', 'formatting'], { columns }));
    assert.ok(help.length > 40);
    for (const line of help) assert.ok(stringWidth(line) <= columns, line);

    const error = await printed(await run(t, ['branches', '--format', 'tabel'], { columns }));
    const words = 'bitbranch: There is no format "tabel". Did you mean table? The formats are';
    assert.ok(error.join(' ').startsWith(words), error.join('\n'));
  });
}

const colours: readonly (readonly [string, string[], Record<string, string>, boolean])[] = [
  ['by itself', [], {}, true],
  ['with NO_COLOR', [], { NO_COLOR: '1' }, false],
  ['with FORCE_COLOR=0', [], { FORCE_COLOR: '0' }, false],
  ['with --color=never', ['--color=never'], { FORCE_COLOR: '1' }, false],
  ['with --color', ['--color'], { NO_COLOR: '1' }, true],
];

for (const [how, flags, env, isColoured] of colours) {
  test(`a table on a terminal is ${isColoured ? 'coloured' : 'plain'} ${how}`, async (t) => {
    const terminal = await run(t, [...list, ...flags], { env });
    await printed(terminal);
    assert.equal((await terminal.screen()).includes('\u001b[1m'), isColoured);
  });
}

for (const [program, hasLinks] of [
  ['vscode', true],
  ['unknown', false],
] as const) {
  test(`a terminal called ${program} gets links: ${hasLinks}`, async (t) => {
    const command = quote([process.execPath, builtProgram, ...list]);
    const env = { ...home.env, TERM: 'xterm', SHELL: '/bin/sh', TERM_PROGRAM: program };
    const words = ['script', '--quiet', '--return', '--command', command, '/dev/null'];
    const { exitCode, stdout } = await startProgram(t, words, { env }).ended;
    assert.equal(exitCode, 0, stdout);
    assert.equal(stdout.includes('\u001b]8;;http'), hasLinks);
  });
}

test('progress is shown while a host is silent, and is gone afterwards', async (t) => {
  const { url, asked } = await silentHost(t);
  const out = join(home.directory, 'branches.txt');
  const args = ['branches', 'acme/site', '--format', 'names', '--host', url, '--kind', 'cloud'];
  const terminal = await run(t, args, {
    env: { BITBRANCH_TOKEN: 'token' },
    redirection: `> ${quote([out])}`,
  });
  const answer = await asked;
  await terminal.shows(/^Waiting for branches…/m);
  answer.setHeader('content-type', 'application/json');
  answer.end('{"values":[]}');
  const lines = await printed(terminal);
  assert.ok(!lines.join('\n').includes('Waiting'), lines.join('\n'));
});

/** A server that leaves its first request to the test. */
async function silentHost(
  t: TestContext,
): Promise<{ url: string; asked: Promise<ServerResponse> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const asked = new Promise<ServerResponse>((resolve) => {
    server.once('request', (_request, response) => resolve(response));
  });
  return { url: `http://127.0.0.1:${port}`, asked };
}
