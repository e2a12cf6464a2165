import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../../src/cli/run.ts';
import type { HttpClient } from '../../../src/context.ts';
import { type TestWorld, testContext } from '../../helpers/context.ts';
import { failingAt, sandboxWorld } from '../../helpers/sandbox-world.ts';

const generated = [
  { fullName: 'acme/site', branches: 1 },
  { fullName: 'acme/App', branches: 1 },
  { fullName: 'acme/docs', branches: 0 },
  { fullName: 'beta/one', branches: 1 },
];

async function repos(argv: readonly string[], world: TestWorld) {
  const context = testContext(world);
  const exitCode = await run(['repos', ...argv], context);
  return { exitCode, ...context.printed };
}

const lists: readonly (readonly [argv: readonly string[], names: readonly string[]])[] = [
  [['acme'], ['acme/site', 'acme/App', 'acme/docs']],
  [[], ['acme/site', 'acme/App', 'acme/docs', 'beta/one']],
  [
    ['acme', '--sort', 'name'],
    ['acme/App', 'acme/docs', 'acme/site'],
  ],
  [
    ['acme', '--sort', '-name'],
    ['acme/site', 'acme/docs', 'acme/App'],
  ],
  [
    ['beta', 'acme'],
    ['beta/one', 'acme/site', 'acme/App', 'acme/docs'],
  ],
  [['acme', 'beta', '--match', '*o*', '--match', '!d*'], ['beta/one']],
  [
    ['--match', 'site', '--match', 'o?e'],
    ['acme/site', 'beta/one'],
  ],
  [
    ['acme', '--query', 'name ~ "s"'],
    ['acme/site', 'acme/docs'],
  ],
];

for (const [argv, names] of lists) {
  test(`repos ${argv.join(' ')} lists ${names.join(', ')}`, async (t) => {
    const { world } = await sandboxWorld(t, { generated });
    const result = await repos([...argv, '--format', 'names'], world);
    assert.deepEqual(result, { exitCode: 0, stdout: `${names.join('\n')}\n`, stderr: '' });
  });
}

test('workspaces are read from standard input in the place of -', async (t) => {
  const { world } = await sandboxWorld(t, { generated });
  const stdin = '# mine\n\nacme\n';
  const result = await repos(['beta', '-', '--format=names'], { ...world, stdin });
  assert.equal(result.stdout, 'beta/one\nacme/site\nacme/App\nacme/docs\n');
});

test('--match is applied before --limit counts', async (t) => {
  const { world } = await sandboxWorld(t, { generated });
  const argv = ['acme', '--match=d*', '--limit=1', '--format=names'];
  assert.deepEqual(await repos(argv, world), { exitCode: 0, stdout: 'acme/docs\n', stderr: '' });
});

test('--sort updated is refused for a Data Center, which does not tell it', async (t) => {
  const { world, sandbox } = await sandboxWorld(t, { generated });
  const argv = ['ACME', '--sort=-updated', '--host', sandbox.url, '--kind=datacenter'];
  const result = await repos(argv, world);
  assert.deepEqual([result.exitCode, result.stdout], [2, '']);
  assert.match(result.stderr, /does not tell when a repository was changed/);
});

test('every format has its fields', async (t) => {
  const { world, sandbox } = await sandboxWorld(t, { generated });
  const tsv = await repos(['beta'], world);
  assert.match(tsv.stdout, /^beta\/one\ttrue\t20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ\t\n$/);
  const csv = await repos(['beta', '--format=csv'], world);
  assert.match(csv.stdout, /^repository,private,updated,description\r\nbeta\/one,true,/);
  const json = await repos(['beta', '--json'], world);
  const [{ updated, ...record }] = JSON.parse(json.stdout);
  assert.match(updated, /Z$/);
  assert.deepEqual(record, {
    repository: 'beta/one',
    name: 'one',
    slug: 'one',
    private: true,
    mainBranch: 'main',
    description: '',
    url: `${sandbox.url}/beta/one`,
  });
  const table = await repos(['beta'], { ...world, stdoutIsTerminal: true });
  assert.match(table.stdout, /repository +private +updated/);
  assert.match(table.stdout, /beta\/one +yes +\d+ \w+ ago/);
});

test('--limit says that it cuts, and only then', async (t) => {
  const { world } = await sandboxWorld(t, { generated });
  const cut = await repos(['acme', '--limit=2', '--format=names'], world);
  assert.deepEqual([cut.exitCode, cut.stdout], [0, 'acme/site\nacme/App\n']);
  assert.match(cut.stderr, /^Stopped after 2 repositories, as --limit asks/);
  const whole = await repos(['acme', '--limit=3', '--format=names'], world);
  assert.deepEqual([whole.exitCode, whole.stderr], [0, '']);
});

test('a Data Center lists a project, or all that can be seen', async (t) => {
  const { world, sandbox } = await sandboxWorld(t, { generated });
  const asDataCenter: HttpClient = {
    ...world.http,
    // The credential of the test is for Cloud's dialect of OAuth; this test is about the list.
    send: async (request) => {
      const { pathname } = new URL(request.url);
      const document =
        pathname.endsWith('/projects/ACME/repos') || pathname.endsWith('/repos')
          ? {
              values: [{ slug: 'site', name: 'Site', public: false, project: { key: 'ACME' } }],
              isLastPage: true,
              size: 1,
              limit: 1000,
              start: 0,
            }
          : assert.fail(request.url);
      const text = JSON.stringify(document);
      return {
        status: 200,
        url: request.url,
        header: () => null,
        headers: () => [],
        text: async () => text,
        chunks: () => assert.fail(),
      };
    },
  };
  const host = ['--host', sandbox.url, '--kind', 'datacenter'];
  for (const argv of [host, ['ACME', ...host]]) {
    const result = await repos([...argv, '--format=names'], { ...world, http: asDataCenter });
    assert.deepEqual(result, { exitCode: 0, stdout: 'ACME/site\n', stderr: '' });
  }
});

test('a workspace that fails does not hide the others', async (t) => {
  const { world } = await sandboxWorld(t, { generated });
  const http = failingAt(world.http, (url) => url.includes('/repositories/acme'), 403);
  const result = await repos(['--format=names'], { ...world, http });
  assert.deepEqual([result.exitCode, result.stdout], [3, 'beta/one\n']);
  assert.match(result.stderr, /^bitbranch: acme: .*1 of 2 workspaces/s);
});

for (const argv of [['--sort=date'], ['a/b'], [''], ['--author', 'x'], ['--format=xml']]) {
  test(`repos ${argv.join(' ')} is a usage error before anything is sent`, async () => {
    const { exitCode, stdout } = await repos(argv, { env: { BITBRANCH_TOKEN: 'x' } });
    assert.deepEqual([exitCode, stdout], [2, '']);
  });
}
