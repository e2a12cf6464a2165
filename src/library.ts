// bitbranch as a library: sign in, open a session, list branches. What the command stores serves the library, and the other
// way round. Whatever fails is a BitbranchError with a code, a sentence and the next step.
import type { AccountWish } from './auth/accounts.ts';
import { knownHost } from './auth/known-host.ts';
import { login } from './auth/login-flow.ts';
import { openSession as openAccount } from './auth/session.ts';
import { createApiClient } from './bitbucket/api-client.ts';
import { type Branch, branchFields } from './bitbucket/branch.ts';
import type { BranchQuery } from './bitbucket/branch-query.ts';
import { listBranches as listPages } from './bitbucket/branches.ts';
import { defaultHostInput, type Host, isBitbucketOrg, parseHostUrl } from './bitbucket/hosts.ts';
import { hintMatchesHost, parseRepositoryReference } from './bitbucket/repository-reference.ts';
import { signInSteps } from './cli/sign-in/keep.ts';
import type { Context } from './context.ts';
import type {
  Account,
  HostKind,
  KeyPairConsumer,
  SecretConsumer,
} from './credentials/credential.ts';
import type { StoreName } from './credentials/credential-store.ts';
import { BitbranchError } from './errors.ts';

export type { Branch, BranchField } from './bitbucket/branch.ts';
export type { BranchQuery, BranchSort } from './bitbucket/branch-query.ts';
export type {
  Account,
  HostKind,
  KeyPairConsumer,
  SecretConsumer,
} from './credentials/credential.ts';
export type { StoreName } from './credentials/credential-store.ts';
export type { ErrorCode, ErrorDetails } from './errors.ts';
export { BitbranchError };

export interface ContextOptions {
  /**
   * Read instead of `process.env`. Of the command's variables these count here: BITBRANCH_CONFIG_DIR, BITBRANCH_TOKEN,
   * BITBRANCH_PASSPHRASE, BITBRANCH_DEBUG.
   */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * Shows an http(s) page to the person. Default: the desktop's browser, which inherits the environment of this process.
   * Where it throws, the sign-in goes on, since the person may open the page by other means.
   */
  readonly openBrowser?: (url: string) => Promise<void>;
  /**
   * Takes sentences for the person: the page to open, or that a list changed while it was read, so that rows may be missing.
   * Default: they are dropped.
   */
  readonly note?: (text: string) => void;
  /** Ends everything under way when it is aborted; its reason is what that then rejects with. */
  readonly signal?: AbortSignal;
}

/** The keychain, files, network and browser, as bitbranch uses them; made by {@link createContext}. */
export interface BitbranchContext {
  /** Ends the process by which the keychain is reached. */
  close(): void;
}

/** Which host and which account there. */
export interface Target {
  /** Name or URL; default: `bitbucket.org`. https is assumed, and http refused beyond loopback. */
  readonly host?: string;
  /** Needed for the first sign-in to a host other than bitbucket.org that is no Data Center. */
  readonly kind?: HostKind;
  /** Default for a session: the only one signed in, else the one last signed in. For a sign-in: whoever signs in. */
  readonly account?: string;
}

/** OAuth 2.0 knows no key pairs. Default: `oauth2` for bitbucket.org, `oauth1` for every other host. */
export type SignInRequest = Target & SignInOptions & ProtocolAndConsumer;

export type ProtocolAndConsumer =
  | { readonly protocol?: 'oauth1' | 'oauth2'; readonly consumer: SecretConsumer }
  | { readonly protocol: 'oauth1'; readonly consumer: KeyPairConsumer };

export interface SignInOptions {
  /** Where the credential goes. Default: `keychain`. The file is encrypted, by the passphrase in BITBRANCH_PASSPHRASE. */
  readonly store?: StoreName;
  /** How long to wait for the person, in milliseconds. Default: 5 minutes. */
  readonly timeoutMs?: number;
  /** Port on 127.0.0.1 that the browser comes back to. Default: 0, any free one. */
  readonly callbackPort?: number;
}

export interface SignedIn {
  /** Base URL. */
  readonly host: string;
  readonly account: Account;
}

/** Requests to one host, with the credential that was made for it. */
export interface Session {
  readonly host: Host;
  /**
   * The JSON document at a path of the REST API (`/2.0/…`, `/rest/…`), or at an absolute URL on its origin. What fails in
   * passing is tried again for 30 seconds; tokens are renewed.
   * @throws {BitbranchError} `sign_in_needed`, `not_found`, `forbidden`, `rate_limited`, `network`, `server` or `timeout`
   */
  getJson(pathOrUrl: string): Promise<unknown>;
}

const maxWaitMs = 30_000;
const defaultTimeoutMs = 5 * 60_000;
const contexts = new WeakMap<BitbranchContext, Context>();
/** Where to tell what a session's lists are worth. */
const notes = new WeakMap<Session, Context['note']>();

/** Touches neither signals nor `process.env` of this process. */
export async function createContext(options: ContextOptions = {}): Promise<BitbranchContext> {
  const { openBrowser, note = () => {}, signal = new AbortController().signal } = options;
  // The chunks that the program loads in this way too.
  const [{ embeddedOutset }, { createSystemContext }] = await Promise.all([
    import('./system/outset.ts'),
    import('./system/system-context.ts'),
  ]);
  const outset = embeddedOutset({ env: { ...(options.env ?? process.env) }, signal, note });
  const context = createSystemContext([], outset);
  const browser = openBrowser ? { ...context.browser, open: openBrowser } : context.browser;
  const handle = { close: () => outset.keychain.dispose() };
  contexts.set(handle, { ...context, browser });
  return handle;
}

/**
 * Signs a person in through the browser, and keeps the credential.
 * @throws {BitbranchError} `sign_in_denied`, `sign_in_refused`, `timeout`, `store_unavailable`, `store_locked` or the cause's own
 */
export async function signIn(request: SignInRequest, context: BitbranchContext): Promise<SignedIn> {
  const world = worldOf(context);
  const host = await hostOf(request, world);
  const store = world.storeNamed(request.store ?? 'keychain');
  const credential = await login(
    {
      host,
      client: clientOf(host, request),
      callbackPort: request.callbackPort ?? 0,
      callbackPath: '/callback',
      browser: {},
      timeoutMs: request.timeoutMs ?? defaultTimeoutMs,
      store,
    },
    {
      authorizeAt: (url) => world.note(`Open this page to sign in to ${host.name}: ${url}`),
      browserFailed: ({ message }) => world.note(message),
      askForAddress: null,
      addressRefused: async () => {},
    },
    signInSteps({ store, maxWaitMs, account: wishOf(request) }, world),
    world,
  );
  return { host: host.url, account: credential.account };
}

/**
 * A session with BITBRANCH_TOKEN where that is set, else with the credential that {@link signIn} or `bitbranch login` stored.
 * @throws {BitbranchError} `sign_in_needed`, `store_unavailable`, `store_locked`, or `usage` for what is no host
 */
export async function openSession(target: Target, context: BitbranchContext): Promise<Session> {
  const world = worldOf(context);
  const host = await hostOf(target, world);
  const settings = await world.settings.read();
  const session = await openAccount(host, wishOf(target), settings, world);
  const { getJson } = createApiClient({ ...world, ...session, maxWaitMs });
  const opened = { host, getJson };
  notes.set(opened, world.note);
  return opened;
}

/**
 * The branches of a repository, as the pages arrive. What makes the list less than certain is told to `note` of the session's
 * context.
 * @param repository `workspace/slug` (Data Center: `PROJECT/slug`), or a clone URL of the session's host
 * @param query which ones, in which order; all fields where it names none
 * @throws {BitbranchError} what {@link Session.getJson} throws; `usage` for what is no repository of the host
 */
export async function* listBranches(
  session: Session,
  repository: string,
  query: Partial<BranchQuery> = {},
): AsyncGenerator<Branch, void, void> {
  const { host, ...names } = parseRepositoryReference(repository);
  if (host !== null && !hintMatchesHost(host, session.host.url)) {
    throw new BitbranchError('usage', `${repository} is not at ${session.host.url}.`, {
      hint: 'Open a session for its host.',
    });
  }
  const wanted = { fields: branchFields, ...query };
  const note = notes.get(session);
  const notices = note === undefined ? {} : { onWarning: note };
  for await (const { rows } of listPages(session, session.host, names, wanted, notices))
    yield* rows;
}

function worldOf(context: BitbranchContext): Context {
  const world = contexts.get(context);
  if (world !== undefined) return world;
  throw new BitbranchError('usage', 'The context was not made by createContext().');
}

async function hostOf({ host = defaultHostInput, kind }: Target, world: Context): Promise<Host> {
  return knownHost(parseHostUrl(host), kind, await world.settings.read());
}

function wishOf({ account }: Pick<Target, 'account'>): AccountWish | undefined {
  return account === undefined ? undefined : { name: account, rule: 'the calling program' };
}

function clientOf(host: Host, request: ProtocolAndConsumer) {
  const { protocol = isBitbucketOrg(host.url) ? 'oauth2' : 'oauth1', consumer } = request;
  if (protocol === 'oauth1') return { protocol, consumer };
  if ('secret' in consumer) return { protocol, consumer };
  throw new BitbranchError('usage', 'OAuth 2.0 knows no key pairs.');
}
