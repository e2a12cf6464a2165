import { settingsOf, signedInHosts } from '../../auth/accounts.ts';
import type { Host } from '../../bitbucket/hosts.ts';
import type { Context } from '../../context.ts';
import type { StoreName } from '../../credentials/credential-store.ts';
import { emptySettings, type Settings } from '../../credentials/settings.ts';
import { toBitbranchError } from '../../errors.ts';
import type { Arguments } from '../arguments.ts';
import { defaultHost, hostOfUrl, namedHost } from '../host-choice.ts';
import { chosenStore } from '../options.ts';
import { checkBrowser } from './browser.ts';
import { checkCallback } from './callback.ts';
import { checkCertificates } from './certificates.ts';
import { checkClock } from './clock.ts';
import { checkCredential } from './credential.ts';
import type { Check, CheckName, Finding, Outcome } from './finding.ts';
import { checkGit } from './git.ts';
import { askHost, checkHost } from './host.ts';
import { checkKeychain } from './keychain.ts';
import { checkNode } from './node.ts';
import { checkProxy } from './proxy.ts';
import { checkSettings } from './settings.ts';

/**
 * Begins every check at once, and gives them in the order in which they are told.
 * @throws {BitbranchError} `usage` for flags that name no host or store
 */
export async function beginChecks(args: Arguments, context: Context): Promise<readonly Check[]> {
  const settings = await context.settings.read().catch(() => emptySettings); // its own check tells why
  const sources = { args, env: context.env, settings };
  const named = namedHost(sources);
  const remembered = signedInHosts(settings).map((url) => hostOfUrl(url, sources));
  const [firstHost = defaultHost(sources), ...otherHosts] =
    named === undefined ? remembered : [named];
  const store = chosenStore(args, context, storeInUse(settings, firstHost));

  const probed = outcomeOf(() => checkSettings(context));
  const interruption = interruptionOf(context, probed);
  const told = (name: CheckName, check: Promise<Outcome>): Check => {
    const outcome = Promise.race([check, interruption]);
    outcome.catch(() => {}); // it is told when its turn comes
    return { name, outcome };
  };
  const begin = (name: CheckName, check: () => Promise<Finding>) => told(name, outcomeOf(check));

  const settingsCheck = told('settings', probed);
  const keychainCheck = begin('keychain', () => checkKeychain(store, context));
  const hostChecks = (host: Host): readonly Check[] => {
    const answer = askHost(host, context);
    const hostCheck = begin('host', () => checkHost(host, answer));
    const needs = [settingsCheck, hostCheck, keychainCheck];
    const question = { host, isOneOfSeveral: otherHosts.length > 0, settings, needs };
    return [
      hostCheck,
      begin('clock', () => checkClock(host, answer)),
      begin('credential', () => checkCredential(question, args, context)),
    ];
  };

  return [
    begin('node', () => checkNode(context)),
    begin('git', () => checkGit(context)),
    settingsCheck,
    keychainCheck,
    begin('browser', () => checkBrowser(args, context)),
    begin('callback', () => checkCallback(args, context)),
    begin('proxy', () => checkProxy(firstHost, context)),
    begin('certificates', () => checkCertificates(context)),
    ...[firstHost, ...otherHosts].flatMap(hostChecks),
  ];
}

/** The store that holds the credential of an account of the host. */
function storeInUse(settings: Settings, { url }: Host): StoreName | undefined {
  const [account] = Object.values(settingsOf(settings, url)?.accounts ?? {});
  return account?.store;
}

async function outcomeOf(check: () => Promise<Finding>): Promise<Outcome> {
  try {
    return await check();
  } catch (thrown) {
    return { result: 'failure', error: toBitbranchError(thrown) };
  }
}

/**
 * Rejects at SIGINT and SIGTERM, since a keychain would keep a check waiting beyond them.
 * @param probed what leaves no file behind once it has ended, which is soon
 */
async function interruptionOf(
  { interrupted }: Pick<Context, 'interrupted'>,
  probed: Promise<Outcome>,
): Promise<never> {
  await new Promise<void>((resolve) => {
    if (interrupted.aborted) resolve();
    interrupted.addEventListener('abort', () => resolve(), { once: true });
  });
  await probed;
  throw interrupted.reason;
}
