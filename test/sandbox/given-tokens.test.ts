// Tokens as people make them on a page, under both kinds of host.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { basic } from '../helpers/oauth2-client.ts';

let sandbox: Sandbox;
before(async () => {
  sandbox = await startSandbox({
    generated: [{ fullName: 'acme/few', branches: 3 }],
    tokens: [
      { token: 'api-token', kind: 'user', email: 'maria@example.com' },
      { token: 'user-token', kind: 'user' },
      { token: 'workspace-token', kind: 'workspace' },
    ],
  });
});
after(() => sandbox.close());

const cloudPaths = ['/2.0/user', '/2.0/repositories/acme/few'];
const dataCenterPaths = [
  '/rest/api/latest/application-properties',
  '/rest/api/latest/projects/ACME/repos/few',
];

describe('status by path', () => {
  const email = 'maria@example.com';
  const table: [authorization: string, cloud: number[], dataCenter: number[]][] = [
    [basic(email, 'api-token'), [200, 200], [200, 200]],
    [basic('maria', 'api-token'), [401, 401], [200, 200]],
    [basic('other@example.com', 'api-token'), [401, 401], [401, 401]],
    [basic(email, 'other'), [401, 401], [401, 401]],
    ['Bearer api-token', [401, 401], [200, 200]],
    ['Bearer user-token', [200, 200], [200, 200]],
    ['bearer user-token', [200, 200], [200, 200]],
    [basic(email, 'user-token'), [401, 401], [401, 401]],
    [basic('maria', 'user-token'), [401, 401], [200, 200]],
    ['Bearer workspace-token', [403, 200], [200, 200]],
    [basic('maria', 'workspace-token'), [401, 401], [401, 401]],
    ['Bearer other', [401, 401], [401, 401]],
    ['Basic !', [401, 401], [401, 401]],
  ];
  for (const [authorization, cloud, dataCenter] of table) {
    test(authorization, async () => {
      const statusOf = async (path: string) =>
        (await fetch(`${sandbox.url}${path}`, { headers: { authorization } })).status;
      assert.deepEqual(await Promise.all(cloudPaths.map(statusOf)), cloud);
      assert.deepEqual(await Promise.all(dataCenterPaths.map(statusOf)), dataCenter);
    });
  }
});

describe('headers', () => {
  const table: [token: string, credentialType: string, userName: string | null][] = [
    ['user-token', 'apitoken', 'maria'],
    ['workspace-token', 'access_token', null],
  ];
  for (const [token, credentialType, userName] of table) {
    test(token, async () => {
      const headers = { authorization: `Bearer ${token}` };
      const cloud = await fetch(`${sandbox.url}/2.0/repositories/acme/few`, { headers });
      assert.equal(cloud.headers.get('x-credential-type'), credentialType);
      const dataCenter = await fetch(`${sandbox.url}${dataCenterPaths[0]}`, { headers });
      assert.equal(dataCenter.headers.get('x-ausername'), userName);
    });
  }
});
