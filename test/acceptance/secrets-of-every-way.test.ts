// Every way to sign in and every command that uses a credential, with --verbose: no secret of it is printed, stands in a file,
// or is shown to a child process.
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type CommandName, commands } from '../../src/cli/commands.ts';
import { decrypt, deriveKey, keyParametersOf } from '../../src/credentials/encrypted-file.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { keychainItems } from '../helpers/keychain-items.ts';
import { answerOf, startRawServer } from '../helpers/raw-server.ts';
import { createHome } from '../helpers/spawn-cli.ts';
import { callbackAddress, userAgentCommand } from '../helpers/user-agent.ts';

const passphrase = 'a-passphrase-of-this-test';
const apiToken = {
  token: 'ATATT3x-a-token-of-this-test',
  kind: 'user',
  email: 'm@h.example',
} as const;
const keyPair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const privateKey = keyPair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicKeyPem = createPublicKey(keyPair.privateKey)
  .export({ type: 'spki', format: 'pem' })
  .toString();

/** All that one way to sign in leaves where others can look. */
async function observed(t: TestContext, kind: 'cloud' | 'datacenter', store: 'keychain' | 'file') {
  const home = await createHome(t);
  const seen: Record<string, string> = { 'what is printed': '' };
  const secrets = new Set<string>();
  let pid = 0;
  const sandbox = await startSandbox({
    generated: [{ fullName: 'acme/site', branches: 3 }],
    applicationLinks: [{ consumerKey: 'bitbranch', publicKeyPem }],
    tokens: [apiToken],
    onRequest: () => {
      for (const child of childrenOf(pid)) seen[child.place] = child.text;
      return undefined;
    },
  });
  t.after(() => sandbox.close());
  const host = ['--host', sandbox.url, '--kind', kind, '--store', store, '--verbose'];
  const base = store === 'file' ? { BITBRANCH_PASSPHRASE: passphrase } : {};

  /** @param prints what the command is there to put on standard output. */
  async function command(
    [name = '', ...args]: readonly string[],
    { env = {}, stdin = '', prints = 'no secret' } = {},
  ) {
    const flags =
      name === 'status' || name === 'logout' ? host.filter((_, n) => n !== 2 && n !== 3) : host;
    const program = home.start([name, ...args, ...flags], { env: { ...base, ...env }, stdin });
    pid = program.pid;
    const { exitCode, stdout, stderr } = await program.ended;
    assert.equal(exitCode, 0, `${name}: ${stderr}`);
    assert.match(stderr + stdout, /\S/);
    seen['what is printed'] += stderr + (prints === 'no secret' ? stdout : '');
    return stdout;
  }

  /** Reads what is kept, by the keys that the person has. */
  async function learnKept(): Promise<void> {
    const kept = store === 'file' ? [await decryptedFile()] : await keychainSecrets();
    const found = kept.flatMap((text) => secretsIn(JSON.parse(text)));
    assert.ok(found.length > 0, 'something is kept');
    for (const secret of found) secrets.add(secret);
  }

  async function decryptedFile(): Promise<string> {
    const path = join(home.env['BITBRANCH_CONFIG_DIR'] ?? '', 'credentials.encrypted');
    const file = await readFile(path);
    return decrypt(file, await deriveKey(passphrase, keyParametersOf(file)));
  }

  async function keychainSecrets(): Promise<readonly string[]> {
    const items = await keychainItems(sandbox.url);
    return [...items.matchAll(/^secret = (.*)$/gm)].map(([, secret = '']) => secret);
  }

  async function assertHidden(): Promise<void> {
    const places = { ...seen, ...(await filesBelow(home.directory)) };
    const keyring = await filesBelow(join(process.env['HOME'] ?? '', '.local/share/keyrings'));
    assert.ok(Object.keys(seen).length > 1, 'child processes were seen');
    for (const [place, content] of Object.entries({ ...places, ...keyring })) {
      for (const needle of [...secrets, passphrase].flatMap(spellings)) {
        assert.ok(!content.includes(needle), `${needle} is in ${place}`);
      }
    }
    t.diagnostic(`${secrets.size} secrets, ${Object.keys(places).length} places`);
  }

  /** Uses the credential in every way that there is, and forgets it. */
  async function useAndForget(): Promise<void> {
    await learnKept();
    await command(['status', '--check']);
    await command(['branches', 'acme/site']);
    await command([
      'api',
      kind === 'cloud' ? '/2.0/user' : '/rest/api/latest/application-properties',
    ]);
    await learnKept();
    await command(['logout']);
    await assertHidden();
  }

  return { home, sandbox, secrets, command, learnKept, useAndForget };
}

const browserWays = [
  ['cloud', 'oauth1', 'keychain'],
  ['cloud', 'oauth2', 'keychain'],
  ['cloud', 'oauth2', 'file'],
  ['datacenter', 'oauth1', 'keychain'],
  ['datacenter', 'oauth1', 'file'],
  ['datacenter', 'oauth2', 'keychain'],
] as const;

for (const [kind, protocol, store] of browserWays) {
  test(`${kind}, ${protocol}, ${store}: no secret of a sign-in through the browser is told`, async (t) => {
    const { home, sandbox, secrets, command, useAndForget } = await observed(t, kind, store);
    const addressFile = join(home.directory, 'tmp', 'address');
    const usesKeyPair = kind === 'datacenter' && protocol === 'oauth1';
    if (usesKeyPair) {
      const keyFile = join(home.directory, 'key.pem');
      await writeFile(keyFile, privateKey);
      await command(['consumer', 'add', '--private-key-file', keyFile]);
      await rm(keyFile); // the person's own
      await command(['consumer', 'show']);
    }
    const browser = ['--browser', userAgentCommand('--record-address', addressFile)];
    await command(['login', '--protocol', protocol, ...browser], {
      env: usesKeyPair
        ? {}
        : {
            BITBRANCH_CONSUMER_KEY: sandbox.consumer.key,
            BITBRANCH_CONSUMER_SECRET: sandbox.consumer.secret,
          },
    });
    const callback = new URL(await readFile(addressFile, 'utf8')).searchParams;
    await rm(addressFile);
    for (const name of ['oauth_verifier', 'code']) secrets.add(callback.get(name) ?? '');
    secrets.delete('');
    if (protocol === 'oauth2') await command(['token'], { prints: 'a secret' });
    await useAndForget();
  });
}

test('no token that a person made is told', async (t) => {
  const { secrets, command, useAndForget } = await observed(t, 'cloud', 'keychain');
  const stdin = `${apiToken.email}:${apiToken.token}\n`;
  secrets.add(apiToken.token);
  await command(['login', '--protocol', 'token'], { stdin });
  await command(['token'], { prints: 'a secret' });
  await useAndForget();
});

for (const protocol of ['oauth1', 'oauth2']) {
  test(`${protocol}: no secret of a sign-in by two commands is told, nor what is kept between them`, async (t) => {
    const { sandbox, secrets, command, learnKept, useAndForget } = await observed(
      t,
      'cloud',
      'file',
    );
    const env = {
      BITBRANCH_CONSUMER_KEY: sandbox.consumer.key,
      BITBRANCH_CONSUMER_SECRET: sandbox.consumer.secret,
    };
    const flags = ['--protocol', protocol, '--callback-port', '9'];
    const { url } = JSON.parse(
      await command(['login', '--request', ...flags], { env, prints: 'the address' }),
    );
    await learnKept();
    const address = await callbackAddress(url, 'grant');
    const callback = new URL(address).searchParams;
    secrets.add(callback.get('oauth_verifier') ?? callback.get('code') ?? '');
    await command(['login', '--complete'], { stdin: address });
    await useAndForget();
  });
}

/** Each command as it goes well and as it fails, with what is typed into it. */
const invocations: Readonly<
  Record<CommandName, (secret: string) => readonly (readonly [args: string, stdin?: string])[]>
> = {
  login: () => [
    ['--protocol token', 'no-such-token-of-this-test'],
    ['--protocol oauth2 --no-browser --timeout 1ms'],
    ['--protocol oauth1 --request'],
    ['--complete', 'http://127.0.0.1/callback?oauth_token=x&oauth_verifier=of-nobody'],
  ],
  status: () => [[''], ['--check'], ['--account nobody']],
  branches: () => [['acme/site'], ['acme/none'], ['--workspace acme'], ['--limit none acme/site']],
  repos: () => [['acme'], ['nobody']],
  token: () => [[''], ['--account nobody']],
  consumer: () => [['show'], ['add', 'another-secret-of-this-test'], ['remove'], ['show']],
  api: () => [['--include /2.0/user'], ['--include /2.0/none'], ['--method POST /2.0/user']],
  doctor: () => [['--browser true']],
  'git-credential': (secret) => [
    ['get', question('')],
    ['erase', question(`password=${secret}\n`)],
    ['store', question(`password=${secret}\n`)],
    [''],
  ],
  sandbox: () => [['--repo none']],
  completion: () => [['bash'], ['none']],
  help: () => [['environment'], ['none']],
  logout: () => [['--account nobody'], [''], ['']],
};

/** What git asks about the host. */
function question(more: string): string {
  return `protocol=http\nhost=HOST\n${more}\n`;
}

/** Commands that are there to print a secret on standard output. */
const printing = ['token', 'git-credential'];

test('no command tells a secret, however it ends', async (t) => {
  const { home, sandbox, secrets, command, learnKept } = await observed(t, 'cloud', 'keychain');
  const consumer = {
    BITBRANCH_CONSUMER_KEY: sandbox.consumer.key,
    BITBRANCH_CONSUMER_SECRET: sandbox.consumer.secret,
  };
  await command(['login', '--protocol', 'oauth2', '--browser', userAgentCommand()], {
    env: consumer,
  });
  await learnKept();
  for (const typed of ['no-such-token-of-this-test', 'another-secret-of-this-test', 'of-nobody']) {
    secrets.add(typed);
  }
  const current = (await home.run(['token'])).stdout.trim();
  assert.deepEqual(Object.keys(invocations).sort(), Object.keys(commands).sort());
  for (const [name, variants] of Object.entries(invocations)) {
    const runs = variants(current).flatMap(([args, stdin = '']) =>
      [['--verbose'], ['--verbose', '--json']].map(async (flags) => {
        const words = [name, ...args.split(' ').filter(Boolean), '--host', sandbox.url, ...flags];
        const { stdout, stderr } = await home.run(words, {
          env: name === 'consumer' || name === 'login' ? consumer : {},
          stdin: stdin.replace('HOST', new URL(sandbox.url).host),
        });
        assert.doesNotMatch(stderr, /Unexpected failure/);
        return stderr + (printing.includes(name) ? '' : stdout);
      }),
    );
    const printed = (await Promise.all(runs)).join('');
    if (name !== 'logout') await learnKept();
    for (const needle of [...secrets].flatMap(spellings)) {
      assert.ok(!printed.includes(needle), `${name} tells ${needle}: ${printed}`);
    }
  }
});

test('a server that repeats the request in its refusal makes nobody repeat the credential', async (t) => {
  const home = await createHome(t);
  const server = await startRawServer(t, ({ head }) =>
    answerOf(403, JSON.stringify({ error: { message: head.replace(/^.*authorization: /is, '') } })),
  );
  for (const token of ['a-secret-token', 'm@h.example:a-secret-token']) {
    for (const args of [
      ['branches', 'acme/site'],
      ['api', '/2.0/user'],
    ]) {
      const { exitCode, stdout, stderr } = await home.run(
        [...args, '--host', server.url, '--kind', 'cloud', '--verbose'],
        { env: { BITBRANCH_TOKEN: token } },
      );
      assert.equal(exitCode, 5, stderr);
      for (const needle of spellings('a-secret-token')) {
        assert.ok(!(stdout + stderr).includes(needle), stdout + stderr);
      }
    }
  }
  assert.ok(server.requests.length > 0);
});

const secretFields = new Set([
  ...['token', 'tokenSecret', 'sessionHandle', 'accessToken', 'refreshToken'],
  ...['secret', 'privateKey', 'codeVerifier', 'state'],
]);

/** The secrets in a record, or in the file that holds records as texts. */
function secretsIn(value: unknown, name = ''): readonly string[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) => secretsIn(inner, key));
  }
  if (typeof value !== 'string') return [];
  if (value.startsWith('{')) return secretsIn(JSON.parse(value));
  return secretFields.has(name) ? [value] : [];
}

/** A secret as it could be written: as it is, or by an encoder; of a key, each line. */
function spellings(secret: string): readonly string[] {
  if (secret.includes('PRIVATE KEY'))
    return secret.split('\n').filter((line) => /^[\w+/]{60,}$/.test(line));
  return [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').slice(0, -4)];
}

/** What another process can see of the program and of its child processes. */
function childrenOf(parent: number): readonly { place: string; text: string }[] {
  const read = (path: string) => {
    try {
      return readFileSync(path, 'latin1');
    } catch {
      return ''; // it has ended
    }
  };
  const children = read(`/proc/${parent}/task/${parent}/children`).split(' ').filter(Boolean);
  return [
    { place: 'the arguments of the program', text: read(`/proc/${parent}/cmdline`) },
    ...children.flatMap((child) => [
      { place: `the arguments of child ${child}`, text: read(`/proc/${child}/cmdline`) },
      { place: `the environment of child ${child}`, text: read(`/proc/${child}/environ`) },
    ]),
  ];
}

async function filesBelow(directory: string): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const contents = await Promise.all(paths.map((path) => readFile(path, 'latin1')));
  return Object.fromEntries(paths.map((path, index) => [path, contents[index] ?? '']));
}
