import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bearerToken } from '../../src/auth/bearer-token.ts';
import type { Credential, TokenCredential } from '../../src/credentials/credential.ts';
import { scriptedHttp, testContext } from '../helpers/context.ts';
import {
  cloud,
  expiredCredential,
  oauth2Credential,
  recordOf,
  tokenAnswer,
  tokenRequest,
} from '../helpers/oauth2-signed-in.ts';
import { cloudUrl, credentialFor } from '../helpers/signed-in.ts';

const token: TokenCredential = {
  protocol: 'token',
  host: cloudUrl,
  kind: 'cloud',
  account: { name: 'maria', displayName: null },
  expiresAt: null,
  token: 'maria@example.com:ATATT3x',
};

function printed(credential: Credential, http = scriptedHttp([])) {
  const context = testContext({ http, records: [recordOf(expiredCredential)] });
  return bearerToken(cloud, credential, context.storeNamed('keychain'), context);
}

test('a token is given as it is', async () => {
  assert.equal(await printed(token), token.token);
});

test('an access token that is good is given without asking anybody', async () => {
  assert.equal(await printed(oauth2Credential), 'first-access-token');
});

test('an access token that has expired is renewed first', async () => {
  const http = scriptedHttp([[tokenRequest, tokenAnswer()]]);
  assert.equal(await printed(expiredCredential, http), 'second-access-token');
  http.assertSpent();
});

test('OAuth 1.0a has no such token, and the next step is named', async () => {
  await assert.rejects(printed(credentialFor(cloudUrl)), {
    code: 'usage',
    message:
      'The sign-in to bitbucket.org is OAuth 1.0a, which signs each request and has no bearer token.',
    hint: 'Use bitbranch api, or sign in with: bitbranch login --host https://bitbucket.org --protocol oauth2',
  });
});
