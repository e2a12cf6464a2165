import type { Account } from '../credentials/credential.ts';
import { BitbranchError } from '../errors.ts';
import type { ApiClient } from './api-client.ts';
import { stringAt } from './json-path.ts';

/**
 * Who the credential belongs to (`GET /2.0/user`); null when its consumer lacks the account permission.
 * @see https://developer.atlassian.com/cloud/bitbucket/rest/api-group-users/#api-user-get
 */
export async function currentUser(api: Pick<ApiClient, 'getJson'>): Promise<Account | null> {
  try {
    return accountIn(await api.getJson('/2.0/user'));
  } catch (error) {
    if (error instanceof BitbranchError && error.code === 'forbidden') return null;
    throw error;
  }
}

function accountIn(user: unknown): Account {
  const names = ['username', 'nickname', 'account_id', 'uuid'].map((key) => stringAt(user, [key]));
  const name = names.find((text) => text);
  if (name) return { name, displayName: stringAt(user, ['display_name']) || null };
  throw new BitbranchError(
    'server',
    'The server did not say who signed in: its answer for /2.0/user names nobody.',
    { hint: 'Check that --host and --kind name a Bitbucket.' },
  );
}
