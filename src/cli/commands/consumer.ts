import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { signedInHosts } from '../../auth/accounts.ts';
import { consumerKeys, withConsumer, withoutConsumer } from '../../auth/consumers.ts';
import type { Host } from '../../bitbucket/hosts.ts';
import type { Context } from '../../context.ts';
import type { Consumer, Protocol } from '../../credentials/credential.ts';
import type { CredentialStore, RecordReference } from '../../credentials/credential-store.ts';
import type { Settings } from '../../credentials/settings.ts';
import { BitbranchError } from '../../errors.ts';
import { hostCommand, loginCommand } from '../../host-command.ts';
import type { Arguments } from '../arguments.ts';
import { askForKey, givenSecret, promptForSecret, refuseHidden } from '../consumer-choice.ts';
import { defaultHost, type HostSources, hostOfUrl, namedHost, onlyHost } from '../host-choice.ts';
import { callbackPath, chosenStore, jsonFields, option } from '../options.ts';
import { suggest } from '../output/fields.ts';
import { jsonObjectWriter } from '../output/json.ts';
import { say } from '../output/say.ts';
import { usualProtocol } from '../sign-in/usual-protocol.ts';

interface Target {
  readonly host: Host;
  readonly store: CredentialStore;
  readonly settings: Settings;
}

const actions = { add, show, remove } as const;

export async function run(args: Arguments, context: Context): Promise<void> {
  const [name = ''] = args.operands;
  const action = Object.hasOwn(actions, name) ? actions[name as keyof typeof actions] : undefined;
  if (action === undefined) {
    throw new BitbranchError('usage', unknownAction(args.operands[0]), {
      hint: suggest(name, Object.keys(actions), 'Write bitbranch consumer with one of'),
    });
  }
  const settings = await context.settings.read();
  const sources = { args, env: context.env, settings };
  const host = namedHost(sources) ?? hostMeant(action, sources);
  await action({ host, store: chosenStore(args, context), settings }, args, context);
}

/**
 * A consumer may be stored before anybody signs in. The host of the only one is then meant, except for another one: a secret
 * goes to no host that was not named.
 */
function hostMeant(action: (typeof actions)[keyof typeof actions], sources: HostSources): Host {
  const { settings } = sources;
  if (signedInHosts(settings).length > 0) return onlyHost(sources);
  const hosts = Object.keys(settings.hosts).filter((url) => consumerKeys(settings, url).length > 0);
  const [only, ...others] = action === add ? [] : hosts;
  return only === undefined || others.length > 0 ? defaultHost(sources) : hostOfUrl(only, sources);
}

async function add(target: Target, args: Arguments, context: Context): Promise<void> {
  const { host, store } = target;
  const key = option(args, context.env, 'consumer-key') ?? (await defaultKey(host, args, context));
  const reference = consumerReference(host, key);
  if ((await store.read(reference)) !== null) {
    throw new BitbranchError('usage', `The consumer ${key} of ${host.name} is known already.`, {
      hint: `To store another one in its place, forget it first with: ${hostCommand('consumer remove', host, ['--consumer-key', key])}`,
    });
  }
  const consumer = await newConsumer(host, key, args, context);
  await store.write(reference, consumer);
  await context.settings.update((settings) => withConsumer(settings, host, key));
  const login = loginWith(consumer, target, args);
  if ('privateKey' in consumer) {
    await context.terminal.stdout.write(publicKeyOf(consumer.privateKey));
    await say(administratorSteps(host, key, login, context), context);
  } else {
    const stored = `Stored the consumer ${key} in ${store.description}.`;
    await say([`${stored} Sign in with: ${login}`], context);
  }
}

function unknownAction(name: string | undefined): string {
  return name === undefined
    ? 'Say what to do with the consumer.'
    : `A consumer has nothing to "${name}".`;
}

/** The command that signs in with a consumer that was stored just now. */
function loginWith(consumer: Consumer, { host, settings }: Target, args: Arguments): string {
  const usual = usualProtocol(host, settings);
  const protocol = protocolFor(consumer, host, usual);
  const store = args.value('store');
  return loginCommand(host, [
    ...(protocol === usual ? [] : ['--protocol', protocol, '--consumer-key', consumer.key]),
    ...(store === undefined ? [] : ['--store', store]),
  ]);
}

/** A key pair is for OAuth 1.0a, and the secret of a Data Center for OAuth 2.0; on Cloud a secret is good for both. */
function protocolFor(consumer: Consumer, host: Host, usual: Protocol): Protocol {
  if ('privateKey' in consumer) return 'oauth1';
  if (host.kind === 'cloud' && usual !== 'token') return usual;
  return 'oauth2';
}

/** A Data Center consumer is named by whoever makes the application link; Cloud gives the key. */
async function defaultKey(host: Host, args: Arguments, context: Context): Promise<string> {
  if (host.kind === 'datacenter') return 'bitbranch';
  const path = callbackPath(args);
  const registration = { host, callbackPort: 0, callbackPath: path, setsUpGit: false };
  const key = await askForKey({ ...registration, protocol: 'oauth2' }, args, context);
  if (key !== undefined) return key;
  throw new BitbranchError('usage', 'No consumer key was given.', {
    hint: `Give the key that Bitbucket shows for the consumer: ${hostCommand('consumer add', host, ['--consumer-key', 'KEY'])}`,
  });
}

async function newConsumer(
  host: Host,
  key: string,
  args: Arguments,
  context: Context,
): Promise<Consumer> {
  const file = args.value('private-key-file');
  if (file !== undefined) {
    const privateKey = parsePrivateKey(await context.files.readText(file), file);
    return { key, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  }
  const secret = await givenSecret(host, args, context);
  if (secret !== undefined) return { key, secret };
  if (host.kind === 'cloud')
    return { key, secret: await promptForSecret(key, secretHint, context) };
  return { key, privateKey: await context.newPrivateKey() };
}

const secretHint =
  'Set BITBRANCH_CONSUMER_SECRET, or pipe the secret in with --consumer-secret-stdin.';

/** @throws {BitbranchError} `usage` for what is no RSA key of at least 2048 bits; nothing of the file is shown */
function parsePrivateKey(pem: string, path: string): KeyObject {
  const key = keyIn(pem);
  const bits = key?.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key?.asymmetricKeyType === 'rsa' && bits >= 2048) return key;
  throw new BitbranchError('usage', `${path} holds no RSA private key of at least 2048 bits.`, {
    hint: 'Give an unencrypted one in PEM, for example from: openssl genrsa -out key.pem 3072',
  });
}

function keyIn(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function publicKeyOf(privateKey: string): string {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
}

function administratorSteps(
  host: Host,
  key: string,
  login: string,
  { terminal }: Context,
): readonly string[] {
  const where = terminal.stdout.isTerminal ? 'printed above' : 'that went to standard output';
  return [
    '',
    `An administrator of ${host.name} now makes an application link:`,
    `  1. Open ${host.url}/plugins/servlet/applinks/listApplicationLinks and choose "Create link".`,
    '  2. Choose "Atlassian product" (that is where OAuth 1.0a is), enter https://bitbranch.example as its URL',
    '     and go on although no answer comes from there; name it bitbranch.',
    '  3. Edit the link, "Incoming authentication", and enter:',
    `       Consumer key   ${key}`,
    '       Consumer name  bitbranch',
    `       Public key     the one ${where}, without its BEGIN and END lines where they are refused`,
    '     Leave the callback URL empty.',
    '',
    `Then sign in with: ${login}`,
  ];
}

export const shownFields = ['host', 'consumerKey', 'method', 'publicKey'] as const;

async function show(target: Target, args: Arguments, context: Context): Promise<void> {
  const { host } = target;
  const { key, consumer } = await storedConsumer(target, args, context);
  const publicKey = 'privateKey' in consumer ? publicKeyOf(consumer.privateKey) : null;
  const method = publicKey === null ? 'secret' : 'key pair';
  const { stdout } = context.terminal;
  if (args.has('json')) {
    const write = jsonObjectWriter(jsonFields(args, shownFields));
    return stdout.write(`${write({ host: host.url, consumerKey: key, method, publicKey })}\n`);
  }
  await stdout.write(
    `${host.url}\n  consumer  ${key}\n  signs by  ${method}\n${publicKey === null ? '' : `\n${publicKey}`}`,
  );
}

async function storedConsumer(
  { host, store, settings }: Target,
  args: Arguments,
  context: Context,
): Promise<{ key: string; consumer: Consumer }> {
  const key = knownKey(host, settings, args, context);
  const consumer = key === undefined ? null : await store.read(consumerReference(host, key));
  if (key !== undefined && consumer !== null) return { key, consumer };
  if (key !== undefined) refuseHidden(key, host, settings, store);
  throw new BitbranchError('not_found', `No consumer of ${host.name} is stored.`, {
    hint: `Store one with: ${addCommand(host, key, settings)}`,
  });
}

/** Without a key Data Center gets a key pair, which is for OAuth 1.0a. */
function addCommand(host: Host, key: string | undefined, settings: Settings): string {
  const isSecret = host.kind === 'cloud' || usualProtocol(host, settings) === 'oauth2';
  const shownKey = key ?? (isSecret ? 'KEY' : undefined);
  const command = hostCommand('consumer add', host, [
    ...(shownKey === undefined ? [] : ['--consumer-key', shownKey]),
    ...(isSecret ? ['--consumer-secret-stdin'] : []),
  ]);
  return isSecret ? `${command} < secret-file` : command;
}

async function remove(target: Target, args: Arguments, context: Context): Promise<void> {
  const { host, store, settings } = target;
  const key = knownKey(host, settings, args, context);
  const removed = key !== undefined && (await store.remove(consumerReference(host, key)));
  const isRemembered = key !== undefined && consumerKeys(settings, host.url).includes(key);
  if (isRemembered) {
    await context.settings.update((current) => withoutConsumer(current, host.url, key));
  }
  const done = removed
    ? `Removed the consumer ${key} of ${host.name}. Whoever is signed in with it stays so until bitbranch logout.`
    : isRemembered
      ? `Forgot the consumer ${key} of ${host.name}, but ${store.description} showed no entry to remove: it is locked, or the entry was removed before.`
      : `Nothing to remove: no consumer of ${host.name} is stored.`;
  await say([done], context);
  const left = consumerKeys(settings, host.url).filter((each) => each !== key);
  if (left.length > 0) {
    const stored = `Still stored: ${left.join(', ')}.`;
    await say([`${stored} --consumer-key names the one to remove.`], context);
  }
}

function knownKey(
  host: Host,
  settings: Settings,
  args: Arguments,
  { env }: Context,
): string | undefined {
  return option(args, env, 'consumer-key') ?? consumerKeys(settings, host.url)[0];
}

function consumerReference(host: Host, key: string): RecordReference<'consumer'> {
  return { type: 'consumer', host: host.url, name: key };
}
