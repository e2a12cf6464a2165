import { settingsOf } from '../auth/accounts.ts';
import { consumerKeys } from '../auth/consumers.ts';
import type { SignInClient } from '../auth/sign-in.ts';
import type { Host } from '../bitbucket/hosts.ts';
import type { Context } from '../context.ts';
import type { Consumer } from '../credentials/credential.ts';
import type { CredentialStore } from '../credentials/credential-store.ts';
import type { Settings } from '../credentials/settings.ts';
import { BitbranchError } from '../errors.ts';
import { hostCommand } from '../host-command.ts';
import type { Arguments } from './arguments.ts';
import { callbackPath, callbackPort, chosenBrowser, option } from './options.ts';
import { say } from './output/say.ts';
import {
  consumerGuide,
  consumerHint,
  guidedPort,
  openConsumersPage,
  type Registration,
} from './sign-in/consumer-guide.ts';
import { isPortRegistered } from './sign-in/registered-port.ts';

/** A consumer, and the port of the redirect URI that fits it; 0 for any free one. */
interface ChosenClient {
  readonly client: SignInClient;
  readonly callbackPort: number;
}

/**
 * The consumer to sign in with: from the command line and environment, else the stored one, else asked for at the
 * terminal (the secret hidden).
 * @throws {BitbranchError} `usage` when something is missing and nobody can be asked, `store_locked` when it may be hidden
 */
export async function chooseClient(
  host: Host,
  protocol: 'oauth1' | 'oauth2',
  args: Arguments,
  settings: Settings,
  store: CredentialStore,
  context: Context,
): Promise<ChosenClient> {
  const remembered = isPortRegistered(host, protocol)
    ? settingsOf(settings, host.url)?.callbackPort
    : undefined;
  const port = callbackPort(args, context.env, remembered);
  const named = option(args, context.env, 'consumer-key');
  const known = consumerKeys(settings, host.url);
  const given = await givenSecret(host, args, context);
  if (given === undefined) {
    const keys = named === undefined ? known : [named];
    const stored = await storedConsumers(keys, host, store);
    const consumer = fitting(stored, protocol, host);
    if (consumer !== undefined) {
      return { client: clientOf(protocol, consumer), callbackPort: port };
    }
    const [hidden] = stored.length === 0 ? keys : [];
    if (hidden !== undefined && !context.terminal.isInteractive) {
      refuseHidden(hidden, host, settings, store);
    }
  }
  const registration: Registration = {
    host,
    protocol,
    callbackPort: port,
    callbackPath: callbackPath(args),
    setsUpGit: args.has('setup-git'),
  };
  const hint = consumerHint(registration, context.terminal);
  const knownKey = named ?? (given === undefined ? undefined : known[0]);
  const key =
    knownKey ??
    (await askForKey(registration, args, context)) ??
    unknown(`No OAuth consumer is known for ${host.name}.`, hint);
  const secret = given ?? (await promptForSecret(key, hint, context));
  return {
    client: { protocol, consumer: { key, secret } },
    callbackPort: knownKey === undefined ? guidedPort(registration) : port,
  };
}

async function storedConsumers(
  keys: readonly string[],
  host: Host,
  store: CredentialStore,
): Promise<readonly Consumer[]> {
  const consumers: Consumer[] = [];
  for (const name of keys) {
    const consumer = await store.read({ type: 'consumer', host: host.url, name });
    if (consumer !== null) consumers.push(consumer);
  }
  return consumers;
}

/** OAuth 2.0 needs a secret; Data Center offers OAuth 1.0a to key pairs, other hosts to secrets. */
function fitting(
  stored: readonly Consumer[],
  protocol: 'oauth1' | 'oauth2',
  host: Host,
): Consumer | undefined {
  if (protocol === 'oauth2') return stored.find((consumer) => 'secret' in consumer);
  const wanted = host.kind === 'datacenter' ? 'privateKey' : 'secret';
  return stored.find((consumer) => wanted in consumer) ?? stored[0];
}

function clientOf(protocol: 'oauth1' | 'oauth2', consumer: Consumer): SignInClient {
  return protocol === 'oauth2' && 'secret' in consumer
    ? { protocol, consumer }
    : { protocol: 'oauth1', consumer };
}

/**
 * A locked keychain answers like an empty one, so a consumer that the settings remember may be in it all the same.
 * @throws {BitbranchError} `store_locked`
 */
export function refuseHidden(
  key: string,
  host: Host,
  settings: Settings,
  store: CredentialStore,
): void {
  const isRemembered = consumerKeys(settings, host.url).includes(key);
  if (!isRemembered || store.name !== 'keychain') return;
  throw new BitbranchError(
    'store_locked',
    `The consumer ${key} of ${host.name} can't be read: ${store.description} is locked, or the entry was removed.`,
    {
      hint: `Unlock it and try again, or forget the consumer with: ${hostCommand('consumer remove', host)}`,
    },
  );
}

/**
 * Tells how a consumer is made; where there is a page for it, Enter alone opens that and asks once more. Undefined where
 * nobody can be asked.
 */
export async function askForKey(
  registration: Registration,
  args: Arguments,
  context: Context,
): Promise<string | undefined> {
  if (!context.terminal.isInteractive) return undefined;
  const { host } = registration;
  await say(consumerGuide(registration), context);
  const question = `Consumer key for ${host.name}`;
  const browser = host.kind === 'datacenter' ? null : chosenBrowser(args, context.env);
  if (browser === null) return ask(`${question}: `, { hidden: false }, context);
  const key = await ask(`${question} (Enter opens that page): `, { hidden: false }, context);
  if (key !== undefined) return key;
  await openConsumersPage(host, browser, context);
  return ask(`${question}: `, { hidden: false }, context);
}

/**
 * @param hint what to do where nobody can be asked
 * @throws {BitbranchError} `usage` when nobody can be asked
 */
export async function promptForSecret(
  key: string,
  hint: string,
  context: Context,
): Promise<string> {
  return (
    (await ask(`Secret of consumer ${key}: `, { hidden: true }, context)) ??
    unknown(`The secret of consumer ${key} is not known.`, hint)
  );
}

/** The secret that the command line or the environment gives; undefined without one. */
export async function givenSecret(
  host: Host,
  args: Arguments,
  context: Context,
): Promise<string | undefined> {
  if (!args.has('consumer-secret-stdin'))
    return context.env['BITBRANCH_CONSUMER_SECRET'] || undefined;
  const secret = (await context.terminal.readStdin()).replace(/\r?\n$/, '');
  if (secret === '') {
    throw new BitbranchError('usage', 'Standard input holds no consumer secret.', {
      hint: `Pipe the secret in: ${commandWithSecret(host, args)} < secret-file`,
    });
  }
  return secret;
}

function commandWithSecret(host: Host, { command, operands, value }: Arguments): string {
  const key = value('consumer-key');
  const flags = [...(key === undefined ? [] : ['--consumer-key', key]), '--consumer-secret-stdin'];
  return hostCommand([command, ...operands].join(' '), host, flags);
}

/** Undefined where nobody can be asked, and for an empty answer. */
async function ask(
  question: string,
  options: { hidden: boolean },
  { terminal, interrupted }: Context,
): Promise<string | undefined> {
  if (!terminal.isInteractive) return undefined;
  const answer = await terminal.prompt(question, { ...options, signal: interrupted });
  return answer.trim() || undefined;
}

function unknown(message: string, hint: string): never {
  throw new BitbranchError('usage', message, { hint });
}
