import type { LoginRequest } from '../../auth/login-flow.ts';
import type { Host } from '../../bitbucket/hosts.ts';
import type { Context, Terminal } from '../../context.ts';
import { signInAgain } from '../../errors.ts';
import { hostCommand, loginCommand } from '../../host-command.ts';
import { defaults } from '../flags.ts';
import { say } from '../output/say.ts';
import { isPortRegistered } from './registered-port.ts';

/** A sign-in that needs a consumer, as far as it tells how that has to be registered. */
export interface Registration extends Pick<LoginRequest, 'host' | 'callbackPort' | 'callbackPath'> {
  readonly protocol: 'oauth1' | 'oauth2';
  /** Whether git will push with it. */
  readonly setsUpGit: boolean;
}

/** Data Center compares the whole redirect URI, so a port is pinned; this one the systems hand out to nobody by themselves. */
const suggestedPort = 27_990;

/** How a consumer is registered, in lines, told before the first sign-in asks for one. */
export function consumerGuide(registration: Registration): readonly string[] {
  if (registration.host.kind === 'cloud') return cloudGuide(registration);
  return registration.protocol === 'oauth1' ? keyPairGuide(registration) : linkGuide(registration);
}

/** The port that the redirect URI has to have after {@link consumerGuide} told how it is registered; 0 for any. */
export function guidedPort(registration: Registration): number {
  const { host, protocol, callbackPort } = registration;
  return isPortRegistered(host, protocol) ? pinnedPort(registration) : callbackPort;
}

/** The next step of somebody who gave no consumer, or can't be asked for one. */
export function consumerHint(registration: Registration, { isInteractive }: Terminal): string {
  const { host, protocol } = registration;
  const variables = 'BITBRANCH_CONSUMER_KEY and BITBRANCH_CONSUMER_SECRET';
  if (host.kind === 'cloud') {
    return isInteractive
      ? `Give what Bitbucket shows for the consumer when you are asked, or by ${variables}. ${signInAgain}`
      : `Set ${variables}. Where there is no consumer yet, this tells in a terminal how to register one: ${loginCommand(host, ['--protocol', protocol])}`;
  }
  return protocol === 'oauth1'
    ? `Make one with: ${hostCommand('consumer add', host)}`
    : `Set ${variables} to the client ID and secret of its application link. This uses them, and tells in a terminal how an administrator makes a link: ${pinnedLogin(registration)}`;
}

/** Opens the page on which a consumer is made; it belongs to a workspace, which is asked for. */
export async function openConsumersPage(
  host: Host,
  { command }: NonNullable<LoginRequest['browser']>,
  context: Context,
): Promise<void> {
  const { terminal, browser, interrupted: signal } = context;
  const workspace = (await terminal.prompt('Workspace to make it in: ', { signal })).trim();
  if (workspace === '') return;
  const page = consumersPage(host, encodeURIComponent(workspace));
  await say([`Opening ${page}`], context);
  try {
    await browser.open(page, command);
  } catch {
    await say(['No browser could be opened: open that page yourself.'], context);
  }
}

function consumersPage(host: Host, workspace: string): string {
  return `${host.url}/${workspace}/workspace/settings/api`;
}

function cloudGuide({ host, callbackPath, setsUpGit }: Registration): readonly string[] {
  return [
    `To sign in to ${host.name} you need an OAuth consumer of your own, once:`,
    `  1. Open ${consumersPage(host, 'WORKSPACE')} and choose "Add consumer".`,
    `  2. Name it bitbranch; callback URL: http://127.0.0.1${callbackPath}`,
    `  3. Permissions: tick Account: Read and Repositories: ${setsUpGit ? 'Write' : 'Read'}. Save.`,
    '  4. Click on its name: Bitbucket shows its key and its secret. bitbranch remembers both.',
    '',
  ];
}

function keyPairGuide({ host }: Registration): readonly string[] {
  return [
    `To sign in to ${host.name} you need a consumer that its administrator has set up.`,
    `If there is none yet, stop here (Ctrl-C) and run: ${hostCommand('consumer add', host)}`,
    '',
  ];
}

/** The scope asked for is the host's, which knows whether git will push. */
function linkGuide(registration: Registration): readonly string[] {
  const { host, callbackPath } = registration;
  return [
    `To sign in to ${host.name} with OAuth 2.0 you need an application link, which its administrator makes once:`,
    `  1. Open ${host.url}/plugins/servlet/applinks/listApplicationLinks and choose "Create link".`,
    '  2. Choose "External application" and the direction "Incoming"; name it bitbranch.',
    `  3. Redirect URL, with exactly this port: http://127.0.0.1:${pinnedPort(registration)}${callbackPath}`,
    '     Bitbucket takes http there only if it was started with',
    '     -Datlassian.oauth2.provider.skip.redirect.url.https.requirement=true',
    `  4. Permission: ${host.oauth2.scope}. Save.`,
    '  5. Bitbucket shows a client ID and a client secret: the key and the secret of the consumer.',
    '',
    'If there is none yet, stop here (Ctrl-C). With a link, this asks for both, or takes them from',
    'BITBRANCH_CONSUMER_KEY and BITBRANCH_CONSUMER_SECRET:',
    '',
    `  ${pinnedLogin(registration)}`,
    '',
  ];
}

/** The command whose redirect URI is the one that was registered. */
function pinnedLogin(registration: Registration): string {
  const { host, callbackPath, setsUpGit } = registration;
  return loginCommand(host, [
    ...['--protocol', 'oauth2', '--callback-port', String(pinnedPort(registration))],
    ...(callbackPath === defaults.callbackPath ? [] : ['--callback-path', callbackPath]),
    ...(setsUpGit ? ['--setup-git'] : []),
  ]);
}

function pinnedPort({ callbackPort }: Registration): number {
  return callbackPort === 0 ? suggestedPort : callbackPort;
}
