import type { Account } from '../credentials/credential.ts';
import { BitbranchError, type ErrorCode } from '../errors.ts';
import type { ApiClient } from './api-client.ts';
import type { Host } from './hosts.ts';
import { stringAt } from './json-path.ts';

type UserApi = Pick<ApiClient, 'get' | 'getJson'>;

/** Who the credential belongs to; null when the host may not tell, or the credential is nobody's. */
export async function currentUser(api: UserApi, host: Host): Promise<Account | null> {
  const user = host.kind === 'cloud' ? cloudUser(api) : dataCenterUser(api);
  return unless(['forbidden'], user);
}

/** @see https://developer.atlassian.com/cloud/bitbucket/rest/api-group-users/#api-user-get */
async function cloudUser(api: UserApi): Promise<Account> {
  const user = await api.getJson('/2.0/user');
  // The users that stand for workspace and repository tokens have no `username`.
  const keys = ['username', 'nickname', 'display_name', 'account_id', 'uuid'];
  const name = keys.map((key) => stringAt(user, [key])).find((text) => text);
  if (name) return { name, displayName: stringAt(user, ['display_name']) || null };
  throw new BitbranchError(
    'server',
    'The server did not say who signed in: its answer for /2.0/user names nobody.',
    { hint: 'Check that --host and --kind name a Bitbucket.' },
  );
}

/** Data Center has no resource for it, but names the user in a header of every answer. */
async function dataCenterUser(api: UserApi): Promise<Account | null> {
  const response = await api.get('/rest/api/latest/application-properties');
  await response.text();
  const name = decoded(response.header('x-ausername') ?? '');
  if (name === '') return null;
  const path = `/rest/api/latest/users/${encodeURIComponent(name)}`;
  // The path takes a slug, which is not every user's name; and 401 is how Data Center says that one may not see a user.
  const user = await unless(['not_found', 'forbidden', 'sign_in_needed'], api.getJson(path));
  return { name, displayName: stringAt(user, ['displayName']) || null };
}

/** The header is form-encoded: `user%40example.com`. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** Null where the promise fails with one of the codes. */
async function unless<T>(codes: readonly ErrorCode[], promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof BitbranchError && codes.includes(error.code)) return null;
    throw error;
  }
}
