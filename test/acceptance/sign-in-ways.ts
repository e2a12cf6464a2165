// The ways to sign in, each with a server of its own to sign in to.
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { forgetHost } from '../helpers/keychain-items.ts';
import { startOidcProvider } from '../helpers/oidc-provider.ts';
import type { CliOptions, Home } from '../helpers/spawn-cli.ts';

export const ways = [
  'Cloud oauth1',
  'Cloud oauth2',
  'Cloud oauth2, oidc-provider',
  'Data Center oauth1',
  'Data Center oauth2',
  'Data Center oauth2, oidc-provider',
  'token',
] as const;

export type WayName = (typeof ways)[number];

/** A host, and the command that signs in to it. */
export interface Way {
  readonly name: WayName;
  readonly hostUrl: string;
  readonly protocol: 'oauth1' | 'oauth2' | 'token';
  readonly account: string;
  readonly loginArgs: readonly string[];
  readonly options: CliOptions;
  /** From now on the host fails where a sign-in gets its credential (where it uses it, for a token). */
  breakDown(): void;
  repair(): void;
}

/** Starts the host, and registers there, and in the home, what the sign-in needs. */
export async function startWay(t: TestContext, name: WayName, home: Home): Promise<Way> {
  const kind = name.startsWith('Data Center') ? 'datacenter' : 'cloud';
  const protocol = name === 'token' ? 'token' : name.includes('oauth1') ? 'oauth1' : 'oauth2';
  let isBroken = false;
  const failsAt = (path: string) => isBroken && credentialPaths.test(path);
  const host = name.endsWith('oidc-provider')
    ? await independentHost(t, kind, failsAt)
    : await sandboxHost(t, failsAt);
  await forgetHost(host.url);
  if (name === 'Data Center oauth1') await addKeyPair(home, host.url);

  const { key, secret } = host.consumer;
  return {
    name,
    hostUrl: host.url,
    protocol,
    account: host.account,
    loginArgs: [
      ...['login', '--host', host.url, '--kind', kind, '--protocol', protocol, '--no-browser'],
      ...['--max-wait', '0s'],
      ...(name === 'Data Center oauth1' || name === 'token' ? [] : ['--consumer-key', key]),
    ],
    options:
      name === 'token'
        ? { stdin: `${apiToken.email}:${apiToken.token}\n` }
        : name === 'Data Center oauth1'
          ? {}
          : { env: { BITBRANCH_CONSUMER_SECRET: secret } },
    breakDown: () => {
      isBroken = true;
    },
    repair: () => {
      isBroken = false;
    },
  };
}

const apiToken = { token: 'ATATT3x-a-token', kind: 'user', email: 'maria@example.com' } as const;

/** Token credentials, the token endpoints, and who the owner of a token is. */
const credentialPaths = /access[-_]token$|\/oauth2\/latest\/token$|^\/2\.0\/user$/;

const keyPair = generateKeyPairSync('rsa', { modulusLength: 2048 });

const applicationLink = {
  consumerKey: 'bitbranch',
  publicKeyPem: createPublicKey(keyPair.privateKey)
    .export({ type: 'spki', format: 'pem' })
    .toString(),
};

async function sandboxHost(t: TestContext, failsAt: (path: string) => boolean) {
  const sandbox = await startSandbox({
    generated: [{ fullName: 'acme/site', branches: 3 }],
    applicationLinks: [applicationLink],
    tokens: [apiToken],
    onRequest: ({ path }) => (failsAt(path) ? { status: 500 } : undefined),
  });
  t.after(() => sandbox.close());
  return { url: sandbox.url, consumer: sandbox.consumer, account: 'maria' };
}

async function independentHost(
  t: TestContext,
  kind: 'cloud' | 'datacenter',
  failsAt: (path: string) => boolean,
) {
  const { url, client } = await startOidcProvider(t, { kind, failsAt });
  return { url, consumer: { key: client.id, secret: client.secret }, account: 'ada' };
}

/** The consumer of a Data Center, as an administrator and its owner make it. */
async function addKeyPair(home: Home, hostUrl: string): Promise<void> {
  const file = join(home.directory, 'private-key.pem');
  await writeFile(file, keyPair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const args = ['consumer', 'add', '--host', hostUrl, '--private-key-file', file];
  const { exitCode, stdout, stderr } = await home.run(args);
  if (exitCode !== 0 || stdout !== applicationLink.publicKeyPem) throw new Error(stderr);
}
