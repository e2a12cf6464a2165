import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../../src/cli/run.ts';
import type { HttpClient } from '../../../src/context.ts';
import { scriptedHttp, type TestWorld, testContext } from '../../helpers/context.ts';
import { failingAt, sandboxWorld } from '../../helpers/sandbox-world.ts';
import { cloudUrl, credentialFor, otherUrl, signedIn } from '../../helpers/signed-in.ts';

const generated = [
  { fullName: 'acme/one', branches: 120 },
  { fullName: 'acme/two', branches: 3 },
  { fullName: 'acme/empty', branches: 0 },
  { fullName: 'beta/three', branches: 2 },
];

async function list(argv: readonly string[], world: TestWorld) {
  const context = testContext(world);
  const exitCode = await run(['branches', ...argv], context);
  return { exitCode, ...context.printed };
}

/** How many branches were printed of each repository, in order, from tsv. */
function counts(stdout: string): readonly (readonly [repository: string, count: number])[] {
  const groups = new Map<string, number>();
  for (const line of stdout.split('\n').filter((text) => text !== '')) {
    const [repository = ''] = line.split('\t');
    groups.set(repository, (groups.get(repository) ?? 0) + 1);
  }
  return [...groups];
}

test('several repositories are printed in the order asked, one after the other', async (t) => {
  const { world } = await sandboxWorld(t, { generated });
  const { exitCode, stdout, stderr } = await list(
    ['acme/two', 'acme/one', 'acme/empty', 'beta/three', 'acme/two'],
    world,
  );
  assert.deepEqual([exitCode, stderr], [0, '']);
  const order = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t')[0]);
  const expected = [
    ...Array.from({ length: 3 }, () => 'acme/two'),
    ...Array.from({ length: 120 }, () => 'acme/one'),
    ...Array.from({ length: 2 }, () => 'beta/three'),
    ...Array.from({ length: 3 }, () => 'acme/two'),
  ];
  assert.deepEqual(order, expected);
});

test('a workspace stands for all of its repositories', async (t) => {
  const { world } = await sandboxWorld(t, { generated });
  const { exitCode, stdout } = await list(['--workspace', 'acme'], world);
  assert.equal(exitCode, 0);
  assert.deepEqual(counts(stdout), [
    ['acme/one', 120],
    ['acme/two', 3],
  ]);
});

test('standard input names repositories, blank lines and comments passed over', async (t) => {
  const { world, sandbox } = await sandboxWorld(t, { generated });
  const stdin = `# mine\n\n  acme/two  \r\n${sandbox.url}/beta/three.git\n`;
  const { exitCode, stdout } = await list(['-', 'acme/one'], { ...world, stdin });
  assert.equal(exitCode, 0);
  assert.deepEqual(counts(stdout), [
    ['acme/two', 3],
    ['beta/three', 2],
    ['acme/one', 120],
  ]);
});

test('a line that is no repository is refused before anything is sent', async () => {
  const world = { ...signedIn(credentialFor(cloudUrl)), stdin: 'acme/one\nnonsense\n' };
  const { exitCode, stderr } = await list(['-'], world);
  assert.equal(exitCode, 2);
  assert.match(stderr, /"nonsense" is not a repository/);
});

test('no lines at all are an empty list', async () => {
  const world = { ...signedIn(credentialFor(cloudUrl)), stdin: '\n' };
  assert.deepEqual(await list(['-', '--json'], world), { exitCode: 0, stdout: '[]\n', stderr: '' });
});

test('one that fails neither stops nor hides the others', async (t) => {
  const { world } = await sandboxWorld(t, { generated });
  const result = await list(
    ['acme/none', 'acme/two', 'https://evil.example/a/b.git', 'beta/three'],
    world,
  );
  assert.equal(result.exitCode, 3);
  assert.deepEqual(counts(result.stdout), [
    ['acme/two', 3],
    ['beta/three', 2],
  ]);
  assert.match(result.stderr, /^bitbranch: acme\/none: .*no repository acme\/none/);
  assert.match(
    result.stderr,
    /^bitbranch: a\/b: Nobody is signed in to https:\/\/evil\.example\.$/m,
  );
  assert.match(result.stderr, /^bitbranch: The list is incomplete: 2 of 4 repositories/m);
});

test('with --json each failure is an object on a line of stderr, and stdout stays one document', async (t) => {
  const { world } = await sandboxWorld(t, { generated });
  const { exitCode, stdout, stderr } = await list(['acme/none', 'acme/two', '--json=name'], world);
  assert.equal(exitCode, 3);
  assert.equal(JSON.parse(stdout).length, 3);
  const errors = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).error);
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['not_found', 'incomplete'],
  );
  assert.match(errors[0].message, /^acme\/none: /);
});

test('one that breaks off keeps what was printed of it', async (t) => {
  const { world } = await sandboxWorld(t, { generated });
  const isSecondPage = (url: string) => new URL(url).searchParams.get('page') === '2';
  const http = failingAt(world.http, isSecondPage, 500);
  const result = await list(['acme/one', 'acme/two'], { ...world, http });
  assert.equal(result.exitCode, 3);
  assert.deepEqual(counts(result.stdout), [
    ['acme/one', 100],
    ['acme/two', 3],
  ]);
  assert.match(result.stderr, /^bitbranch: acme\/one: .*status 500/);
});

test('where one failed and a limit cut another, none is called complete', async (t) => {
  const { world } = await sandboxWorld(t, { generated });
  const argv = ['acme/none', 'acme/two', 'beta/three', '--limit'];
  const cut = await list([...argv, '2'], world);
  assert.equal(cut.exitCode, 3);
  assert.match(cut.stderr, /stands above\.$/m);
  const whole = await list([...argv, '9'], world);
  assert.match(whole.stderr, /stands above; all others are complete\.$/m);
});

test('where all fail and nothing is printed, the exit code is that of the cause', async (t) => {
  const { world } = await sandboxWorld(t, { generated });
  const { exitCode, stdout, stderr } = await list(['acme/a', 'acme/b', '--json'], world);
  assert.deepEqual([exitCode, stdout], [5, '']);
  assert.match(stderr, /None of the 2 repositories could be listed/);
});

test('a workspace that there is not is told once, by its own code', async (t) => {
  const { world } = await sandboxWorld(t, { generated });
  const { exitCode, stdout, stderr } = await list(['--workspace', 'nobody'], world);
  assert.deepEqual([exitCode, stdout], [5, '']);
  assert.equal(stderr.match(/^bitbranch: /gm)?.length, 1);
});

for (const [limit, expected, isCut] of [
  [2, [['acme/two', 2]], true],
  [3, [['acme/two', 3]], true],
  [
    4,
    [
      ['acme/two', 3],
      ['beta/three', 1],
    ],
    true,
  ],
  [
    5,
    [
      ['acme/two', 3],
      ['beta/three', 2],
    ],
    false,
  ],
] as const) {
  test(`--limit ${limit} counts over all repositories and ${isCut ? 'says that it cut' : 'cuts nothing'}`, async (t) => {
    const { world } = await sandboxWorld(t, { generated });
    const argv = ['acme/two', 'acme/empty', 'beta/three', '--limit', `${limit}`];
    const { exitCode, stdout, stderr } = await list(argv, world);
    assert.equal(exitCode, 0);
    assert.deepEqual(counts(stdout), expected);
    assert.equal(stderr.includes(`Stopped after ${limit} branches`), isCut);
  });
}

test('at most four repositories are asked at a time', async (t) => {
  const many = Array.from({ length: 12 }, (_, index) => ({
    fullName: `acme/r${index}`,
    branches: 1,
  }));
  const { world } = await sandboxWorld(t, { generated: many });
  let underWay = 0;
  let most = 0;
  const http: HttpClient = {
    ...world.http,
    async send(request) {
      underWay += 1;
      most = Math.max(most, underWay);
      const response = await world.http.send(request);
      underWay -= 1;
      return response;
    },
  };
  const { exitCode, stdout } = await list(
    ['--format=jsonl', '--json=name,repository', ...many.map(({ fullName }) => fullName)],
    { ...world, http },
  );
  assert.equal(exitCode, 0);
  assert.equal(stdout.trimEnd().split('\n').length, 12);
  assert.ok(most > 1 && most <= 4, `${most} at a time`);
});

test('hosts of several kinds are each asked by their own credential, read once', async () => {
  const page = JSON.stringify({ values: [{ name: 'main' }] });
  const read: string[] = [];
  const settled = signedIn(credentialFor(cloudUrl), credentialFor(otherUrl));
  const http = scriptedHttp([]);
  const requests: string[] = [];
  const answering: HttpClient = {
    ...http,
    async send(request) {
      requests.push(
        `${request.url.split('?')[0]} ${request.headers?.['authorization']?.includes('token-of-maria')}`,
      );
      return scriptedHttp([[`GET ${request.url}`, { body: page }]]).send(request);
    },
  };
  const world: TestWorld = {
    ...settled,
    http: answering,
    credentials: {
      read: async (reference) => {
        read.push(reference.host);
        return (settled.records.find(({ reference: known }) => known.host === reference.host)
          ?.record ?? null) as never;
      },
    },
  };
  const argv = [`${cloudUrl}/a/b`, `${otherUrl}/c/d.git`, `${cloudUrl}/e/f`, '--format=names'];
  const { exitCode, stdout, stderr } = await list(argv, world);
  assert.deepEqual([exitCode, stderr, stdout], [0, '', 'main\nmain\nmain\n']);
  assert.deepEqual([...read].sort(), [cloudUrl, otherUrl].sort());
  assert.deepEqual([...requests].sort(), [
    `https://api.bitbucket.org/2.0/repositories/a/b/refs/branches true`,
    `https://api.bitbucket.org/2.0/repositories/e/f/refs/branches true`,
    `${otherUrl}/2.0/repositories/c/d/refs/branches true`,
  ]);
});

test('a token from the environment goes to one host only', async () => {
  const world = { ...signedIn(credentialFor(otherUrl)), env: { BITBRANCH_TOKEN: 'abc' } };
  const { exitCode, stderr } = await list([`${cloudUrl}/a/b`, `${otherUrl}/c/d.git`], world);
  assert.equal(exitCode, 2);
  assert.match(stderr, /BITBRANCH_TOKEN is for one host/);
});

const wrongPlaces: readonly (readonly [
  argv: readonly string[],
  world: TestWorld,
  message: RegExp,
])[] = [
  [['a/b', '--workspace', 'c'], signedIn(credentialFor(cloudUrl)), /Both repositories and all/],
  [['--project', 'KEY'], signedIn(credentialFor(cloudUrl)), /belongs to a workspace/],
  [
    ['--project', 'KEY', '--workspace', 'w', '--host', 'h.example'],
    { env: { BITBRANCH_TOKEN: 'x' } },
    /has no workspaces/,
  ],
];

for (const [argv, world, message] of wrongPlaces) {
  test(`branches ${argv.join(' ')} is a usage error`, async () => {
    const { exitCode, stderr } = await list(argv, world);
    assert.equal(exitCode, 2);
    assert.match(stderr, message);
  });
}

test('on Cloud a project is asked for by its key', async () => {
  const requests: string[] = [];
  const http: HttpClient = {
    prepare: () => {},
    async send(request) {
      requests.push(new URL(request.url).search);
      return scriptedHttp([[`GET ${request.url}`, { body: '{"values":[]}' }]]).send(request);
    },
  };
  const world = { ...signedIn(credentialFor(cloudUrl)), http };
  const argv = ['--workspace', 'w', '--project', 'P"1', '--json'];
  assert.deepEqual(await list(argv, world), { exitCode: 0, stdout: '[]\n', stderr: '' });
  assert.equal(requests.length, 1);
  assert.equal(new URLSearchParams(requests[0]).get('q'), 'project.key = "P\\"1"');
});
