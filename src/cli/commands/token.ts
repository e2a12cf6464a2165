import { chooseAccount } from '../../auth/accounts.ts';
import { bearerToken } from '../../auth/bearer-token.ts';
import { storedCredential, storeOfAccount } from '../../auth/stored-credential.ts';
import type { Context } from '../../context.ts';
import { accountWish } from '../account-choice.ts';
import type { Arguments } from '../arguments.ts';
import { namedHost, onlyHost } from '../host-choice.ts';

export async function run(args: Arguments, context: Context): Promise<void> {
  const { env, terminal } = context;
  const settings = await context.settings.read();
  const sources = { args, env, settings };
  const host = namedHost(sources) ?? onlyHost(sources);
  const given = env['BITBRANCH_TOKEN'];
  if (given) return terminal.stdout.write(`${given}\n`);
  const { name } = chooseAccount(settings, host, await accountWish(args, context));
  const store = storeOfAccount(settings, host.url, name, context);
  const credential = await storedCredential(host.url, name, store, settings);
  await terminal.stdout.write(`${await bearerToken(host, credential, store, context)}\n`);
}
