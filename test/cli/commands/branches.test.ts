import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { branchesOptions } from '../../../src/cli/commands/branches.ts';
import { run } from '../../../src/cli/run.ts';
import { BitbranchError } from '../../../src/errors.ts';
import { type TestWorld, testContext } from '../../helpers/context.ts';
import { failingAt, sandboxWorld } from '../../helpers/sandbox-world.ts';
import { cloudUrl, credentialFor, signedIn } from '../../helpers/signed-in.ts';

function options(argv: readonly string[], world: TestWorld) {
  const { plan, limit, useColor } = branchesOptions(
    parseArguments(['branches', ...argv]),
    testContext(world),
  );
  const { format, fields, endWithNul } = plan;
  return { format, fields: fields.join(), endWithNul, limit, useColor };
}

const every = 'repository,name,default,hash,date,author,message,url';
const inPipe = {
  format: 'tsv',
  fields: 'name,hash,date,author',
  endWithNul: false,
  limit: undefined,
  useColor: false,
};

const understood: readonly (readonly [argv: readonly string[], expected: object, TestWorld?])[] = [
  [[], inPipe],
  [[], { ...inPipe, format: 'table', useColor: true }, { stdoutIsTerminal: true }],
  [['--format=table'], { ...inPipe, format: 'table' }],
  [['--json'], { ...inPipe, format: 'json', fields: every }],
  [['--json=hash,name'], { ...inPipe, format: 'json', fields: 'hash,name' }],
  [['--format', 'jsonl', '--json=name'], { ...inPipe, format: 'jsonl', fields: 'name' }],
  [['--format', 'names', '-0'], { ...inPipe, format: 'names', fields: 'name', endWithNul: true }],
  [['--limit', '5'], { ...inPipe, limit: 5 }],
  [['--workspace', 'acme'], { ...inPipe, fields: 'repository,name,hash,date,author' }],
  [['a/b', 'c/d'], { ...inPipe, fields: 'repository,name,hash,date,author' }],
  [['-'], { ...inPipe, fields: 'repository,name,hash,date,author' }],
  [['--color'], { ...inPipe, useColor: true }],
];

test('a star that ends at a slash is told where no branch matches', async (t) => {
  const { world } = await sandboxWorld(t);
  const none = async (match: string, more: TestWorld = {}) => {
    const context = testContext({ ...world, stdoutIsTerminal: true, ...more });
    assert.equal(await run(['branches', 'maria/sample', '--match', match], context), 0);
    return context.printed.stderr;
  };
  const sentence = 'There are no such branches.';
  assert.equal(
    await none('feat*'),
    `${sentence} The * of "feat*" ends at a slash; "feat*/**" goes on behind it.\n`,
  );
  assert.equal(
    await none('feature*', { answers: [] }),
    `${sentence} The * of "feature*" ends at a slash; "feature*/**"\ngoes on behind it.\n`,
  );
  assert.equal(await none('nothing/*'), `${sentence}\n`);
});

test('a passphrase is asked for without a line of progress in between', async (t) => {
  const { world } = await sandboxWorld(t);
  const sleeping: number[] = [];
  const clock = {
    ...world.clock,
    sleep: (durationMs: number, signal?: AbortSignal) => {
      sleeping.push(durationMs);
      return world.clock.sleep(durationMs, signal);
    },
  };
  let sleptBefore: number[] | undefined;
  const [stored] = world.records;
  const read = async () => {
    sleptBefore = [...sleeping];
    return stored?.record as never;
  };
  const context = testContext({
    ...world,
    clock,
    credentials: { read },
    answers: [],
    stdoutIsTerminal: true,
  });
  assert.equal(await run(['branches', 'maria/sample'], context), 0);
  assert.deepEqual(sleptBefore, []);
  assert.ok(sleeping.includes(1_000));
});

test('a repository that is not there is named, and may be private', async (t) => {
  const { sandbox, world } = await sandboxWorld(t);
  const context = testContext(world);
  assert.equal(await run(['branches', 'maria/nothing'], context), 5);
  const { host } = new URL(sandbox.url);
  assert.ok(
    context.printed.stderr.startsWith(
      `bitbranch: ${host} has no repository maria/nothing, or it is private and this account may not see it`,
    ),
    context.printed.stderr,
  );
});

for (const [argv, expected, world = {}] of understood) {
  test(`branches ${argv.join(' ')} is understood${world.stdoutIsTerminal ? ' on a terminal' : ''}`, () => {
    assert.deepEqual(options(argv, world), expected);
  });
}

for (const argv of [
  ['--format', 'xml'],
  ['--json=nmae'],
  ['--null'],
  ['--limit=0'],
  ['--limit=many'],
  ['--max-wait=30'],
  ['--color=blue'],
  ['--csv-safe'],
  ['--sort=size'],
  ['--sort', '--date'],
  ['--newer=yesterday'],
  ['--older=2026-02-30'],
  ['--workspace=acme'],
  ['no-slug'],
]) {
  test(`branches ${argv.join(' ')} is a usage error before anything is read or sent`, async () => {
    const context = testContext(signedIn(credentialFor(cloudUrl)));
    assert.equal(await run(['branches', 'acme/site', ...argv], context), 2);
    assert.equal(context.printed.stdout, '');
  });
}

async function list(argv: readonly string[], world: TestWorld) {
  const context = testContext(world);
  const exitCode = await run(['branches', ...argv], context);
  return { exitCode, ...context.printed };
}

test('every page is printed, in each format', async (t) => {
  const { world, sandbox } = await sandboxWorld(t, {
    generated: [{ fullName: 'acme/site', branches: 250 }],
  });
  const names = await list(['acme/site', '--format', 'names'], world);
  assert.deepEqual([names.exitCode, names.stderr], [0, '']);
  const nameList = names.stdout.trimEnd().split('\n');
  assert.equal(new Set(nameList).size, 250);

  const nul = await list(['acme/site', '--format', 'names', '--null'], world);
  assert.equal(nul.stdout, nameList.map((name) => `${name}\0`).join(''));

  const tsv = await list(['acme/site'], world);
  const rows = tsv.stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  assert.deepEqual(
    rows.map(([name]) => name),
    nameList,
  );
  for (const [, hash, date] of rows) {
    assert.match(hash ?? '', /^[0-9a-f]{40}$/);
    assert.match(date ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  }

  const json = await list(['acme/site', '--json'], world);
  const records: Record<string, unknown>[] = JSON.parse(json.stdout);
  assert.deepEqual(
    records.map(({ name }) => name),
    nameList,
  );
  assert.deepEqual(Object.keys(records[0] ?? {}).join(), every);
  assert.equal(records.filter((record) => record['default']).length, 1);

  const jsonl = await list(['acme/site', '--format=jsonl', '--json=name'], world);
  assert.equal(jsonl.stdout, nameList.map((name) => `{"name":${JSON.stringify(name)}}\n`).join(''));

  const table = await list([`${sandbox.url}/acme/site`, '--format=table'], world);
  assert.deepEqual([table.exitCode, table.stdout.trimEnd().split('\n').length], [0, 251]);
});

test('the repository comes from the git remote here', async (t) => {
  const { world, sandbox } = await sandboxWorld(t, {
    generated: [{ fullName: 'acme/site', branches: 2 }],
  });
  const remotes = { origin: `${sandbox.url}/acme/site.git` };
  const { exitCode, stdout } = await list(['--json=repository'], { ...world, remotes });
  assert.equal(exitCode, 0);
  assert.deepEqual(JSON.parse(stdout), [{ repository: 'acme/site' }, { repository: 'acme/site' }]);
});

for (const [limit, printed, isCut] of [
  [1, 1, true],
  [150, 150, true],
  [250, 250, false],
  [251, 250, false],
] as const) {
  test(`--limit ${limit} prints ${printed} of 250 branches and ${isCut ? 'says so' : 'cuts nothing'}`, async (t) => {
    const { world } = await sandboxWorld(t, {
      generated: [{ fullName: 'acme/site', branches: 250 }],
    });
    const result = await list(['acme/site', '--json=name', '--limit', `${limit}`], world);
    assert.equal(result.exitCode, 0);
    assert.equal(JSON.parse(result.stdout).length, printed);
    const counted = `${printed} ${printed === 1 ? 'branch' : 'branches'}`;
    assert.equal(result.stderr.includes(`Stopped after ${counted}, as`), isCut);
  });
}

const isSecondPage = (url: string) => new URL(url).searchParams.get('page') === '2';

const breaks: readonly (readonly [format: string, isWhole: (stdout: string) => void])[] = [
  ['json', (stdout) => assert.equal(JSON.parse(stdout).length, 100)],
  [
    'jsonl',
    (stdout) =>
      assert.equal(
        stdout
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line)).length,
        100,
      ),
  ],
  ['names', (stdout) => assert.equal(stdout.trimEnd().split('\n').length, 100)],
  ['table', (stdout) => assert.equal(stdout.trimEnd().split('\n').length, 101)],
];

for (const [format, assertWhole] of breaks) {
  test(`a list in ${format} that breaks off stays whole and ends with 3`, async (t) => {
    const { world } = await sandboxWorld(t, {
      generated: [{ fullName: 'acme/site', branches: 250 }],
    });
    const http = failingAt(world.http, isSecondPage, 500);
    const result = await list(['acme/site', '--format', format], { ...world, http });
    assert.equal(result.exitCode, 3);
    assert.match(result.stderr, /incomplete.*after 100 branches.*500/);
    assertWhole(result.stdout);
  });
}

for (const [status, exitCode] of [
  [401, 4],
  [404, 5],
  [429, 7],
  [500, 6],
] as const) {
  test(`a first page of ${status} ends with ${exitCode}, and nothing is printed`, async (t) => {
    const { world } = await sandboxWorld(t, {
      generated: [{ fullName: 'acme/site', branches: 3 }],
    });
    const http = failingAt(world.http, () => true, status);
    const result = await list(['acme/site', '--json', '--max-wait=0s'], { ...world, http });
    assert.deepEqual([result.exitCode, result.stdout], [exitCode, '']);
    assert.ok(JSON.parse(result.stderr).error.hint);
  });
}

const leftByInterrupt: Readonly<Record<string, (stdout: string) => boolean>> = {
  tsv: (stdout) => stdout.endsWith('\n') && stdout.split('\n').length === 101,
  json: (stdout) => JSON.parse(stdout).length === 100,
  table: (stdout) => stdout === '',
};

for (const [format, isLeft] of Object.entries(leftByInterrupt)) {
  test(`Ctrl-C in the middle of a list ends with 130, not as an incomplete one, and leaves a valid ${format}`, async (t) => {
    const { world } = await sandboxWorld(t, {
      generated: [{ fullName: 'acme/site', branches: 250 }],
    });
    const controller = new AbortController();
    const reason = new BitbranchError('interrupted', 'Stopped by Ctrl-C.');
    const http = {
      ...world.http,
      send: async (request: Parameters<typeof world.http.send>[0]) => {
        if (!isSecondPage(request.url)) return world.http.send(request);
        controller.abort(reason);
        throw reason;
      },
    };
    const argv = ['acme/site', '--format', format];
    const result = await list(argv, { ...world, http, interrupted: controller.signal });
    assert.deepEqual([result.exitCode, result.stderr], [130, 'bitbranch: Stopped by Ctrl-C.\n']);
    assert.ok(isLeft(result.stdout), result.stdout.slice(-100));
  });
}

test('a reader that has enough ends the list quietly', async (t) => {
  const { world } = await sandboxWorld(t, {
    generated: [{ fullName: 'acme/site', branches: 3 }],
  });
  const result = await list(['acme/site'], { ...world, closed: ['stdout'] });
  assert.deepEqual([result.exitCode, result.stderr], [0, '']);
});

const refusals: readonly (readonly [argv: readonly string[], TestWorld, exitCode: number])[] = [
  [['acme/site'], {}, 4],
  [['acme'], signedIn(credentialFor(cloudUrl)), 2],
  [[], signedIn(credentialFor(cloudUrl)), 2],
  [['acme/site'], { settings: signedIn(credentialFor(cloudUrl)).settings }, 8],
];

for (const [argv, world, exitCode] of refusals) {
  test(`branches ${argv.join(' ')} sends nothing and ends with ${exitCode}`, async () => {
    const result = await list(argv, world);
    assert.deepEqual([result.exitCode, result.stdout], [exitCode, '']);
  });
}

test('a repository that there is not ends with 5', async (t) => {
  const { world } = await sandboxWorld(t, {
    generated: [{ fullName: 'acme/site', branches: 3 }],
  });
  const result = await list(['acme/none'], world);
  assert.deepEqual([result.exitCode, result.stdout], [5, '']);
});
