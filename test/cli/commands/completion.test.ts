import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completionScript } from '../../../src/cli/completion/scripts.ts';
import { run } from '../../../src/cli/run.ts';
import type { AccountSettings, Settings } from '../../../src/credentials/settings.ts';
import { BitbranchError } from '../../../src/errors.ts';
import { testContext } from '../../helpers/context.ts';

const account: AccountSettings = {
  displayName: null,
  protocol: 'oauth1',
  store: 'keychain',
  signedInAt: '2026-01-02T03:04:05Z',
};

const settings: Settings = {
  version: 1,
  hosts: {
    'https://bitbucket.org': {
      kind: 'cloud',
      accounts: { maria: account, 'two\nlines': account },
      repositories: ['acme/site'],
    },
    'https://git.example.com/bitbucket': {
      kind: 'datacenter',
      accounts: { maria: account, jan: account },
      repositories: ['PRJ/app', 'acme/site'],
    },
  },
};

const asked: readonly (readonly [args: string, env: Record<string, string>, stdout: string])[] = [
  ['hosts', {}, 'bitbucket.org\ngit.example.com/bitbucket\n'],
  ['hosts --host bitbucket.org', {}, 'bitbucket.org\ngit.example.com/bitbucket\n'],
  ['accounts', {}, 'maria\njan\n'],
  ['accounts --host bitbucket.org', {}, 'maria\n'],
  ['repositories', {}, 'acme/site\nPRJ/app\n'],
  ['repositories', { BITBRANCH_HOST: 'git.example.com/bitbucket' }, 'PRJ/app\nacme/site\n'],
  ['repositories --host other.example.com', {}, ''],
  ['repositories --host http://', {}, ''],
  ['accounts', { BITBRANCH_TOKEN: 't', BITBRANCH_STORE: 'none' }, 'maria\njan\n'],
];

for (const [args, env, stdout] of asked) {
  test(`candidates for ${args} ${Object.keys(env)} come from the settings alone`, async () => {
    const context = testContext({ settings, env });
    assert.equal(await run(['completion', '--candidates', ...args.split(' ')], context), 0);
    assert.deepEqual(context.printed, { stdout, stderr: '' });
    assert.deepEqual(context.prepared, []);
  });
}

test('settings that cannot be read are no candidates and no error', async () => {
  const context = testContext();
  context.settings.read = async () => {
    throw new BitbranchError('usage', 'The settings can’t be used.');
  };
  assert.equal(await run(['completion', '--candidates', 'hosts'], context), 0);
  assert.deepEqual(context.printed, { stdout: '', stderr: '' });
});

for (const shell of ['bash', 'zsh', 'fish', 'powershell'] as const) {
  test(`the script of ${shell} goes to stdout`, async () => {
    const context = testContext();
    assert.equal(await run(['completion', shell], context), 0);
    assert.deepEqual(context.printed, { stdout: completionScript[shell](), stderr: '' });
  });
}

for (const words of [[], ['csh'], ['__proto__'], ['--candidates', 'secrets']]) {
  test(`completion ${words.join(' ')} is a usage error that names the choices`, async () => {
    const context = testContext();
    assert.equal(await run(['completion', ...words], context), 2);
    assert.equal(context.printed.stdout, '');
    assert.match(
      context.printed.stderr,
      /bash, zsh, fish, powershell|hosts, accounts, repositories/,
    );
  });
}
