import { settingsOf } from '../../auth/accounts.ts';
import { unnamedAccount } from '../../auth/sign-in-attempt.ts';
import type { Context } from '../../context.ts';
import type { Account, Credential } from '../../credentials/credential.ts';
import type { CredentialStore } from '../../credentials/credential-store.ts';
import type { Settings } from '../../credentials/settings.ts';
import { jsonObjectWriter } from '../output/json.ts';
import { say } from '../output/say.ts';

/** What `login --json` tells. */
export const signInFields = [
  'host',
  'kind',
  'account',
  'displayName',
  'protocol',
  'store',
  'expiresAt',
] as const;

export type SignInField = (typeof signInFields)[number];

export interface SignInReport {
  readonly hostName: string;
  readonly credential: Credential;
  readonly store: CredentialStore;
  /** The settings before the sign-in. */
  readonly before: Settings;
  /** The fields of `--json`; null for a person. */
  readonly fields: readonly SignInField[] | null;
}

/** Says who signed in, where, and for how long. */
export async function reportSignIn(report: SignInReport, context: Context): Promise<void> {
  if (report.fields !== null) return printJson(report, report.fields, context);
  await say(sentences(report, context), context);
}

async function printJson(
  { credential, store }: SignInReport,
  fields: readonly SignInField[],
  { terminal }: Context,
): Promise<void> {
  const { host, kind, account, protocol, expiresAt } = credential;
  const { name, displayName } = account;
  const result = { host, kind, account: name, displayName, protocol, store: store.name, expiresAt };
  await terminal.stdout.write(`${jsonObjectWriter(fields)(result)}\n`);
}

function sentences({ hostName, credential, store, before }: SignInReport, { env }: Context) {
  const { account, host } = credential;
  const previous = settingsOf(before, host)?.lastAccount;
  return [
    `Signed in to ${hostName} ${who(account)}. The credential is in ${store.description} and ${lifeOf(credential)}.`,
    ...(previous === undefined || previous === account.name
      ? []
      : [`Before, it was ${previous}, who stays signed in too; --account chooses.`]),
    ...(env['BITBRANCH_TOKEN']
      ? ['BITBRANCH_TOKEN is set and is used instead of it; unset it to use what was just stored.']
      : []),
  ];
}

function who({ name, displayName }: Account): string {
  if (name === unnamedAccount.name)
    return 'without a name (the credential may not tell whose it is)';
  return `as ${displayName === null || displayName === name ? name : `${displayName} (${name})`}`;
}

/** How long a credential lasts, in words. */
export function lifeOf(credential: Credential): string {
  const { protocol, expiresAt } = credential;
  if (protocol === 'oauth2' && credential.refreshToken !== null) return 'renews itself';
  if (protocol === 'token') return 'lasts as long as the token';
  return expiresAt === null ? 'does not expire' : `expires on ${expiresAt.slice(0, 10)}`;
}
