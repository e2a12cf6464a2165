import { type AccountWish, settingsOf } from '../../auth/accounts.ts';
import { openSession } from '../../auth/session.ts';
import { createApiClient } from '../../bitbucket/api-client.ts';
import { currentUser } from '../../bitbucket/current-user.ts';
import type { Host } from '../../bitbucket/hosts.ts';
import type { Context } from '../../context.ts';
import type { Settings } from '../../credentials/settings.ts';
import { hostCommand, loginCommand } from '../../host-command.ts';
import { accountWish } from '../account-choice.ts';
import type { Arguments } from '../arguments.ts';
import { type Check, type Finding, ok, warning } from './finding.ts';

export interface CredentialQuestion {
  readonly host: Host;
  /** Whether it is one of several hosts, none of which was named. */
  readonly isOneOfSeveral: boolean;
  readonly settings: Settings;
  /** The checks without whose success there is nothing to try. */
  readonly needs: readonly Check[];
}

/**
 * Asks the host whose credential it is.
 * @throws {BitbranchError} `sign_in_needed` when it is no longer accepted
 */
export async function checkCredential(
  question: CredentialQuestion,
  args: Arguments,
  context: Context,
): Promise<Finding> {
  const { host, settings } = question;
  const wish = context.env['BITBRANCH_TOKEN'] ? undefined : await accountWish(args, context);
  const obstacle = (await failedNeed(question)) ?? nothingToTry(question, wish, context);
  if (obstacle !== undefined) return obstacle;
  // What the session notes is the business of the check of the clock.
  const session = await openSession(host, wish, settings, { ...context, note: async () => {} });
  const user = await currentUser(createApiClient({ ...context, ...session, maxWaitMs: 0 }), host);
  if (user === null) {
    return ok(`${host.name} accepts the credential, but does not tell whose it is.`);
  }
  const { name, displayName } = user;
  const who = displayName === null || displayName === name ? name : `${displayName} (${name})`;
  return ok(`${host.name} accepts the credential of ${who}.`);
}

async function failedNeed({ host, needs }: CredentialQuestion): Promise<Finding | undefined> {
  for (const { name, outcome } of needs) {
    if ((await outcome).result !== 'failure') continue;
    return warning(
      `The credential for ${host.name} was not tried: the check "${name}" failed.`,
      'Put that right first.',
    );
  }
  return undefined;
}

function nothingToTry(
  { host, isOneOfSeveral, settings }: CredentialQuestion,
  wish: AccountWish | undefined,
  { env }: Context,
): Finding | undefined {
  if (env['BITBRANCH_TOKEN']) {
    if (!isOneOfSeveral) return undefined;
    return warning(
      `BITBRANCH_TOKEN was not sent to ${host.name}: it may be meant for another host.`,
      `If it is for this one, try it with: ${hostCommand('doctor', { url: host.url })}`,
    );
  }
  const accounts = Object.keys(settingsOf(settings, host.url)?.accounts ?? {});
  if (wish !== undefined || accounts.length > 0) return undefined;
  return warning(`Nobody is signed in to ${host.name}.`, `Sign in with: ${loginCommand(host)}`);
}
