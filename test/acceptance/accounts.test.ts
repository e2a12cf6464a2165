import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { type CliOptions, createHome, type Home } from '../helpers/spawn-cli.ts';
import { keychainCredentials } from '../helpers/stored-state.ts';
import { startTokenHost } from '../helpers/token-host.ts';

const run = promisify(execFile);

/** A home in which first ada and then bob have signed in to one host. */
async function twoAccounts(t: TestContext) {
  const home = await createHome(t);
  const hostUrl = await startTokenHost(t, 'cloud', {
    'token-of-ada': 'ada',
    'token-of-bob': 'bob',
  });
  const login = (name: string) =>
    home.run(['login', '--host', hostUrl, '--kind', 'cloud', '--protocol', 'token'], {
      stdin: `token-of-${name}\n`,
    });
  const [first, second] = [await login('ada'), await login('bob')];
  assert.deepEqual([first.exitCode, second.exitCode], [0, 0], first.stderr + second.stderr);
  return { home, hostUrl, login, first, second };
}

/** A clone, which may be bound to an account. */
async function clone(home: Home, account?: string): Promise<string> {
  const directory = join(home.directory, `clone-of-${account ?? 'nobody'}`);
  await mkdir(directory);
  await run('git', ['init', '--quiet', directory]);
  if (account !== undefined) {
    await run('git', ['-C', directory, 'config', 'bitbranch.account', account]);
  }
  return directory;
}

test('each way to say which account is meant, and which of them wins', async (t) => {
  const { home, hostUrl } = await twoAccounts(t);
  const [unbound, ofAda, ofEve] = [
    await clone(home),
    await clone(home, 'ada'),
    await clone(home, 'eve'),
  ];
  const env = (name: string) => ({ BITBRANCH_ACCOUNT: name });
  const git = 'bitbranch.account in git config';
  const choices: readonly (readonly [
    what: string,
    argv: readonly string[],
    options: CliOptions,
    account: 'ada' | 'bob' | null,
    rule: string,
  ])[] = [
    ['nothing', [], {}, 'bob', 'the account last signed in'],
    ['--account', ['--account', 'ada'], {}, 'ada', '--account'],
    ['BITBRANCH_ACCOUNT', [], { env: env('ada') }, 'ada', 'BITBRANCH_ACCOUNT'],
    ['a bound clone', [], { cwd: ofAda }, 'ada', git],
    ['a clone that is not bound', [], { cwd: unbound }, 'bob', 'the account last signed in'],
    [
      '--account in all that',
      ['--account=bob'],
      { env: env('ada'), cwd: ofAda },
      'bob',
      '--account',
    ],
    [
      'BITBRANCH_ACCOUNT in a clone',
      [],
      { env: env('bob'), cwd: ofAda },
      'bob',
      'BITBRANCH_ACCOUNT',
    ],
    ['an empty BITBRANCH_ACCOUNT', [], { env: env(''), cwd: ofAda }, 'ada', git],
    ['--account of a stranger', ['--account', 'eve'], {}, null, '--account'],
    ['BITBRANCH_ACCOUNT of a stranger', [], { env: env('eve') }, null, 'BITBRANCH_ACCOUNT'],
    ['a clone of a stranger', [], { cwd: ofEve }, null, git],
  ];
  for (const [what, argv, options, account, rule] of choices) {
    await t.test(`${what}: ${account ?? 'exit code 4'}`, async () => {
      const api = await home.run(['api', '/2.0/user', ...argv], options);
      if (account === null) {
        assert.equal(api.exitCode, 4);
        assert.match(
          api.stderr,
          new RegExp(
            `^bitbranch: eve, the account asked for by ${rule}, is not signed in to ${hostUrl}\\.`,
          ),
        );
        assert.match(api.stderr, /Signed in there: ada, bob\.\nSign in with: bitbranch login/);
        return;
      }
      assert.equal(api.exitCode, 0, api.stderr);
      assert.equal(JSON.parse(api.stdout).username, account);

      const json = await home.run(['status', '--json=account,usedBecause', ...argv], options);
      const used = JSON.parse(json.stdout).filter(
        ({ usedBecause }: { usedBecause: string | null }) => usedBecause !== null,
      );
      assert.deepEqual(used, [{ account, usedBecause: rule }]);
    });
  }
});

test('status says of each account whether it is used here, and why', async (t) => {
  const { home, hostUrl } = await twoAccounts(t);
  const ofAda = await clone(home, 'ada');
  const block = (account: string, used: string) => `${hostUrl}
  account    ${account} (Ada Lovelace)
  protocol   token
  secret in  the system keychain (Secret Service)
  lifetime   lasts as long as the token
  used here  ${used}
`;
  const everywhere = await home.run(['status']);
  assert.equal(
    everywhere.stdout,
    [block('ada', 'no'), block('bob', 'yes: the account last signed in')].join('\n'),
  );
  const inClone = await home.run(['status'], { cwd: ofAda });
  assert.equal(
    inClone.stdout,
    [block('ada', 'yes: bitbranch.account in git config'), block('bob', 'no')].join('\n'),
  );

  await home.run(['logout', '--account', 'bob']);
  const left = await home.run(['status']);
  assert.equal(left.stdout, block('ada', 'yes: the only account at this host'));
});

test('signing in as somebody else than before is said in words', async (t) => {
  const { hostUrl, login, first, second } = await twoAccounts(t);
  assert.doesNotMatch(first.stderr, /Before, it was/);
  assert.match(
    second.stderr,
    /^Signed in to .* as Ada Lovelace \(bob\)\..*\nBefore, it was ada, who stays signed in too; --account chooses\.\n$/,
  );
  assert.doesNotMatch((await login('bob')).stderr, /Before, it was/);
  assert.match((await login('ada')).stderr, /Before, it was bob/);
  const accounts = (await keychainCredentials(hostUrl)).map(({ account }) => account.name);
  assert.deepEqual(accounts.sort(), ['ada', 'bob']);
});
