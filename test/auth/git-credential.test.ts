import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type CredentialForGit,
  type GitCredential,
  gitCredential,
} from '../../src/auth/git-credential.ts';
import type { HostKind, TokenCredential } from '../../src/credentials/credential.ts';
import { BitbranchError } from '../../src/errors.ts';

function token(kind: HostKind, text: string, name = 'maria'): TokenCredential {
  const account = { name, displayName: null };
  const host = 'https://git.example.com';
  return { protocol: 'token', host, kind, account, expiresAt: null, token: text };
}

function oauth2(kind: HostKind, name = 'maria'): CredentialForGit {
  const { token: _, ...base } = token(kind, '', name);
  const consumer = { key: 'key', secret: 'consumer-secret' };
  const issuedAt = '2026-11-24T12:00:00.000Z';
  return {
    ...base,
    protocol: 'oauth2',
    consumer,
    accessToken: 'access',
    refreshToken: 'refresh',
    issuedAt,
  };
}

const basic = (username: string, password: string): GitCredential => ({
  scheme: 'Basic',
  username,
  password,
});
const bearer = (text: string): GitCredential => ({ scheme: 'Bearer', token: text });

describe('what git sends, by kind of host and of credential', () => {
  const apiToken = 'maria@example.com:api:token';
  const table: [
    name: string,
    credential: CredentialForGit,
    oldGit: GitCredential,
    newGit: GitCredential,
  ][] = [
    [
      'Cloud, OAuth 2.0',
      oauth2('cloud'),
      basic('x-token-auth', 'access'),
      basic('x-token-auth', 'access'),
    ],
    [
      'Cloud, API token',
      token('cloud', apiToken),
      basic('x-bitbucket-api-token-auth', 'api:token'),
      basic('x-bitbucket-api-token-auth', 'api:token'),
    ],
    [
      'Cloud, workspace token',
      token('cloud', 'ws', '(unnamed)'),
      basic('x-token-auth', 'ws'),
      basic('x-token-auth', 'ws'),
    ],
    ['Data Center, OAuth 2.0', oauth2('datacenter'), basic('maria', 'access'), bearer('access')],
    ['Data Center, token', token('datacenter', 'pat'), basic('maria', 'pat'), bearer('pat')],
    [
      'Data Center, user and token',
      token('datacenter', apiToken),
      basic('maria@example.com', 'api:token'),
      basic('maria@example.com', 'api:token'),
    ],
  ];
  for (const [name, credential, oldGit, newGit] of table) {
    test(name, () => {
      assert.deepEqual(gitCredential(credential, false), oldGit);
      assert.deepEqual(gitCredential(credential, true), newGit);
    });
  }
});

test("a Data Center's token of no user is a bearer token or nothing", () => {
  const credential = token('datacenter', 'project', '(unnamed)');
  assert.deepEqual(gitCredential(credential, true), bearer('project'));
  assert.throws(
    () => gitCredential(credential, false),
    (error) => error instanceof BitbranchError && /git 2\.46/.test(error.hint ?? ''),
  );
});
