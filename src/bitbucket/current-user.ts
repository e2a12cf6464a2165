import type { Account } from '../credentials/credential.ts';
import { BitbranchError } from '../errors.ts';
import type { ApiClient } from './api-client.ts';
import { stringAt } from './json-path.ts';

/**
 * Who the credential belongs to (`GET /2.0/user`); null when its consumer lacks the account permission.
 * @see https://developer.atlassian.com/cloud/bitbucket/rest/api-group-users/#api-user-get
 */
export async function currentUser(api: Pick<ApiClient, 'getJson'>): Promise<Account | null> {
  const user = await unlessForbidden(() => api.getJson('/2.0/user'));
  if (user === null) return null;
  const names = ['username', 'nickname', 'account_id', 'uuid'].map((key) => stringAt(user, [key]));
  const name = names.find((text) => text);
  if (!name) {
    throw new BitbranchError(
      'server',
      'The server did not say who signed in: its answer for /2.0/user names nobody.',
      {
        hint: 'Check that --host and --kind name a Bitbucket.',
      },
    );
  }
  return { name, displayName: stringAt(user, ['display_name']) || null };
}

async function unlessForbidden<T>(request: () => Promise<T>): Promise<T | null> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof BitbranchError && error.code === 'forbidden') return null;
    throw error;
  }
}
