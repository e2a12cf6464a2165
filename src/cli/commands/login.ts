import { withSignIn } from '../../auth/accounts.ts';
import { type LoginDialogue, type LoginRequest, login } from '../../auth/login-flow.ts';
import type { Session } from '../../auth/session.ts';
import { unnamedAccount } from '../../auth/sign-in-attempt.ts';
import { credentialReference } from '../../auth/stored-credential.ts';
import { createApiClient } from '../../bitbucket/api-client.ts';
import { currentUser } from '../../bitbucket/current-user.ts';
import { isBitbucketOrg } from '../../bitbucket/hosts.ts';
import type { Context } from '../../context.ts';
import type { Credential } from '../../credentials/credential.ts';
import type { Arguments } from '../arguments.ts';
import { chooseClient } from '../consumer-choice.ts';
import { parseDurationMs } from '../duration.ts';
import { defaultHost, namedHost } from '../host-choice.ts';
import { choice, jsonFields, maxWaitMs, option, wholeNumber } from '../options.ts';
import { visibleText } from '../output/escape.ts';
import { jsonObjectWriter } from '../output/json.ts';

/** What `login --json` tells. */
const resultFields = [
  'host',
  'kind',
  'account',
  'displayName',
  'protocol',
  'store',
  'expiresAt',
] as const;

export async function run(args: Arguments, context: Context): Promise<void> {
  const fields = args.has('json') ? jsonFields(args, resultFields) : null;
  const request = await loginRequest(args, context);
  const credential = await login(
    request,
    dialogue(request, context),
    steps(args, context),
    context,
  );
  if (fields === null) await tellPerson(credential, request.host.name, context);
  else await printJson(credential, fields, context);
}

/** What the command line, the environment and the settings ask for. */
export async function loginRequest(args: Arguments, context: Context): Promise<LoginRequest> {
  const { env } = context;
  const wanted = choice(args, env, 'protocol', ['oauth1', 'oauth2']);
  const timeoutMs = parseDurationMs('timeout', args.value('timeout') ?? '5m');
  const callbackPort =
    wholeNumber(args, env, 'callback-port', { minimum: 0, maximum: 65_535 }) ?? 0;
  const settings = await context.settings.read();
  const host = namedHost({ args, env, settings }) ?? defaultHost({ args, env, settings });
  const protocol = wanted ?? (isBitbucketOrg(host.url) ? 'oauth2' : 'oauth1');
  const client = await chooseClient(host, protocol, args, settings, context);
  const command = option(args, env, 'browser');
  return {
    host,
    client,
    callbackPort,
    callbackPath: args.value('callback-path') ?? '/callback',
    browser: args.has('no-browser') ? null : command === undefined ? {} : { command },
    timeoutMs,
  };
}

function dialogue(request: LoginRequest, context: Context): LoginDialogue {
  const { terminal, env } = context;
  const say = (text: string) => terminal.stderr.write(`${text}\n`);
  return {
    authorizeAt: async (url, redirectUri) => {
      const verb =
        request.browser === null ? 'Open this page' : 'Opening this page in your browser';
      await say(`${verb} to sign in to ${request.host.name}:\n\n  ${url}\n`);
      if (env['SSH_CONNECTION']) await say(sshAdvice(redirectUri));
    },
    browserFailed: async (error) => {
      await say([error.message, error.hint ?? 'Open the page above yourself.'].join('\n'));
    },
    askForAddress: terminal.isInteractive
      ? (signal) =>
          terminal.prompt(
            'Waiting for the browser. If it is on another machine, paste the address it ends at: ',
            {
              signal,
            },
          )
      : null,
    addressRefused: () =>
      say('That is not the address of this sign-in. Copy it whole from the address bar.'),
  };
}

/** Over SSH the browser is elsewhere: a tunnel brings its callback here. */
function sshAdvice(redirectUri: string): string {
  const { port } = new URL(redirectUri);
  return `Over SSH, first run this on the machine with the browser:\n\n  ssh -N -L ${port}:127.0.0.1:${port} THIS-HOST\n`;
}

function steps(args: Arguments, context: Context) {
  const waitMs = maxWaitMs(args);
  return {
    identify: (session: Session) =>
      currentUser(createApiClient({ ...context, ...session, maxWaitMs: waitMs }), session.host),
    keep: (credential: Credential) => keep(credential, context),
  };
}

async function keep(credential: Credential, context: Context): Promise<void> {
  const { host, account } = credential;
  await context.credentials.write(credentialReference(host, account.name), credential);
  if ('consumer' in credential) {
    const { consumer } = credential;
    await context.credentials.write({ type: 'consumer', host, name: consumer.key }, consumer);
  }
  const signedInAt = new Date(context.clock.nowMs());
  await context.settings.update((settings) => withSignIn(settings, credential, signedInAt));
}

async function printJson(
  { host, kind, account, protocol }: Credential,
  fields: readonly (typeof resultFields)[number][],
  { terminal, credentials }: Context,
): Promise<void> {
  const { name, displayName } = account;
  const store = credentials.name;
  const result = { host, kind, account: name, displayName, protocol, store, expiresAt: null };
  await terminal.stdout.write(`${jsonObjectWriter(fields)(result)}\n`);
}

async function tellPerson(
  { account: { name, displayName } }: Credential,
  hostName: string,
  { env, terminal, credentials }: Context,
): Promise<void> {
  const who =
    name === unnamedAccount.name
      ? '(the consumer may not tell as whom)'
      : `as ${person(name, displayName)}`;
  const line = `Signed in to ${hostName} ${who}. The credential is in ${credentials.description} and does not expire.`;
  await terminal.stderr.write(`${visibleText(line)}\n`);
  if (env['BITBRANCH_TOKEN']) {
    await terminal.stderr.write(
      'BITBRANCH_TOKEN is set and is used instead of it: unset it to use this sign-in.\n',
    );
  }
}

function person(name: string, displayName: string | null): string {
  return displayName === null || displayName === name ? name : `${displayName} (${name})`;
}
