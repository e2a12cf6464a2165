import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments } from '../../src/cli/arguments.ts';
import { defaultHost, hostOfUrl, namedHost, onlyHost } from '../../src/cli/host-choice.ts';
import type { Environment } from '../../src/context.ts';
import { emptySettings } from '../../src/credentials/settings.ts';
import { cloudUrl, credentialFor, otherUrl, signedIn } from '../helpers/signed-in.ts';

function sources(
  argv: readonly string[] = [],
  {
    env = {},
    settings = emptySettings,
  }: { env?: Environment; settings?: typeof emptySettings } = {},
) {
  return { args: parseArguments(['status', ...argv]), env, settings };
}

test('a host is named by --host, else by BITBRANCH_HOST', () => {
  const env = { BITBRANCH_HOST: 'two.example.com' };
  assert.equal(namedHost(sources(['--host', 'one.example.com'], { env }))?.name, 'one.example.com');
  assert.equal(namedHost(sources([], { env }))?.name, 'two.example.com');
  assert.equal(namedHost(sources([], { env: { BITBRANCH_HOST: '' } })), undefined);
});

test('login goes to bitbucket.org when no host is named', () => {
  assert.equal(defaultHost(sources()).url, cloudUrl);
});

const remembered = signedIn(credentialFor(otherUrl)).settings;

const kinds: readonly (readonly [what: string, ReturnType<typeof sources>, kind: string])[] = [
  ['as asked for', sources(['--kind=datacenter'], { settings: remembered }), 'datacenter'],
  ['as the environment says', sources([], { env: { BITBRANCH_KIND: 'cloud' } }), 'cloud'],
  ['as remembered', sources([], { settings: remembered }), 'cloud'],
  ['a Data Center otherwise', sources(), 'datacenter'],
];

for (const [what, asked, kind] of kinds) {
  test(`a host other than bitbucket.org is ${what}`, () => {
    assert.equal(hostOfUrl(otherUrl, asked).kind, kind);
  });
}

test('bitbucket.org is Cloud whatever is said', () => {
  assert.equal(hostOfUrl(cloudUrl, sources(['--kind=datacenter'])).kind, 'cloud');
});

test('a kind that there is not is refused', () => {
  assert.throws(() => hostOfUrl(otherUrl, sources(['--kind=server'])), {
    code: 'usage',
    hint: /cloud, datacenter/,
  });
});

test('without a name it is the only host signed in to', () => {
  assert.equal(onlyHost(sources([], { settings: remembered })).url, otherUrl);
});

test('several hosts signed in to have to be told apart', () => {
  const { settings } = signedIn(credentialFor(otherUrl), credentialFor(cloudUrl));
  assert.throws(() => onlyHost(sources([], { settings })), {
    code: 'usage',
    message: /git\.example\.com.*bitbucket\.org/,
    hint: /: bitbranch status --host HOST$/,
  });
});

test('the command to tell them apart with repeats the operands, but no password', () => {
  const { settings } = signedIn(credentialFor(otherUrl), credentialFor(cloudUrl));
  for (const [argv, command] of [
    [['consumer', 'show'], 'consumer show'],
    [['repos', 'a b'], "repos 'a b'"],
    [['repos', 'https://maria:secret@h/a'], 'repos'],
  ] as const) {
    assert.throws(() => onlyHost({ args: parseArguments(argv), env: {}, settings }), {
      hint: `Set BITBRANCH_HOST, or name the one that is meant: bitbranch ${command} --host HOST`,
    });
  }
});

test('nobody signed in is exit 4, unless BITBRANCH_TOKEN needs no sign-in', () => {
  assert.throws(() => onlyHost(sources()), { code: 'sign_in_needed', hint: /bitbranch login/ });
  assert.equal(onlyHost(sources([], { env: { BITBRANCH_TOKEN: 'x' } })).url, cloudUrl);
});
