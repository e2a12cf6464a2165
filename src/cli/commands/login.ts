import { settingsOf } from '../../auth/accounts.ts';
import { requirePlainPath } from '../../auth/callback-address.ts';
import { type LoginRequest, login } from '../../auth/login-flow.ts';
import { proveStore } from '../../auth/store-proof.ts';
import type { Host } from '../../bitbucket/hosts.ts';
import type { Context, Environment } from '../../context.ts';
import { type Credential, type Protocol, protocols } from '../../credentials/credential.ts';
import type { CredentialStore } from '../../credentials/credential-store.ts';
import type { Settings } from '../../credentials/settings.ts';
import { BitbranchError } from '../../errors.ts';
import { loginCommand } from '../../host-command.ts';
import { accountDemanded } from '../account-choice.ts';
import type { Arguments } from '../arguments.ts';
import { chooseClient } from '../consumer-choice.ts';
import { parseDurationMs } from '../duration.ts';
import { defaults } from '../flags.ts';
import { forPushing, refuseUnusableByGit, setUpHelper } from '../git/helper-setup.ts';
import { defaultHost, namedHost, pendingHost } from '../host-choice.ts';
import {
  callbackPath,
  callbackPort,
  choice,
  chosenBrowser,
  chosenStore,
  jsonFields,
  maxWaitMs,
} from '../options.ts';
import { loginDialogue } from '../sign-in/dialogue.ts';
import { signInSteps } from '../sign-in/keep.ts';
import { rememberPort } from '../sign-in/registered-port.ts';
import { reportSignIn, signInFields } from '../sign-in/report.ts';
import { namingRetry } from '../sign-in/retry.ts';
import { tokenLogin } from '../sign-in/token-login.ts';
import { completeLogin, requestLogin } from '../sign-in/two-step-login.ts';
import { usualProtocol } from '../sign-in/usual-protocol.ts';

interface Target {
  readonly host: Host;
  readonly store: CredentialStore;
  readonly settings: Settings;
  /** How the browser is sent off and waited for. */
  readonly wait: Pick<LoginRequest, 'callbackPath' | 'browser' | 'timeoutMs'>;
  /** How long retries may take altogether. */
  readonly maxWaitMs: number;
}

export async function run(args: Arguments, context: Context): Promise<void> {
  refuseContradiction(args);
  const target = await loginTarget(args, context);
  const protocol = chooseProtocol(target, args, context);
  await namingRetry(commandAgain(target, protocol, args), () =>
    perform(target, protocol, args, context),
  );
}

async function perform(
  target: Target,
  protocol: Protocol,
  args: Arguments,
  context: Context,
): Promise<void> {
  const fields = args.has('json') ? jsonFields(args, signInFields) : null;
  const setsUpGit = args.has('setup-git');
  if (setsUpGit && !args.has('complete')) refuseUnusableByGit(target.host, protocol);
  // A store that does not work, or does not open, is better known before a person has decided in the browser, and a wrong flag
  // before that.
  await proveStore(target.store, context.random);
  if (args.has('request')) {
    await requestLogin(await loginRequest(target, protocol, args, context), context);
    if (setsUpGit) await context.note('Give --setup-git to bitbranch login --complete too.');
    return;
  }
  const credential = await signIn(target, protocol, args, context);
  const { host, store, settings } = target;
  await reportSignIn({ hostName: host.name, credential, store, before: settings, fields }, context);
  if (!setsUpGit) return;
  refuseUnusableByGit(host, credential.protocol);
  await setUpHelper(host, context);
}

/** Flags that make the same sign-in of another one, beside the host and the protocol. */
const keptFlags = [
  'account',
  'consumer-key',
  'store',
  'browser',
  'no-browser',
  'callback-port',
  'callback-path',
  'setup-git',
] as const;

/** The command that signs in anew in the same way; of two steps it is the first. */
function commandAgain(target: Target, protocol: Protocol, args: Arguments): string {
  const { host, settings } = target;
  const isUsual = protocol === usualProtocol(host, settings);
  const isTwoSteps = args.has('request') || args.has('complete');
  return loginCommand(host, [
    ...(isUsual ? [] : ['--protocol', protocol]),
    ...keptFlags.flatMap((flag) => {
      const value = args.value(flag);
      if (value !== undefined) return [`--${flag}`, value];
      return args.has(flag) ? [`--${flag}`] : [];
    }),
    ...(isTwoSteps ? ['--request'] : []),
  ]);
}

function refuseContradiction(args: Arguments): void {
  if (!args.has('request') || !args.has('complete')) return;
  throw new BitbranchError(
    'usage',
    '--request and --complete are two commands, one after the other.',
    {
      hint: 'Run bitbranch login --request, open the page it names, then bitbranch login --complete.',
    },
  );
}

export async function loginTarget(args: Arguments, context: Context): Promise<Target> {
  const settings = await context.settings.read();
  const sources = { args, env: context.env, settings };
  const isSecondStep = args.has('complete');
  const begun = isSecondStep ? pendingHost(sources) : undefined;
  const chosen = namedHost(sources) ?? begun ?? defaultHost(sources);
  const host = args.has('setup-git') ? forPushing(chosen) : chosen;
  const remembered = isSecondStep ? settingsOf(settings, host.url)?.pendingIn : undefined;
  return {
    host,
    store: chosenStore(args, context, remembered),
    settings,
    wait: waitOf(args, context.env),
    maxWaitMs: maxWaitMs(args),
  };
}

function waitOf(args: Arguments, env: Environment): Target['wait'] {
  const path = callbackPath(args);
  requirePlainPath(path);
  callbackPort(args, env); // a wrong one is refused as early as a wrong path
  return {
    callbackPath: path,
    browser: chosenBrowser(args, env),
    timeoutMs: parseDurationMs('timeout', args.value('timeout') ?? defaults.timeout),
  };
}

/** As asked for, else as usual. */
export function chooseProtocol(
  { host, settings }: Pick<Target, 'host' | 'settings'>,
  args: Arguments,
  { env }: Context,
): Protocol {
  return choice(args, env, 'protocol', protocols) ?? usualProtocol(host, settings);
}

async function signIn(
  target: Target,
  protocol: Protocol,
  args: Arguments,
  context: Context,
): Promise<Credential> {
  const account = accountDemanded(args, context);
  const plan = { store: target.store, maxWaitMs: target.maxWaitMs, account };
  const steps = signInSteps(plan, context);
  if (args.has('complete')) return completeLogin(target, steps, context);
  if (protocol === 'token') {
    return tokenLogin(target, account?.name, steps, context);
  }
  const request = await loginRequest(target, protocol, args, context);
  const credential = await login(request, loginDialogue(request, context), steps, context);
  await rememberPort(request.host, protocol, request.callbackPort, context);
  return credential;
}

/** What the command line, the environment and the settings ask for. */
export async function loginRequest(
  { host, store, settings, wait }: Target,
  protocol: Protocol,
  args: Arguments,
  context: Context,
): Promise<LoginRequest> {
  if (protocol === 'token') {
    throw new BitbranchError('usage', 'A token needs no browser, so there is nothing to request.', {
      hint: 'Leave --request out, and give the token on standard input.',
    });
  }
  const chosen = await chooseClient(host, protocol, args, settings, store, context);
  return { ...wait, ...chosen, host, store };
}
