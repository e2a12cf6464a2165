import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentUser } from '../../src/bitbucket/current-user.ts';
import { BitbranchError } from '../../src/errors.ts';

/** An API that knows `/2.0/user` alone. */
function api(answer: unknown) {
  return {
    async getJson(path: string): Promise<unknown> {
      assert.equal(path, '/2.0/user');
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

const uuid = '{9e3a4b5c-0000-4000-8000-000000000001}';
const users: readonly (readonly [user: object, name: string, displayName: string | null])[] = [
  [{ username: 'maria', nickname: 'mg', display_name: 'María Gómez' }, 'maria', 'María Gómez'],
  [{ nickname: 'mg', account_id: '557058:5f', uuid, display_name: 'María' }, 'mg', 'María'],
  [{ username: '', nickname: null, account_id: '557058:5f', uuid }, '557058:5f', null],
  [{ uuid, display_name: '' }, uuid, null],
];

for (const [user, name, displayName] of users) {
  test(`${JSON.stringify(user)} is ${name}`, async () => {
    assert.deepEqual(await currentUser(api(user)), { name, displayName });
  });
}

test('a consumer without the account permission may not tell who signed in', async () => {
  assert.equal(await currentUser(api(new BitbranchError('forbidden', 'No.'))), null);
});

test('every other failure is passed on', async () => {
  const refused = new BitbranchError('sign_in_needed', 'No longer.');
  await assert.rejects(currentUser(api(refused)), refused);
  const bug = new TypeError('x');
  await assert.rejects(currentUser(api(bug)), bug);
});

for (const answer of [null, {}, { username: '' }, { username: 7 }, [], 'maria', 7]) {
  test(`${JSON.stringify(answer)} names nobody`, async () => {
    await assert.rejects(currentUser(api(answer)), { name: 'BitbranchError', code: 'server' });
  });
}
