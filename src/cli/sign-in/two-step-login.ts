import { withoutPending, withPending } from '../../auth/accounts.ts';
import type { LoginRequest } from '../../auth/login-flow.ts';
import { queryOfAddress } from '../../auth/pasted-callback.ts';
import {
  beginSignIn,
  completeSignIn,
  type SignInSteps,
  signInAttempt,
} from '../../auth/sign-in.ts';
import type { Host } from '../../bitbucket/hosts.ts';
import type { Context } from '../../context.ts';
import type { Credential } from '../../credentials/credential.ts';
import type { CredentialStore, RecordReference } from '../../credentials/credential-store.ts';
import type { PendingSignIn } from '../../credentials/pending-sign-in.ts';
import { BitbranchError } from '../../errors.ts';
import { loginCommand } from '../../host-command.ts';
import { rememberPort } from './registered-port.ts';

/**
 * The first of two commands that sign in where no browser can come back by itself: prints the page to open as JSON. What the
 * second one needs is secret and goes to the credential store.
 */
export async function requestLogin(request: LoginRequest, context: Context): Promise<void> {
  const { host, client, callbackPort, callbackPath, store } = request;
  const redirectUri = `http://127.0.0.1${callbackPort === 0 ? '' : `:${callbackPort}`}${callbackPath}`;
  const pending = await beginSignIn(host, client, redirectUri, context);
  const { authorizationUrl } = signInAttempt(host, pending, context);
  await store.write(pendingReference(host), pending);
  await context.settings.update((settings) => withPending(settings, host, store.name));
  const complete = ['bitbranch', 'login', '--complete', '--host', host.url];
  await context.terminal.stdout.write(
    `${JSON.stringify({ url: authorizationUrl, redirectUri, complete })}\n`,
  );
}

/**
 * The second command: reads the address at which the browser ended, from a hidden prompt or standard input.
 * @throws {BitbranchError} `usage` when no sign-in was begun or the address is not of it
 */
export async function completeLogin(
  target: { readonly host: Host; readonly store: CredentialStore },
  steps: SignInSteps,
  context: Context,
): Promise<Credential> {
  const { host, store } = target;
  const pending = await store.read(pendingReference(host));
  if (pending === null) {
    throw new BitbranchError('usage', `No sign-in to ${host.name} was begun.`, {
      hint: `Begin one with: ${loginCommand(host, ['--request'])}`,
    });
  }
  const judgement = signInAttempt(host, pending, context).judge(
    queryOfAddress(await readAddress(context)),
  );
  if (judgement.verdict === 'ignore') {
    throw new BitbranchError('usage', 'That is not the address of the sign-in that was begun.', {
      hint: 'Copy it whole from the address bar; only the sign-in begun last counts.',
    });
  }
  await store.remove(pendingReference(host));
  await context.settings.update((settings) => withoutPending(settings, host.url));
  if (judgement.verdict === 'deny') throw judgement.error;
  const credential = await completeSignIn(target, await judgement.callback(), steps, context);
  await rememberPort(host, pending.protocol, portOf(pending), context);
  return credential;
}

/** OAuth 1.0a forgets the redirect URI once it was sent. */
function portOf(pending: PendingSignIn): number {
  return pending.protocol === 'oauth2' ? Number(new URL(pending.redirectUri).port) : 0;
}

function pendingReference(host: Host): RecordReference<'pending'> {
  return { type: 'pending', host: host.url, name: 'sign-in' };
}

function readAddress({ terminal, interrupted }: Context): Promise<string> {
  return terminal.isInteractive
    ? terminal.prompt('Address at which the browser ended: ', { hidden: true, signal: interrupted })
    : terminal.readStdin();
}
