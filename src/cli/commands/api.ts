import { openSession } from '../../auth/session.ts';
import { createApiClient } from '../../bitbucket/api-client.ts';
import type { Context } from '../../context.ts';
import { BitbranchError } from '../../errors.ts';
import { accountWish } from '../account-choice.ts';
import { apiPath } from '../api-path.ts';
import type { Arguments } from '../arguments.ts';
import { namedHost, onlyHost } from '../host-choice.ts';
import { maxWaitMs } from '../options.ts';

export async function run(args: Arguments, context: Context): Promise<void> {
  const [operand] = args.operands;
  if (operand === undefined) {
    throw new BitbranchError('usage', 'bitbranch api needs a PATH.', {
      hint: 'For example: bitbranch api /2.0/user',
    });
  }
  const path = apiPath(operand);
  const settings = await context.settings.read();
  const sources = { args, env: context.env, settings };
  const host = namedHost(sources) ?? onlyHost(sources);
  const session = await openSession(host, await accountWish(args, context), settings, context);
  const api = createApiClient({ ...context, ...session, maxWaitMs: maxWaitMs(args) });
  const response = await api.get(path);
  for await (const chunk of response.chunks()) await context.terminal.stdout.write(chunk);
}
