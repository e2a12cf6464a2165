import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments } from '../../src/cli/arguments.ts';
import { namedRepositories } from '../../src/cli/listing/wanted-repositories.ts';
import { repositoryHost } from '../../src/cli/repository-choice.ts';
import type { OAuth1Credential } from '../../src/credentials/credential.ts';
import { type TestWorld, testContext } from '../helpers/context.ts';
import { cloudUrl, credentialFor, otherUrl, signedIn } from '../helpers/signed-in.ts';

interface Situation extends Pick<TestWorld, 'env' | 'remotes'> {
  readonly argv: readonly string[];
  readonly signedIn?: readonly OAuth1Credential[];
}

async function choose({ argv, env = {}, remotes = {}, signedIn: credentials = [] }: Situation) {
  const args = parseArguments(['branches', ...argv]);
  const { settings } = signedIn(...credentials);
  const context = testContext({ env, remotes, settings });
  const sources = { args, env, settings };
  const [repository] = await namedRepositories(sources, context);
  assert.ok(repository);
  const host = repositoryHost(repository.host, sources);
  return `${host.url} ${repository.workspace}/${repository.slug}`;
}

const atCloud = credentialFor(cloudUrl);
const atOther = credentialFor(otherUrl);
const cloneUrl = `${otherUrl}/acme/site.git`;

const choices: readonly (readonly [what: string, Situation, chosen: string])[] = [
  [
    'the only host signed in to',
    { argv: ['acme/site'], signedIn: [atOther] },
    `${otherUrl} acme/site`,
  ],
  [
    'the host named, whoever is signed in elsewhere',
    { argv: ['acme/site', '--host', 'bitbucket.org'], signedIn: [atOther] },
    `${cloudUrl} acme/site`,
  ],
  [
    'the host of the clone URL among several',
    { argv: [cloneUrl], signedIn: [atCloud, atOther] },
    `${otherUrl} acme/site`,
  ],
  [
    'the host of an SSH URL',
    { argv: ['git@bitbucket.org:acme/site.git'], signedIn: [atCloud, atOther] },
    `${cloudUrl} acme/site`,
  ],
  [
    'the git remote here',
    { argv: [], remotes: { origin: 'git@bitbucket.org:acme/site.git' }, signedIn: [atOther] },
    `${cloudUrl} acme/site`,
  ],
  [
    'the git remote of a host signed in to, not the one at a strange host',
    {
      argv: [],
      remotes: { origin: 'https://github.com/acme/fork.git', bitbucket: cloneUrl },
      signedIn: [atOther],
    },
    `${otherUrl} acme/site`,
  ],
  [
    'the git remote of the host named',
    {
      argv: ['--host', otherUrl],
      remotes: { origin: cloneUrl },
    },
    `${otherUrl} acme/site`,
  ],
  [
    'bitbucket.org with a token from the environment',
    { argv: ['acme/site'], env: { BITBRANCH_TOKEN: 'x' } },
    `${cloudUrl} acme/site`,
  ],
];

for (const [what, situation, chosen] of choices) {
  test(`a repository is taken from ${what}`, async () => {
    assert.equal(await choose(situation), chosen);
  });
}

const refusals: readonly (readonly [what: string, Situation, code: string, message: RegExp])[] = [
  [
    'a clone URL of a host nobody signed in to',
    { argv: ['https://evil.example/acme/site.git'], signedIn: [atCloud] },
    'sign_in_needed',
    /Nobody is signed in to https:\/\/evil\.example/,
  ],
  [
    'a clone URL of a strange host, even with a token from the environment',
    { argv: ['https://evil.example/acme/site.git'], env: { BITBRANCH_TOKEN: 'x' } },
    'sign_in_needed',
    /evil\.example/,
  ],
  [
    'a clone URL that contradicts --host',
    { argv: [cloneUrl, '--host', 'bitbucket.org'], signedIn: [atCloud, atOther] },
    'usage',
    /at https:\/\/git\.example\.com\/bitbucket, but the host asked for is https:\/\/bitbucket\.org/,
  ],
  [
    'no remote at all',
    { argv: [], signedIn: [atCloud] },
    'usage',
    /^This directory is no git clone of a repository on a server\.$/,
  ],
  [
    'a clone of a host that nobody is signed in to',
    { argv: [], remotes: { origin: 'git@git.example.com:acme/site.git' }, signedIn: [atCloud] },
    'usage',
    /^The git remote origin is at git\.example\.com, which is not a host that you are signed in to\.$/,
  ],
  [
    'a clone of another host than the one named',
    { argv: ['--host', otherUrl], remotes: { fork: 'git@bitbucket.org:acme/site.git' } },
    'usage',
    /^The git remote fork is at bitbucket\.org, which is not the host asked for\.$/,
  ],
  ['what is no repository', { argv: ['site'], signedIn: [atCloud] }, 'usage', /"site"/],
  ['no sign-in', { argv: ['acme/site'] }, 'sign_in_needed', /Nobody is signed in/],
];

for (const [what, situation, code, message] of refusals) {
  test(`${what} is refused`, async () => {
    await assert.rejects(choose(situation), { name: 'BitbranchError', code, message });
  });
}

test('the remote of an unknown host leads to the sign-in there, or to the host of the token', async () => {
  const strange: Situation = {
    argv: [],
    remotes: { upstream: 'git@github.com:acme/site.git', origin: 'git@git.example.com:a/b.git' },
  };
  await assert.rejects(choose(strange), {
    hint: 'If that is a Bitbucket, sign in with: bitbranch login --host git.example.com',
  });
  await assert.rejects(choose({ ...strange, env: { BITBRANCH_TOKEN: 'x' } }), {
    hint: /BITBRANCH_TOKEN is for it, say so with --host git\.example\.com/,
  });
});
