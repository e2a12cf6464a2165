import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { repositoryFromRemotes } from '../../src/bitbucket/git-remotes.ts';
import {
  hintMatchesHost,
  parseRepositoryReference,
} from '../../src/bitbucket/repository-reference.ts';
import { BitbranchError } from '../../src/errors.ts';

const uuid = '{0b2f0cd4-4a5c-4c3e-8f2b-5b8d4a8f1a11}';
const cloud = { url: 'https://bitbucket.org' };
const cloudSsh = { name: 'bitbucket.org' };
const context = { url: 'https://git.example.com/ctx' };

const understood: Readonly<Record<string, readonly [object | null, string, string]>> = {
  'acme/widgets': [null, 'acme', 'widgets'],
  'acme/widgets.git': [null, 'acme', 'widgets'],
  'acme/.dot-files_1.x': [null, 'acme', '.dot-files_1.x'],
  'PROJ/widgets': [null, 'PROJ', 'widgets'],
  '~jane.doe/widgets': [null, '~jane.doe', 'widgets'],
  [`${uuid}/${uuid}`]: [null, uuid, uuid],
  [`acme/${uuid}`]: [null, 'acme', uuid],
  'https://bitbucket.org/acme/widgets': [cloud, 'acme', 'widgets'],
  'https://bitbucket.org/acme/widgets.git': [cloud, 'acme', 'widgets'],
  'https://bitbucket.org/acme/widgets/': [cloud, 'acme', 'widgets'],
  'https://BitBucket.org:443/acme/widgets': [cloud, 'acme', 'widgets'],
  'https://www.bitbucket.org/acme/widgets': [cloud, 'acme', 'widgets'],
  'https://jane@bitbucket.org/acme/widgets.git': [cloud, 'acme', 'widgets'],
  'https://x-token-auth:s3cret@bitbucket.org/acme/widgets.git': [cloud, 'acme', 'widgets'],
  'https://bitbucket.org/acme/widgets/src/main/?at=main#readme': [cloud, 'acme', 'widgets'],
  [`https://bitbucket.org/${encodeURIComponent(uuid)}/widgets`]: [cloud, uuid, 'widgets'],
  'https://bitbucket.org/projects/repos': [cloud, 'projects', 'repos'],
  'ssh://git@bitbucket.org/acme/widgets.git': [cloudSsh, 'acme', 'widgets'],
  'ssh://git@altssh.bitbucket.org:443/acme/widgets.git': [cloudSsh, 'acme', 'widgets'],
  'git@bitbucket.org:acme/widgets.git': [cloudSsh, 'acme', 'widgets'],
  'git@bitbucket.org:/acme/widgets.git': [cloudSsh, 'acme', 'widgets'],
  'bitbucket.org:acme/widgets': [cloudSsh, 'acme', 'widgets'],
  'git@Bitbucket.org:acme/widgets.git': [cloudSsh, 'acme', 'widgets'],
  'https://git.example.com/ctx/scm/PROJ/widgets.git': [context, 'PROJ', 'widgets'],
  'https://jane@git.example.com/ctx/scm/~jane/widgets.git': [context, '~jane', 'widgets'],
  'https://git.example.com/ctx/projects/PROJ/repos/widgets': [context, 'PROJ', 'widgets'],
  'https://git.example.com/ctx/projects/PROJ/repos/widgets/browse?at=x': [
    context,
    'PROJ',
    'widgets',
  ],
  'https://git.example.com/ctx/users/jane/repos/widgets/': [context, '~jane', 'widgets'],
  'https://git.example.com/scm/proj/widgets.git': [
    { url: 'https://git.example.com' },
    'proj',
    'widgets',
  ],
  'https://git.example.com/ctx/acme/widgets.git': [context, 'acme', 'widgets'],
  'ssh://git@git.example.com:7999/proj/widgets.git': [
    { name: 'git.example.com' },
    'proj',
    'widgets',
  ],
  'ssh://git@git.example.com:7999/~jane/widgets.git': [
    { name: 'git.example.com' },
    '~jane',
    'widgets',
  ],
  'http://127.0.0.1:8123/acme/widgets': [{ url: 'http://127.0.0.1:8123' }, 'acme', 'widgets'],
  'http://[::1]:8123/acme/widgets': [{ url: 'http://[::1]:8123' }, 'acme', 'widgets'],
  'http://127.0.0.1:8123/acme/widgets.git': [{ url: 'http://127.0.0.1:8123' }, 'acme', 'widgets'],
};

for (const [input, [host, workspace, slug]] of Object.entries(understood)) {
  test(`${input} is understood`, () => {
    assert.deepEqual(parseRepositoryReference(input), { host, workspace, slug });
  });
}

const refused = [
  '',
  'acme',
  '/',
  'acme/',
  '/widgets',
  'acme//widgets',
  'acme/widgets/extra',
  'acme/.',
  'acme/..',
  '../widgets',
  '~/widgets',
  '~../widgets',
  'acme/.git',
  '-acme/widgets',
  'acme/-widgets',
  '--upload-pack=x/widgets',
  'acme/wid gets',
  ' acme/widgets',
  'acme/widgets\n',
  'acme/wid\u0000gets',
  'acme/wid\u001b[2Jgets',
  'acme/wid%2Fgets',
  'acme\\widgets',
  'acme/widgets?x=1',
  '{not-a-uuid}/widgets',
  'https://bitbucket.org',
  'https://bit\nbucket.org/acme/widgets',
  'https://bitbucket.org:99999/acme/widgets',
  'https://bitbucket.org:x/acme/widgets',
  'https://bitbucket.org/acme',
  'https://bitbucket.org/acme/../widgets',
  'https://bitbucket.org/acme/widgets/../../other',
  'https://bitbucket.org/acme/%2e%2e',
  'https://bitbucket.org/acme/a%2Fb',
  'https://bitbucket.org/acme/%',
  'https://bitbucket.org//acme/widgets',
  'https://git.example.com/ctx/acme/widgets',
  'https://git.example.com/../scm/PROJ/widgets.git',
  'https://git.example.com/c%74x%20y/scm/PROJ/widgets.git',
  'https://git.example.com/users//repos/widgets',
  'http://git.example.com/scm/PROJ/widgets.git',
  'ftp://bitbucket.org/acme/widgets',
  'file:///srv/acme/widgets.git',
  '/srv/acme/widgets.git',
  '../acme/widgets',
  'C:\\acme\\widgets',
  'C:/acme/widgets',
  'git@bitbucket.org:widgets.git',
  'git@bitbucket.org:acme/../widgets.git',
  'ssh://-oProxyCommand=x/acme/widgets',
  'ssh://git@bitbucket.org/acme/-widgets',
];

for (const input of refused) {
  test(`${JSON.stringify(input)} is refused in words`, () => {
    assert.throws(() => parseRepositoryReference(input), { name: 'BitbranchError', code: 'usage' });
  });
}

test('a password in a mistyped URL is not shown again', () => {
  for (const input of [
    'https://jane:hidden@bitbucket.org/acme',
    'https://jane:hidden/hidden@bitbucket.org/acme/widgets',
    'jane:hidden@bitbucket.org/acme',
    'http://jane:hidden@git.example.com/scm/PROJ/widgets.git',
  ]) {
    assert.throws(
      () => parseRepositoryReference(input),
      (error: unknown) => {
        assert.ok(error instanceof BitbranchError);
        assert.doesNotMatch(`${error.message} ${error.hint}`, /hidden/);
        return true;
      },
    );
  }
});

test('whatever is typed, the answer is a reference that is safe in a path, or a BitbranchError', () => {
  const piece = fc.constantFrom(
    'https://',
    'http://',
    'ssh://',
    'git@',
    'bitbucket.org',
    '127.0.0.1',
    '[::1]',
    ':',
    ':7999',
    '/',
    '//',
    '..',
    '.',
    '~',
    '-',
    '%',
    '%2e',
    '%2F',
    'scm',
    'projects',
    'users',
    'repos',
    '.git',
    'acme',
    'Ä',
    '\n',
    '\u0000',
    '@',
    '?',
    '#',
    '\\',
    ' ',
    '{',
    uuid,
  );
  const typed = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(typed, (input) => {
      try {
        const { workspace, slug } = parseRepositoryReference(input);
        for (const name of [workspace.replace(/^~/, ''), slug]) {
          assert.match(name, /^(?:[A-Za-z0-9_.][A-Za-z0-9_.-]*|\{[0-9a-f-]{36}\})$/i);
          assert.doesNotMatch(name, /^\.{1,2}$/);
        }
      } catch (error) {
        if (!(error instanceof BitbranchError)) throw error;
        assert.equal(error.code, 'usage');
      }
    }),
    { numRuns: 2_000 },
  );
});

test('a hint matches a host by base URL, or over SSH by host name', () => {
  const cases: ReadonlyArray<readonly [string, string, boolean]> = [
    ['https://bitbucket.org/acme/widgets', 'https://bitbucket.org', true],
    ['git@bitbucket.org:acme/widgets', 'https://bitbucket.org', true],
    ['ssh://git@git.example.com:7999/proj/widgets', 'https://git.example.com/ctx', true],
    ['ssh://git@git.example.com:7999/proj/widgets', 'https://git.example.com:8443', true],
    ['https://git.example.com/scm/proj/widgets', 'https://git.example.com/ctx', false],
    ['git@github.com:acme/widgets', 'https://bitbucket.org', false],
    ['http://127.0.0.1:1/acme/widgets', 'http://127.0.0.1:2', false],
  ];
  for (const [url, hostUrl, expected] of cases) {
    const { host } = parseRepositoryReference(url);
    assert.equal(host !== null && hintMatchesHost(host, hostUrl), expected, `${url} at ${hostUrl}`);
  }
});

function fromRemotes(remotes: Readonly<Record<string, string>>) {
  const hosts = ['https://bitbucket.org', 'https://git.example.com'];
  return repositoryFromRemotes(new Map(Object.entries(remotes)), (hint) =>
    hosts.some((url) => hintMatchesHost(hint, url)),
  );
}

const github = 'git@github.com:acme/widgets.git';
const bitbucket = 'git@bitbucket.org:acme/widgets.git';
const fork = 'https://bitbucket.org/jane/widgets.git';

const chosen: ReadonlyArray<readonly [string, Readonly<Record<string, string>>, string]> = [
  ['the only remote', { origin: bitbucket }, 'acme'],
  ['the only one on a Bitbucket', { origin: github, mirror: bitbucket }, 'acme'],
  ['origin among several', { upstream: bitbucket, origin: fork }, 'jane'],
  ['the one that two remotes name', { here: bitbucket, there: bitbucket }, 'acme'],
  ['beside a path and a broken URL', { a: '/srv/x.git', b: 'https://', c: fork }, 'jane'],
];

for (const [name, remotes, workspace] of chosen) {
  test(`of the git remotes is taken: ${name}`, () => {
    assert.equal(fromRemotes(remotes)?.workspace, workspace);
  });
}

test('remotes of which none is on a known host are no repository', () => {
  for (const remotes of [
    {},
    { origin: github },
    { origin: '../widgets' },
    { origin: 'acme/widgets' },
  ]) {
    assert.equal(fromRemotes(remotes), null);
  }
});

test('several remotes without an origin are an error that lists them', () => {
  assert.throws(() => fromRemotes({ one: bitbucket, two: fork, three: github }), {
    code: 'usage',
    message: /: one \(acme\/widgets\), two \(jane\/widgets\)\.$/,
  });
});
