// Asks the real shells what they offer at Tab.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { branchFields } from '../../src/bitbucket/branch.ts';
import { commands } from '../../src/cli/commands.ts';
import { commandFlags } from '../../src/cli/flags.ts';
import type { AccountSettings, Settings } from '../../src/credentials/settings.ts';
import { startProgram } from '../helpers/program.ts';
import { completingShell, type Shell } from '../helpers/shells.ts';
import { createHome } from '../helpers/spawn-cli.ts';

const account: AccountSettings = {
  displayName: null,
  protocol: 'oauth2',
  store: 'keychain',
  signedInAt: '2026-01-02T03:04:05Z',
};

const settings: Settings = {
  version: 1,
  hosts: {
    'https://bitbucket.org': {
      kind: 'cloud',
      accounts: { maria: account },
      repositories: ['acme/site', 'acme/shop'],
    },
    'http://127.0.0.1:8080/bitbucket': {
      kind: 'datacenter',
      accounts: { jürgen: account },
      repositories: ['PRJ/app'],
    },
  },
};

/** Lines up to the cursor, and what is offered there. */
const lines: readonly (readonly [line: string, ...offered: readonly string[]])[] = [
  ['bitbranch ', ...Object.keys(commands)],
  ['bitbranch br', 'branches'],
  ['bitbranch --verbose lo', 'login', 'logout'],
  ['bitbranch --host status ', ...Object.keys(commands)],
  ['bitbranch branches --for', '--format'],
  ['bitbranch status --form'],
  ['bitbranch login --host bitbucket.org --re', '--request'],
  ['bitbranch branches --format ', ...commandFlags.format.value.split('|')],
  ['bitbranch branches --format=j', 'json', 'jsonl'],
  ['bitbranch login --kind ', 'cloud', 'datacenter'],
  ['bitbranch --protocol=oauth', 'oauth1', 'oauth2'],
  ['bitbranch status --store ', 'file', 'keychain'],
  ['bitbranch branches --color=', 'auto', 'always', 'never'],
  ['bitbranch branches --json=', ...branchFields],
  ['bitbranch branches --json=name,ha', 'hash'],
  ['bitbranch repos --json=repository,mai', 'mainBranch'],
  ['bitbranch token --json='],
  ['bitbranch branches --sort ', 'name', '-name', 'date', '-date'],
  ['bitbranch repos --sort=u', 'updated'],
  ['bitbranch status --host ', 'bitbucket.org', 'http://127.0.0.1:8080/bitbucket'],
  ['bitbranch logout --account ', 'jürgen', 'maria'],
  ['bitbranch logout --host bitbucket.org --account ', 'maria'],
  ['bitbranch branches a', 'acme/shop', 'acme/site'],
  ['bitbranch branches --host=bitbucket.org ', 'acme/shop', 'acme/site'],
  ['bitbranch --host http://127.0.0.1:8080/bitbucket branches ', 'PRJ/app'],
  ['bitbranch branches --host https:// '],
  ['bitbranch consumer ', 'add', 'remove', 'show'],
  ['bitbranch consumer add '],
  ['bitbranch consumer add --private-key-file key', 'key.pem'],
  ['bitbranch completion z', 'zsh'],
  ['bitbranch help ex', 'exit-codes'],
];

for (const shell of ['bash', 'zsh', 'fish'] as const satisfies readonly Shell[]) {
  test(`${shell} offers commands, flags, values and what is remembered`, async (t) => {
    const home = await createHome(t, {});
    await remember(home, settings);
    await writeFile(join(home.directory, 'key.pem'), '');
    const { offered } = await completingShell(t, shell, home);
    for (const [line, ...expected] of lines) {
      // zsh names flags unasked where nothing else is left.
      const offers = (await offered(line)).filter(
        (word) => !line.endsWith(' ') || !/^--|^-.$/.test(word),
      );
      assert.deepEqual(offers, [...expected].sort(), `"${line}"`);
    }
  });

  test(`${shell} runs nothing that a remembered name holds`, async (t) => {
    const home = await createHome(t, {});
    const name = '$(touch run)';
    await remember(home, {
      version: 1,
      hosts: { 'https://bitbucket.org': { kind: 'cloud', accounts: { [name]: account } } },
    });
    const { offered } = await completingShell(t, shell, home);
    const [offer = '', ...others] = await offered('bitbranch logout --account ');
    assert.deepEqual(others, []);
    assert.equal(offer.replaceAll('\\', ''), name);
    assert.equal(existsSync(join(home.directory, 'run')), false);
  });

  test(`${shell} offers what it can where the settings are damaged`, async (t) => {
    const home = await createHome(t, {});
    await mkdir(join(home.directory, 'config'));
    await writeFile(join(home.directory, 'config/settings.json'), '{"version":');
    const { offered } = await completingShell(t, shell, home);
    assert.deepEqual(await offered('bitbranch branches '), []);
    assert.deepEqual(await offered('bitbranch logo'), ['logout']);
  });
}

test('bash on a terminal puts what is offered where the cursor is', async (t) => {
  const home = await createHome(t, {});
  await remember(home, settings);
  const { script, env } = await completingShell(t, 'bash', home);
  const interactive = ['script', '--quiet', '--return', '--command', 'bash --norc', '/dev/null'];
  const bash = startProgram(t, interactive, { env: { ...env, PS1: '> ', SHELL: '/bin/bash' } });
  bash.type(`source ${script}\n`);
  for (const [typed, completed] of [
    ['bitbranch sta\t', 'bitbranch status'],
    ['bitbranch status --host=http://127.0.0.1:80\t', '--host=http://127.0.0.1:8080/bitbucket'],
    ['bitbranch status --host http\t', '--host http://127.0.0.1:8080/bitbucket'],
    ['bitbranch branches --json=name,ha\t', '--json=name,hash'],
  ] as const) {
    const [toStartOfLine, toEnd] = ['\u0001', '\u0005'];
    bash.type(`${typed}${toStartOfLine}printf 'line: %s\\n' "${toEnd}"\n`);
    await bash.printed(new RegExp(`\nline: [^\r\n]*${completed}`));
  }
  bash.type('exit\n');
  assert.equal((await bash.ended).exitCode, 0);
});

async function remember(home: { directory: string }, known: Settings): Promise<void> {
  await mkdir(join(home.directory, 'config'));
  await writeFile(join(home.directory, 'config/settings.json'), JSON.stringify(known));
}
