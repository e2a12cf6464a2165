import { chooseAccount, settingsOf, signedInHosts } from '../../auth/accounts.ts';
import { openSession } from '../../auth/session.ts';
import { storedCredential, storeOfAccount } from '../../auth/stored-credential.ts';
import { createApiClient } from '../../bitbucket/api-client.ts';
import { currentUser } from '../../bitbucket/current-user.ts';
import type { Host } from '../../bitbucket/hosts.ts';
import type { Context } from '../../context.ts';
import type { HostKind, Protocol } from '../../credentials/credential.ts';
import type { StoreName } from '../../credentials/credential-store.ts';
import { BitbranchError, type ErrorCode, toBitbranchError } from '../../errors.ts';
import { loginCommand } from '../../host-command.ts';
import { accountWish } from '../account-choice.ts';
import type { Arguments } from '../arguments.ts';
import { type HostSources, hostOfUrl, namedHost, onlyHost } from '../host-choice.ts';
import { jsonFields, maxWaitMs } from '../options.ts';
import { visibleText } from '../output/escape.ts';
import { createJsonWriter } from '../output/json.ts';
import { rulerFor } from '../output/text-ruler.ts';
import { roomOn, wrap } from '../output/wrap.ts';
import { lifeOf } from '../sign-in/report.ts';

/** One account that is signed in, as `status --json` shows it. */
interface SignIn {
  readonly host: string;
  readonly kind: HostKind;
  /** Null for BITBRANCH_TOKEN, until the host is asked. */
  readonly account: string | null;
  readonly displayName: string | null;
  readonly protocol: Protocol;
  readonly store: StoreName | 'environment';
  /** ISO 8601, UTC; null for BITBRANCH_TOKEN. */
  readonly signedInAt: string | null;
  /** ISO 8601, UTC; null for a credential that does not expire or does not tell. */
  readonly expiresAt: string | null;
  /** Why this is the account that is used for its host here; null for one that is not used. */
  readonly usedBecause: string | null;
  /** What came of `--check`: `accepted`, or the code of the failure; null where the host was not asked. */
  readonly check: 'accepted' | ErrorCode | null;
  /** The failure in a sentence; null where there is none. */
  readonly problem: string | null;
}

/** What a person reads besides. */
interface Described extends SignIn {
  readonly place: string;
  readonly life: string;
}

export const statusFields = [
  'host',
  'kind',
  'account',
  'displayName',
  'protocol',
  'store',
  'signedInAt',
  'expiresAt',
  'usedBecause',
  'check',
  'problem',
] as const satisfies readonly (keyof SignIn)[];

export async function run(args: Arguments, context: Context): Promise<void> {
  const { env } = context;
  const fields = args.has('json') ? jsonFields(args, statusFields) : null;
  const sources = { args, env, settings: await context.settings.read() };
  const known = env['BITBRANCH_TOKEN']
    ? [tokenSignIn(sources)]
    : await storedSignIns(sources, context);
  if (!args.has('check')) return print(known, fields, context);
  const { signIns, failures } = await checked(known, sources, context);
  await print(signIns, fields, context);
  const [failure] = failures;
  if (failure === undefined) return;
  throw signIns.length === 1 ? failure : someFailed(signIns, failures.length, failure);
}

async function print(
  signIns: readonly Described[],
  fields: readonly (keyof SignIn)[] | null,
  context: Context,
): Promise<void> {
  if (fields === null) return printText(signIns, context);
  const writer = createJsonWriter(fields, context.terminal.stdout);
  await writer.write(signIns);
  await writer.end();
}

/** BITBRANCH_TOKEN takes the place of everything stored, which is then not looked at. */
function tokenSignIn(sources: HostSources): Described {
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
    usedBecause: 'BITBRANCH_TOKEN is set',
    check: null,
    problem: null,
    place: 'BITBRANCH_TOKEN',
    life: 'lasts as long as the token',
  };
}

/** @throws {BitbranchError} `sign_in_needed` when there is none, or the store's own error */
async function storedSignIns(
  sources: HostSources,
  context: Context,
): Promise<readonly Described[]> {
  const { args, settings } = sources;
  const named = namedHost(sources);
  const wish = await accountWish(args, context);
  const hosts = named === undefined ? signedInHosts(settings) : [named.url];
  const only =
    wish === undefined || wish.rule === 'bitbranch.account in git config' ? undefined : wish;
  const signIns: Described[] = [];
  for (const host of hosts) {
    const known = settingsOf(settings, host);
    for (const [account, remembered] of Object.entries(known?.accounts ?? {})) {
      if (known === undefined || (only !== undefined && account !== only.name)) continue;
      const store = storeOfAccount(settings, host, account, context);
      const credential = await storedCredential(host, account, store, settings);
      const { expiresAt } = credential;
      const usedBecause = reasonToUse(account, host, sources, wish);
      const [place, life] = [store.description, lifeOf(credential)];
      signIns.push({
        host,
        kind: known.kind,
        account,
        ...remembered,
        expiresAt,
        usedBecause,
        check: null,
        problem: null,
        place,
        life,
      });
    }
  }
  if (signIns.length === 0) throw notSignedIn(named, only?.name);
  return signIns;
}

/** The rule by which a command run here would use this account for its host; null where it would use another. */
function reasonToUse(
  account: string,
  hostUrl: string,
  { settings }: HostSources,
  wish: Awaited<ReturnType<typeof accountWish>>,
): string | null {
  const isThere = Object.hasOwn(settingsOf(settings, hostUrl)?.accounts ?? {}, wish?.name ?? '');
  if (wish !== undefined && !isThere) return null;
  const chosen = chooseAccount(settings, { url: hostUrl }, wish);
  return chosen.name === account ? chosen.rule : null;
}

function notSignedIn(host: Host | undefined, account: string | undefined): BitbranchError {
  const who = account ?? 'Nobody';
  const verb = account === undefined ? 'is' : 'is not';
  const [to, command] =
    host === undefined ? ['', 'bitbranch login'] : [` to ${host.url}`, loginCommand(host)];
  return new BitbranchError('sign_in_needed', `${who} ${verb} signed in${to}.`, {
    hint: `Sign in with: ${command}`,
  });
}

interface Checked {
  readonly signIns: readonly Described[];
  readonly failures: readonly BitbranchError[];
}

/** The sign-ins once their hosts were asked, one after the other. */
async function checked(
  known: readonly Described[],
  sources: HostSources,
  context: Context,
): Promise<Checked> {
  const waitMs = maxWaitMs(sources.args);
  const signIns: Described[] = [];
  const failures: BitbranchError[] = [];
  for (const signIn of known) {
    try {
      signIns.push(await accepted(signIn, waitMs, sources, context));
    } catch (thrown) {
      context.interrupted.throwIfAborted();
      const failure = toBitbranchError(thrown);
      failures.push(failure);
      signIns.push({ ...signIn, check: failure.code, problem: failure.message });
    }
  }
  return { signIns, failures };
}

/** @throws {BitbranchError} `sign_in_needed` where the host does not accept it, or what kept it from answering */
async function accepted(
  signIn: Described,
  waitMs: number,
  sources: HostSources,
  context: Context,
): Promise<Described> {
  const { account } = signIn;
  const host = hostOfUrl(signIn.host, sources);
  const wish = account === null ? undefined : ({ name: account, rule: '--account' } as const);
  const session = await openSession(host, wish, sources.settings, context);
  const api = createApiClient({ ...context, ...session, maxWaitMs: waitMs });
  const user = await currentUser(api, host);
  const isNamed = account !== null || user === null;
  const named = isNamed ? {} : { account: user.name, displayName: user.displayName };
  return { ...signIn, ...named, check: 'accepted' };
}

function someFailed(
  signIns: readonly Described[],
  failed: number,
  cause: BitbranchError,
): BitbranchError {
  const names = signIns
    .filter(({ problem }) => problem !== null)
    .map(({ host, account }) => `${account} at ${host}`);
  return new BitbranchError(
    cause.code,
    `${failed} of ${signIns.length} sign-ins failed the check: ${names.join(', ')}.`,
    { hint: 'What went wrong with each of them stands above.', cause },
  );
}

const protocolNames = { oauth1: 'OAuth 1.0a', oauth2: 'OAuth 2.0', token: 'token' };

const labelWidth = 13;

async function printText(signIns: readonly Described[], { terminal }: Context): Promise<void> {
  const { stdout } = terminal;
  const blocks = signIns.map((signIn) => [signIn.host, linesOf(signIn)] as const);
  const { width } = await rulerFor(blocks.flatMap(([, lines]) => lines.map(([, text]) => text)));
  const room = roomOn(stdout) - labelWidth;
  const margin = `\n${' '.repeat(labelWidth)}`;
  const text = blocks.map(([host, lines]) => {
    const broken = lines.map(
      ([label, value]) => `  ${label}`.padEnd(labelWidth) + wrap(value, room, width).join(margin),
    );
    return [visibleText(host), ...broken].map((line) => `${line}\n`).join('');
  });
  await stdout.write(text.join('\n'));
}

/** What a person reads of a sign-in, each with its label. */
function linesOf(signIn: Described): readonly (readonly [label: string, text: string])[] {
  const { account, displayName, protocol, usedBecause, check, problem, place, life } = signIn;
  const lines = [
    ['account', `${account ?? 'not known'}${displayName === null ? '' : ` (${displayName})`}`],
    ['protocol', `${protocolNames[protocol]}${check === 'accepted' ? ', accepted just now' : ''}`],
    ['secret in', place],
    ['lifetime', life],
    ['used here', usedBecause === null ? 'no' : `yes: ${usedBecause}`],
    ...(problem === null ? [] : [['problem', problem] as const]),
  ] as const;
  return lines.map(([label, text]) => [label, visibleText(text)]);
}
