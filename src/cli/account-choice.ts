import type { AccountWish } from '../auth/accounts.ts';
import type { Context } from '../context.ts';
import type { Arguments } from './arguments.ts';

/** The account that is asked for: by the flag, else by the environment, else by what this clone is bound to. */
export async function accountWish(
  args: Arguments,
  { env, git }: Pick<Context, 'env' | 'git'>,
): Promise<AccountWish | undefined> {
  const flag = args.value('account');
  if (flag !== undefined) return { name: flag, rule: '--account' };
  const variable = env['BITBRANCH_ACCOUNT'];
  if (variable) return { name: variable, rule: 'BITBRANCH_ACCOUNT' };
  const bound = await git.config('bitbranch.account');
  return bound === undefined ? undefined : { name: bound, rule: 'bitbranch.account in git config' };
}
