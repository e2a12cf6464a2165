import type { AccountWish } from '../auth/accounts.ts';
import type { Context } from '../context.ts';
import type { Arguments } from './arguments.ts';

/** The account that a sign-in has to be of: by the flag, else by the environment. */
export function accountDemanded(
  args: Arguments,
  { env }: Pick<Context, 'env'>,
): AccountWish | undefined {
  const flag = args.value('account');
  if (flag !== undefined) return { name: flag, rule: '--account' };
  const variable = env['BITBRANCH_ACCOUNT'];
  return variable ? { name: variable, rule: 'BITBRANCH_ACCOUNT' } : undefined;
}

/** The account that is asked for: by the flag, else by the environment, else by what this clone is bound to. */
export async function accountWish(
  args: Arguments,
  context: Pick<Context, 'env' | 'git'>,
): Promise<AccountWish | undefined> {
  const demanded = accountDemanded(args, context);
  if (demanded !== undefined) return demanded;
  const bound = await context.git.config('bitbranch.account');
  return bound === undefined ? undefined : { name: bound, rule: 'bitbranch.account in git config' };
}
