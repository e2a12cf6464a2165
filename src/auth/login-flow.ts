import type { Host } from '../bitbucket/hosts.ts';
import type { Context } from '../context.ts';
import type { Account, Credential } from '../credentials/credential.ts';
import type { CredentialStore } from '../credentials/credential-store.ts';
import { BitbranchError, toBitbranchError } from '../errors.ts';
import {
  type CallbackServer,
  type ReceivedCallback,
  startCallbackServer,
} from './callback-server.ts';
import { noAnswer } from './no-answer.ts';
import { receivePasted } from './pasted-callback.ts';
import {
  beginSignIn,
  completeSignIn,
  type SignInClient,
  type SignInSteps,
  signInAttempt,
} from './sign-in.ts';
import { type Redeem, type SignInAttempt, unnamedAccount } from './sign-in-attempt.ts';

export interface LoginRequest {
  readonly host: Host;
  readonly client: SignInClient;
  readonly callbackPort: number;
  readonly callbackPath: string;
  /** Null opens no browser; without a command the desktop's own is opened. */
  readonly browser: { readonly command?: string } | null;
  readonly timeoutMs: number;
  /** Where the credential will go. */
  readonly store: CredentialStore;
}

/** What a sign-in tells and asks while it is under way. */
export interface LoginDialogue {
  /** The page at which the person decides; said before a browser is opened. */
  authorizeAt(authorizationUrl: string, redirectUri: string): Promise<void>;
  /** No browser could be started, or it failed while the callback is waited for; the person has to open the URL. */
  browserFailed(error: BitbranchError, authorizationUrl: string): Promise<void>;
  /** Asks for the address that the browser was sent back to; null where nobody can be asked. */
  readonly askForAddress: ((signal: AbortSignal) => Promise<string>) | null;
  /** The address pasted was not the one waited for. */
  addressRefused(): Promise<void>;
}

/**
 * Signs a person in through the browser: listen, temporary credentials, browser, validated callback, token credentials,
 * who am I, keep.
 * @throws {BitbranchError} `sign_in_denied`, `sign_in_refused`, `timeout`, or the cause's own code
 */
export async function login(
  request: LoginRequest,
  dialogue: LoginDialogue,
  steps: SignInSteps,
  context: Context,
): Promise<Credential> {
  const server = await startCallbackServer({
    port: request.callbackPort,
    path: request.callbackPath,
  });
  try {
    const pending = await beginSignIn(request.host, request.client, server.redirectUri, context);
    const attempt = signInAttempt(request.host, pending, context);
    const received = await waitForDecision(request, server, attempt, dialogue, context);
    return await tellBrowser(received, request.host, async () => {
      return completeSignIn(request, await received.callback(), steps, context);
    });
  } finally {
    await server.close();
  }
}

/** Shows the page to the person and waits for the callback that answers this attempt, or for its address to be pasted. */
async function waitForDecision(
  request: LoginRequest,
  server: CallbackServer,
  attempt: SignInAttempt,
  dialogue: LoginDialogue,
  context: Context,
): Promise<ReceivedCallback<Redeem>> {
  const decided = new AbortController();
  const stop = AbortSignal.any([decided.signal, context.interrupted]);
  const { askForAddress } = dialogue;
  const page = { url: attempt.authorizationUrl, redirectUri: server.redirectUri };
  const shown = showPage(request, page, dialogue, stop, context);
  const pasted =
    askForAddress === null
      ? []
      : [shown.then(() => receivePasted(dialogue, askForAddress, attempt.judge, stop))];
  try {
    const [received] = await Promise.all([
      Promise.race([
        server.receive(attempt.judge, stop),
        ...pasted,
        rejectAfter(request, server.redirectUri, stop, context),
      ]),
      shown,
    ]);
    return received;
  } finally {
    decided.abort(new BitbranchError('unexpected', 'The wait for the browser is over.'));
  }
}

async function showPage(
  { browser }: LoginRequest,
  { url, redirectUri }: { readonly url: string; readonly redirectUri: string },
  dialogue: LoginDialogue,
  stop: AbortSignal,
  context: Context,
): Promise<void> {
  await dialogue.authorizeAt(url, redirectUri);
  if (browser === null) return;
  const tell = async (error: BitbranchError) => {
    if (!stop.aborted) await dialogue.browserFailed(error, url);
  };
  try {
    // A sentence that can't be told is no reason to end the wait.
    await context.browser.open(url, browser.command, (error) => void tell(error).catch(() => {}));
  } catch (error) {
    await tell(toBitbranchError(error));
  }
}

async function rejectAfter(
  { host, client, timeoutMs }: LoginRequest,
  redirectUri: string,
  stop: AbortSignal,
  context: Context,
): Promise<never> {
  await context.clock.sleep(timeoutMs, stop);
  throw noAnswer({ host, protocol: client.protocol, redirectUri, timeoutMs });
}

/** Runs the rest of the sign-in and then tells its outcome in the browser, in the words that the terminal uses. */
async function tellBrowser(
  received: ReceivedCallback<Redeem>,
  host: Host,
  rest: () => Promise<Credential>,
): Promise<Credential> {
  try {
    const credential = await rest();
    await received.answer({
      kind: 'signed-in',
      accountName: shownName(credential.account),
      hostName: host.name,
    });
    return credential;
  } catch (thrown) {
    const { message, hint } = toBitbranchError(thrown);
    await received.answer({ kind: 'failed', message, ...(hint === undefined ? {} : { hint }) });
    throw thrown;
  }
}

function shownName(account: Account): string | null {
  return account.name === unnamedAccount.name ? null : (account.displayName ?? account.name);
}
