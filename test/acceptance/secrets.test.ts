import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { canLeaveHang } from '../../src/system/leave.ts';
import { createHome } from '../helpers/spawn-cli.ts';
import { userAgentCommand } from '../helpers/user-agent.ts';
import { type IndependentProvider, startIndependentProvider } from './independent-provider.ts';

/** What another process can see of one: its arguments and its environment. */
interface Exposure {
  readonly argv: string;
  readonly env: string;
}

test('no secret is printed, handed to a child process or written to a file', async (t) => {
  const home = await createHome(t);
  const provider = await startIndependentProvider(t);
  const browserRecord = join(home.directory, 'browser.json');
  const printed: string[] = [];
  const children: Exposure[] = [];

  /** Looks at the program's child processes each time that the provider is asked something. */
  async function observe(args: readonly string[], env = {}): Promise<void> {
    const program = home.start([...args, '--verbose'], { env });
    provider.beforeAnswer = async () => {
      children.push(...(await childrenOf(program.pid)));
    };
    const { exitCode, stdout, stderr } = await program.ended;
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, /\S/, '--verbose tells something');
    printed.push(stdout, stderr);
  }

  await observe(['login', '--host', provider.url, '--kind', 'cloud', '--json'], {
    BITBRANCH_CONSUMER_KEY: provider.consumer.key,
    BITBRANCH_CONSUMER_SECRET: provider.consumer.secret,
    BITBRANCH_BROWSER: userAgentCommand('--record', browserRecord),
  });
  await observe(['branches', provider.repository]);
  await observe(['status', '--check']);
  await observe(['api', '/2.0/user']);
  await observe(['logout']);
  assert.deepEqual(provider.refusals, []);

  assert.equal(
    children.some(({ argv }) => argv.includes('keychain-helper')),
    !canLeaveHang(process.platform),
  );
  assert.ok(children.some(({ argv }) => argv.includes('user-agent')));
  const browser = await readFile(browserRecord, 'utf8');
  assert.ok(browser.includes('oauth_token='), 'the browser is told where to go');
  const files = await filesBelow(home.directory);
  assert.ok(
    files.some(({ text }) => text.includes(provider.url)),
    'the settings name the host',
  );
  // The keyring's own files too: what is in them is encrypted.
  const keyring = await filesBelow(join(process.env['HOME'] ?? '', '.local/share/keyrings'));
  assert.ok(keyring.length > 0);

  const places = {
    'standard output and error': printed.join(''),
    'a child process': JSON.stringify(children),
    'the browser process': browser,
    ...Object.fromEntries([...files, ...keyring].map(({ path, text }) => [path, text])),
  };
  for (const [place, text] of Object.entries(places)) {
    for (const [form, needle] of spellings(provider)) {
      assert.ok(!text.includes(needle), `${form} is in ${place}`);
    }
  }
});

/** Each secret as it could be written: as it is, or by an encoder. */
function spellings({ secrets }: IndependentProvider): [string, string][] {
  assert.equal(secrets.length, 5, 'consumer secret, two token secrets, verifier, token');
  return secrets.flatMap((secret) => [
    [secret, secret],
    [`${secret}, percent-encoded`, encodeURIComponent(secret)],
    [`${secret}, form-encoded`, `${new URLSearchParams({ s: secret })}`.slice(2)],
    // Alphanumeric, so that no encoder but base64 changes it.
    [`the beginning of ${secret}`, secret.slice(0, secret.indexOf('+'))],
    [`${secret} in base64`, Buffer.from(secret).toString('base64').slice(0, -4)],
  ]);
}

async function childrenOf(parent: number): Promise<Exposure[]> {
  const pids = (await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8')).split(' ');
  return Promise.all(
    pids.filter(Boolean).map(async (pid) => ({
      argv: await readFile(`/proc/${pid}/cmdline`, 'utf8'),
      env: await readFile(`/proc/${pid}/environ`, 'utf8'),
    })),
  );
}

async function filesBelow(directory: string): Promise<{ path: string; text: string }[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) => {
        const path = join(parentPath, name);
        return { path, text: await readFile(path, 'latin1') };
      }),
  );
}
