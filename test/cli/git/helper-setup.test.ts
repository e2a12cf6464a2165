import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hostAt } from '../../../src/bitbucket/hosts.ts';
import { forPushing, removeHelper, setUpHelper } from '../../../src/cli/git/helper-setup.ts';
import { run } from '../../../src/cli/run.ts';
import { testContext } from '../../helpers/context.ts';

const host = hostAt('https://git.example.com/bitbucket', 'datacenter');
const key = 'credential.https://git.example.com/bitbucket.helper';
const command = "!'/usr/bin/node' '/opt/bitbranch/main.cjs' git-credential";
const foreign = "!'/usr/bin/gh' auth git-credential";

function contextWith(values: readonly string[]) {
  return testContext({ globalGitConfig: values.length === 0 ? {} : { [key]: values } });
}

describe('setting up, and undoing it', () => {
  const older = "!'/opt/node 22/bin/node' '/usr/local/bin/bitbranch' git-credential";
  const table: [name: string, before: string[], set: string[], undone: string[]][] = [
    ['for the first time', [], ['', command], []],
    ['again', ['', command], ['', command], []],
    ['after another Node', ['', older], ['', command], []],
    [
      'beside helpers of others',
      ['store', '', foreign],
      ['store', '', foreign, '', command],
      ['store', '', foreign],
    ],
    ['before helpers of others', ['', command, 'store'], ['store', '', command], ['store']],
  ];
  for (const [name, before, set, undone] of table) {
    test(name, async () => {
      const context = contextWith(before);
      await setUpHelper(host, context);
      assert.deepEqual(context.globalGitConfig.get(key), set);
      assert.match(context.printed.stderr, /^git( now)? uses this sign-in for https:\/\/git\./);
      await setUpHelper(host, context);
      assert.deepEqual(context.globalGitConfig.get(key), set);
      await removeHelper(host, context);
      assert.deepEqual(context.globalGitConfig.get(key), undone);
    });
  }
});

test('what is not ours is left alone, and nothing is said', async () => {
  const context = contextWith(['', foreign]);
  await removeHelper(host, context);
  assert.deepEqual(context.globalGitConfig.get(key), ['', foreign]);
  assert.equal(context.printed.stderr, '');
});

test('the command is safe from the shell', async () => {
  const context = { ...contextWith([]), ownCommand: ['/a b/$(node)', "/it's/main.cjs"] };
  await setUpHelper(host, context);
  assert.deepEqual(context.globalGitConfig.get(key), [
    '',
    "!'/a b/$(node)' '/it'\\''s/main.cjs' git-credential",
  ]);
  await removeHelper(host, context);
  assert.deepEqual(context.globalGitConfig.get(key), []);
});

test('a Data Center is asked for the scope that pushing needs', () => {
  assert.equal(forPushing(host).oauth2.scope, 'REPO_WRITE');
  assert.equal(forPushing(hostAt('https://bitbucket.org', 'cloud')).oauth2.scope, null);
});

test('the first of two commands asks for the scope, and says that the second sets git up', async () => {
  const context = testContext({ env: { BITBRANCH_CONSUMER_SECRET: 'the-secret' } });
  const argv = ['login', '--request', '--setup-git', '--host', host.url, '--protocol', 'oauth2'];
  assert.equal(await run([...argv, '--consumer-key', 'the-key'], context), 0);
  const { url } = JSON.parse(context.printed.stdout);
  assert.equal(new URL(url).searchParams.get('scope'), 'REPO_WRITE');
  assert.match(context.printed.stderr, /--setup-git to bitbranch login --complete too/);
  assert.equal(context.globalGitConfig.size, 0);
});
