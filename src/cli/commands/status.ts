import { settingsOf, signedInHosts } from '../../auth/accounts.ts';
import { openSession } from '../../auth/session.ts';
import { storedCredential } from '../../auth/stored-credential.ts';
import { createApiClient } from '../../bitbucket/api-client.ts';
import { currentUser } from '../../bitbucket/current-user.ts';
import type { Context } from '../../context.ts';
import type { Account, HostKind, Protocol } from '../../credentials/credential.ts';
import type { StoreName } from '../../credentials/credential-store.ts';
import { BitbranchError } from '../../errors.ts';
import type { Arguments } from '../arguments.ts';
import { type HostSources, hostOfUrl, namedHost, onlyHost } from '../host-choice.ts';
import { jsonFields, maxWaitMs, option } from '../options.ts';
import { visibleText } from '../output/escape.ts';
import { createJsonWriter } from '../output/json.ts';

/** One account that is signed in, as `status --json` shows it. */
interface SignIn {
  readonly host: string;
  readonly kind: HostKind;
  /** Null for a token, until the host is asked. */
  readonly account: string | null;
  readonly displayName: string | null;
  readonly protocol: Protocol;
  readonly store: StoreName | 'environment';
  /** ISO 8601, UTC; null for a token. */
  readonly signedInAt: string | null;
  /** Null for a credential that does not expire, and for a token, which does not tell. */
  readonly expiresAt: null;
}

const signInFields = [
  'host',
  'kind',
  'account',
  'displayName',
  'protocol',
  'store',
  'signedInAt',
  'expiresAt',
] as const satisfies readonly (keyof SignIn)[];

export async function run(args: Arguments, context: Context): Promise<void> {
  const { env } = context;
  const fields = args.has('json') ? jsonFields(args, signInFields) : null;
  const sources = { args, env, settings: await context.settings.read() };
  const known = env['BITBRANCH_TOKEN']
    ? [tokenSignIn(sources)]
    : await storedSignIns(sources, context);
  const signIns = args.has('check') ? await checked(known, sources, context) : known;
  if (fields === null) return printText(signIns, args.has('check'), context);
  const writer = createJsonWriter(fields, context.terminal.stdout);
  await writer.write(signIns);
  await writer.end();
}

/** BITBRANCH_TOKEN takes the place of everything stored, which is then not looked at. */
function tokenSignIn(sources: HostSources): SignIn {
  const { url, kind } = namedHost(sources) ?? onlyHost(sources);
  return {
    host: url,
    kind,
    account: null,
    displayName: null,
    protocol: 'token',
    store: 'environment',
    signedInAt: null,
    expiresAt: null,
  };
}

/** @throws {BitbranchError} `sign_in_needed` when there is none, or the store's own error */
async function storedSignIns(sources: HostSources, context: Context): Promise<readonly SignIn[]> {
  const { args, env, settings } = sources;
  const named = namedHost(sources);
  const account = option(args, env, 'account');
  const signIns = (named === undefined ? signedInHosts(settings) : [named.url])
    .flatMap((host) => signInsAt(host, sources))
    .filter((signIn) => account === undefined || signIn.account === account);
  if (signIns.length === 0) throw notSignedIn(named?.url, account);
  for (const { host, account: name } of signIns) {
    await storedCredential(host, name, context);
  }
  return signIns;
}

function signInsAt(host: string, { settings }: HostSources): (SignIn & { account: string })[] {
  const known = settingsOf(settings, host);
  if (known === undefined) return [];
  return Object.entries(known.accounts).map(([account, remembered]) => ({
    host,
    kind: known.kind,
    account,
    ...remembered,
    expiresAt: null,
  }));
}

function notSignedIn(hostUrl: string | undefined, account: string | undefined): BitbranchError {
  const who = account ?? 'Nobody';
  const verb = account === undefined ? 'is' : 'is not';
  return new BitbranchError(
    'sign_in_needed',
    `${who} ${verb} signed in${hostUrl === undefined ? '' : ` to ${hostUrl}`}.`,
    {
      hint: `Sign in with: bitbranch login${hostUrl === undefined ? '' : ` --host ${hostUrl}`}`,
    },
  );
}

/**
 * The sign-ins once their hosts said that they accept them.
 * @throws {BitbranchError} `sign_in_needed` for the first that is not accepted
 */
async function checked(
  signIns: readonly SignIn[],
  sources: HostSources,
  context: Context,
): Promise<readonly SignIn[]> {
  const accepted: SignIn[] = [];
  for (const signIn of signIns) {
    const user = await askWho(signIn, sources, context);
    accepted.push(
      signIn.account !== null || user === null
        ? signIn
        : { ...signIn, account: user.name, displayName: user.displayName },
    );
  }
  return accepted;
}

async function askWho(
  { host, account }: SignIn,
  sources: HostSources,
  context: Context,
): Promise<Account | null> {
  const session = await openSession(
    hostOfUrl(host, sources),
    account ?? undefined,
    sources.settings,
    context,
  );
  const client = createApiClient({ ...context, ...session, maxWaitMs: maxWaitMs(sources.args) });
  return currentUser(client, session.host);
}

const protocolNames = { oauth1: 'OAuth 1.0a', oauth2: 'OAuth 2.0', token: 'token' };

async function printText(
  signIns: readonly SignIn[],
  isChecked: boolean,
  { terminal, credentials }: Context,
): Promise<void> {
  const blocks = signIns.map(({ host, account, displayName, protocol, store }) => [
    host,
    `  account    ${account ?? 'not known'}${displayName === null ? '' : ` (${displayName})`}`,
    `  protocol   ${protocolNames[protocol]}${isChecked ? ', accepted just now' : ''}`,
    `  secret in  ${store === 'keychain' ? credentials.description : 'BITBRANCH_TOKEN'}`,
    `  expires    ${protocol === 'oauth1' ? 'never' : 'not known'}`,
  ]);
  const text = blocks.map((lines) => lines.map((line) => `${visibleText(line)}\n`).join(''));
  await terminal.stdout.write(text.join('\n'));
}
