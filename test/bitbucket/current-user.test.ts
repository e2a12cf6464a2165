import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  SchemaRestApplicationProperties,
  SchemaRestApplicationUser,
} from '@coderabbitai/bitbucket/server/openapi';
import type { ApiClient } from '../../src/bitbucket/api-client.ts';
import { currentUser } from '../../src/bitbucket/current-user.ts';
import { hostAt } from '../../src/bitbucket/hosts.ts';
import type { HttpResponse } from '../../src/context.ts';
import { BitbranchError, type ErrorCode } from '../../src/errors.ts';
import { scriptedApi } from '../helpers/json-api.ts';

const cloud = hostAt('https://bitbucket.org', 'cloud');
const dataCenter = hostAt('https://git.example.com/bitbucket', 'datacenter');

async function refuseGet(path: string): Promise<never> {
  throw new Error(`The test did not prepare for this: ${path}`);
}

/** An API that knows `/2.0/user` alone. */
function cloudApi(answer: unknown): Pick<ApiClient, 'get' | 'getJson'> {
  return { ...scriptedApi({ '/2.0/user': answer }), get: refuseGet };
}

const uuid = '{9e3a4b5c-0000-4000-8000-000000000001}';
const users: readonly (readonly [user: object, name: string, displayName: string | null])[] = [
  [{ username: 'maria', nickname: 'mg', display_name: 'María Gómez' }, 'maria', 'María Gómez'],
  [{ nickname: 'mg', account_id: '557058:5f', uuid, display_name: 'María' }, 'mg', 'María'],
  [{ display_name: 'CI of widgets', account_id: null, uuid }, 'CI of widgets', 'CI of widgets'],
  [{ username: '', nickname: null, account_id: '557058:5f', uuid }, '557058:5f', null],
  [{ uuid, display_name: '' }, uuid, null],
];

for (const [user, name, displayName] of users) {
  test(`${JSON.stringify(user)} is ${name}`, async () => {
    assert.deepEqual(await currentUser(cloudApi(user), cloud), { name, displayName });
  });
}

test('a consumer without the account permission may not tell who signed in', async () => {
  const api = cloudApi(new BitbranchError('forbidden', 'No.'));
  assert.equal(await currentUser(api, cloud), null);
});

test('every other failure is passed on', async () => {
  const refused = new BitbranchError('sign_in_needed', 'No longer.');
  await assert.rejects(currentUser(cloudApi(refused), cloud), refused);
  const bug = new TypeError('x');
  await assert.rejects(currentUser(cloudApi(bug), cloud), bug);
});

for (const answer of [null, {}, { username: '' }, { username: 7 }, [], 'maria', 7]) {
  test(`${JSON.stringify(answer)} names nobody`, async () => {
    await assert.rejects(currentUser(cloudApi(answer), cloud), {
      name: 'BitbranchError',
      code: 'server',
    });
  });
}

const properties: SchemaRestApplicationProperties = {
  version: '9.4.2',
  buildNumber: '9004002',
  displayName: 'Bitbucket',
};

interface DataCenterAnswers {
  /** The `X-AUSERNAME` of application-properties, or how asking for them fails. */
  readonly header: string | null | Error;
  readonly users?: Readonly<Record<string, unknown>>;
}

/** An API that knows application-properties, whose body has to be read, and the users given. */
function dataCenterApi({ header, users = {} }: DataCenterAnswers) {
  const json = scriptedApi(users);
  let bodiesLeft = 0;
  return {
    ...json,
    bodiesLeft: () => bodiesLeft,
    async get(path: string): Promise<HttpResponse> {
      assert.equal(path, '/rest/api/latest/application-properties');
      if (header instanceof Error) throw header;
      bodiesLeft += 1;
      return {
        status: 200,
        url: dataCenter.apiUrl + path,
        header: (name) => (name.toLowerCase() === 'x-ausername' ? header : null),
        headers: () => assert.fail('all headers are read'),
        text: async () => {
          bodiesLeft -= 1;
          return JSON.stringify(properties);
        },
        chunks: () => assert.fail('the body is read as a stream'),
      };
    },
  };
}

const jane: SchemaRestApplicationUser = {
  name: 'jcitizen',
  slug: 'jcitizen',
  displayName: 'Jane Citizen',
  emailAddress: 'jane@example.com',
  type: 'NORMAL',
};
const usersPath = '/rest/api/latest/users';

const headers: readonly (readonly [header: string, path: string, name: string])[] = [
  ['jcitizen', `${usersPath}/jcitizen`, 'jcitizen'],
  ['jane%40example.com', `${usersPath}/jane%40example.com`, 'jane@example.com'],
  ['jane@example.com', `${usersPath}/jane%40example.com`, 'jane@example.com'],
  ['Jane+C%2FD', `${usersPath}/Jane%20C%2FD`, 'Jane C/D'],
  ['m%C3%BCller', `${usersPath}/m%C3%BCller`, 'müller'],
  ['100%', `${usersPath}/100%25`, '100%'],
];

for (const [header, path, name] of headers) {
  test(`Data Center: X-AUSERNAME ${header} is ${name}`, async () => {
    const api = dataCenterApi({ header, users: { [path]: jane } });
    assert.deepEqual(await currentUser(api, dataCenter), { name, displayName: 'Jane Citizen' });
    assert.deepEqual(api.asked, [path]);
    assert.equal(api.bodiesLeft(), 0);
  });
}

for (const header of [null, '']) {
  test(`Data Center: X-AUSERNAME ${JSON.stringify(header)} is nobody, and no user is asked for`, async () => {
    const api = dataCenterApi({ header });
    assert.equal(await currentUser(api, dataCenter), null);
    assert.deepEqual(api.asked, []);
  });
}

const withoutDisplayName: readonly (readonly [what: string, answer: unknown])[] = [
  ['whose slug is another', new BitbranchError('not_found', 'No such user.')],
  ['whom one may not see (401)', new BitbranchError('sign_in_needed', 'Not permitted.')],
  ['whom one may not see (403)', new BitbranchError('forbidden', 'Not permitted.')],
  ['without a display name', { name: 'jcitizen' }],
  ['with an empty display name', { name: 'jcitizen', displayName: '' }],
];

for (const [what, answer] of withoutDisplayName) {
  test(`Data Center: of a user ${what} the name alone is known`, async () => {
    const users = { [`${usersPath}/jcitizen`]: answer };
    const account = await currentUser(dataCenterApi({ header: 'jcitizen', users }), dataCenter);
    assert.deepEqual(account, { name: 'jcitizen', displayName: null });
  });
}

const failures: readonly ErrorCode[] = ['sign_in_needed', 'not_found', 'server', 'network'];

for (const code of failures) {
  test(`Data Center: ${code} from application-properties is passed on`, async () => {
    const header = new BitbranchError(code, 'No.');
    await assert.rejects(currentUser(dataCenterApi({ header }), dataCenter), header);
  });
}

test('Data Center: a credential that may not read application-properties is not told apart', async () => {
  const header = new BitbranchError('forbidden', 'No.');
  assert.equal(await currentUser(dataCenterApi({ header }), dataCenter), null);
});

test('Data Center: a failure that says nothing of the user is passed on', async () => {
  const failure = new BitbranchError('server', 'Broken.');
  const users = { [`${usersPath}/jcitizen`]: failure };
  await assert.rejects(
    currentUser(dataCenterApi({ header: 'jcitizen', users }), dataCenter),
    failure,
  );
});
