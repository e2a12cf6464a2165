import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { quote } from 'shell-quote';
import { type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';
import { serveOnLoopback } from '../helpers/loopback.ts';
import { startProgram } from '../helpers/program.ts';
import { builtProgram, createHome, type Home } from '../helpers/spawn-cli.ts';

const token = 'token-of-the-test';

const kinds = [
  ['cloud', 'acme'],
  ['datacenter', 'ACME'],
] as const;

const generated = [
  { fullName: 'acme/big', branches: 2_500 },
  { fullName: 'acme/small', branches: 3 },
  { fullName: 'acme/empty', branches: 0 },
];

/** A person whose token a sandbox takes, and who has no keychain. */
async function setUp(t: TestContext, kind: string, options: SandboxOptions = { generated }) {
  const home = await createHome(t, {});
  const sandbox = await startSandbox({ ...options, tokens: [{ token, kind: 'user' }] });
  t.after(() => sandbox.close());
  const env = { BITBRANCH_TOKEN: token, BITBRANCH_HOST: sandbox.url, BITBRANCH_KIND: kind };
  const run = (args: readonly string[], stdin = '') => home.run(args, { env, stdin });
  return { home, sandbox, env, run };
}

for (const [kind, owner] of kinds) {
  test(`${kind}: every format tells the same branches, and several repositories are one list`, async (t) => {
    const { run } = await setUp(t, kind);
    const succeed = async (args: readonly string[], stdin = '') => {
      const { exitCode, stdout, stderr } = await run(['branches', ...args], stdin);
      assert.deepEqual([exitCode, stderr], [0, '']);
      return stdout;
    };
    const names = (await succeed([`${owner}/big`, '--format=names'])).trimEnd().split('\n');
    assert.equal(new Set(names).size, 2_500);
    const csv = (await succeed([`${owner}/big`, '--format=csv', '--csv-safe'])).split('\r\n');
    assert.equal(csv[0], 'name,hash,date,author');
    assert.deepEqual(
      csv.slice(1, -1).map((line) => line.split(',')[0]),
      names,
    );
    const jsonl = (await succeed([`${owner}/big`, '--format=jsonl', '--json=name'])).trimEnd();
    assert.deepEqual(
      jsonl.split('\n').map((line) => JSON.parse(line).name),
      names,
    );

    const several = [`${owner}/small`, `${owner}/empty`, `${owner}/small`];
    const tsv = await succeed(several);
    assert.equal(tsv.trimEnd().split('\n').length, 6);
    assert.ok(tsv.startsWith(`${owner}/small\t`));
    assert.equal(await succeed(['-'], `${several.join('\n')}\n`), tsv);
    const whole = await succeed([kind === 'cloud' ? '--workspace' : '--project', owner, '--json']);
    assert.equal(JSON.parse(whole).length, 2_503);
  });

  test(`${kind}: branches are selected, sorted and limited`, async (t) => {
    const { run } = await setUp(t, kind);
    const select = async (...args: readonly string[]) => {
      const { exitCode, stdout } = await run([
        'branches',
        `${owner}/big`,
        '--format=names',
        ...args,
      ]);
      assert.equal(exitCode, 0);
      return stdout.trimEnd().split('\n');
    };
    assert.deepEqual(await select('--match', '*/*-000000[12]', '--match', '!**/*2'), [
      'bugfix/BB-0000001',
    ]);
    const sorted = await select('--sort', '-name', '--limit', '2');
    assert.deepEqual(sorted, ['main', 'hotfix/BB-0002499']);
    const all = await select();
    const newer = await select('--newer', '2026-10-30');
    const older = await select('--older', '2026-10-30');
    assert.ok(newer.length > 0 && older.length > 0);
    assert.deepEqual([...newer, ...older].sort(), all.sort());
    assert.ok((await select('--author', 'björk')).length > 0);
  });

  test(`${kind}: one repository that fails neither stops nor hides the others`, async (t) => {
    const { run } = await setUp(t, kind);
    const { exitCode, stdout, stderr } = await run([
      'branches',
      `${owner}/small`,
      `${owner}/none`,
      `${owner}/small`,
    ]);
    assert.equal(exitCode, 3, stderr);
    assert.equal(stdout.trimEnd().split('\n').length, 6);
    assert.match(stderr, new RegExp(`^bitbranch: ${owner}/none: `));
    const alone = await run(['branches', `${owner}/none`]);
    assert.deepEqual([alone.exitCode, alone.stdout], [5, '']);
  });

  test(`${kind}: a reader that has enough ends the list with 0 and without a word`, async (t) => {
    const { home, env } = await setUp(t, kind);
    for (const format of ['tsv', 'names', 'jsonl', 'json', 'csv', 'table']) {
      const program = quote([
        process.execPath,
        builtProgram,
        'branches',
        `${owner}/big`,
        '--format',
        format,
      ]);
      // The exit code of the program itself, which a pipeline does not tell.
      const script = `{ ${program}; echo "exit code $?" >&2; } | head -1`;
      const result = await startProgram(t, ['sh', '-c', script], { env: { ...home.env, ...env } })
        .ended;
      assert.equal(result.stderr, 'exit code 0\n', format);
      assert.equal(result.stdout.split('\n').length, 2, format);
    }
  });
}

test('jsonl is printed while the host still holds the second page back', async (t) => {
  const home = await createHome(t, {});
  const answers = new EventEmitter();
  const secondAsked = once(answers, 'second asked');
  const host = await serveOnLoopback(
    t,
    createServer((request, response) => {
      const isFirst = !request.url?.includes('start=');
      const start = isFirst ? 0 : 1;
      const values = [{ id: `refs/heads/b${start}`, displayId: `b${start}`, latestCommit: 'a' }];
      const page = { values, size: 1, limit: 1, start, isLastPage: !isFirst, nextPageStart: 1 };
      const answer = () => response.end(JSON.stringify(page));
      if (isFirst) answer();
      else answers.once('go', answer).emit('second asked');
    }),
  );
  const env = { BITBRANCH_TOKEN: token, BITBRANCH_HOST: host, BITBRANCH_KIND: 'datacenter' };
  const args = ['branches', 'ACME/app', '--format=jsonl', '--json=name'];
  const program = home.start(args, { env });
  await secondAsked;
  const [printed] = await program.printed(/^\{.*\}\n/);
  assert.equal(printed, '{"name":"b0"}\n');
  answers.emit('go');
  const { exitCode, stdout } = await program.ended;
  assert.deepEqual([exitCode, stdout], [0, '{"name":"b0"}\n{"name":"b1"}\n']);
});

/** The built program on a pseudo-terminal of a width, whose output all comes on stdout. */
function onTerminal(
  t: TestContext,
  home: Home,
  columns: number,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
) {
  const program = quote([process.execPath, builtProgram, ...args]);
  const command = [
    'script',
    '--quiet',
    '--return',
    '--command',
    `stty cols ${columns}; ${program}`,
    '/dev/null',
  ];
  return startProgram(t, command, {
    env: { ...home.env, TERM: 'xterm', SHELL: '/bin/sh', ...env },
  }).ended;
}

for (const columns of [40, 80, 200]) {
  test(`a table fits a terminal of ${columns} columns, tells ages and marks the main branch`, async (t) => {
    const { home, env, sandbox } = await setUp(t, 'cloud', {});
    const { exitCode, stdout } = await onTerminal(
      t,
      home,
      columns,
      ['branches', ...sandbox.repositories],
      { ...env, NO_COLOR: '1' },
    );
    assert.equal(exitCode, 0, stdout);
    const { default: stringWidth } = await import('string-width');
    const lines = stdout.trimEnd().split(/\r?\n/);
    assert.equal(lines.length, 12);
    for (const line of lines) assert.ok(stringWidth(line) <= columns, line);
    assert.equal(lines.filter((line) => line.startsWith('* main ')).length, 1);
    if (columns > 40) assert.match(stdout, /\d (?:day|week|month|year)s? ago/);
  });
}

test('names are links and the main branch is bold where the terminal can', async (t) => {
  const { home, env, sandbox } = await setUp(t, 'cloud', {});
  const { stdout } = await onTerminal(t, home, 120, ['branches', ...sandbox.repositories], {
    ...env,
    FORCE_HYPERLINK: '1',
  });
  assert.ok(
    stdout.includes(
      `\u001b[1m* \u001b]8;;${sandbox.url}/maria/sample/branch/main\u001b\\main\u001b]8;;\u001b\\`,
    ),
    stdout,
  );
});

test('on a terminal what takes longer than a second is counted, and the count is gone at the end', async (t) => {
  const { home, env } = await setUp(t, 'cloud', { generated, latencyMs: 1_500 });
  const { exitCode, stdout } = await onTerminal(t, home, 120, ['branches', 'acme/small'], {
    ...env,
    NO_COLOR: '1',
  });
  assert.equal(exitCode, 0, stdout);
  const [before, ...shown] = stdout.split('\r\u001b[K');
  assert.equal(before, '');
  assert.match(shown.pop() ?? '', /^ {2}name /);
  assert.ok(shown.length > 0);
  for (const line of shown) assert.match(line, /^(?:Waiting for|\d) branches…$/);
});

test('--web opens the page of the branches in the browser named', async (t) => {
  const { home, env, sandbox } = await setUp(t, 'datacenter');
  const page = `${sandbox.url}/projects/ACME/repos/small/branches`;
  const opened = join(home.directory, 'opened');
  await promisify(execFile)('mkfifo', [opened]);
  const browser = quote(['sh', '-c', `echo "$0" > ${opened}`]);
  const [address, result] = await Promise.all([
    readFile(opened, 'utf8'),
    home.run(['branches', '--web', 'ACME/small'], { env: { ...env, BITBRANCH_BROWSER: browser } }),
  ]);
  assert.deepEqual(result, { exitCode: 0, signal: null, stdout: '', stderr: `${page}\n` });
  assert.equal(address, `${page}\n`);
});
