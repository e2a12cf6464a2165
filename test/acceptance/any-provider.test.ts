import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHome } from '../helpers/spawn-cli.ts';
import { userAgentCommand } from '../helpers/user-agent.ts';
import { startIndependentProvider } from './independent-provider.ts';

test('signs in to any RFC 5849 provider with the paths of Cloud, whatever its tokens are made of', async (t) => {
  const home = await createHome(t);
  const provider = await startIndependentProvider(t);
  const succeed = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await home.run(args);
    assert.equal(exitCode, 0, stderr);
    return stdout;
  };
  const login = await home.run(
    ['login', '--host', provider.url, '--kind', 'cloud', '--protocol', 'oauth1'],
    {
      env: {
        BITBRANCH_CONSUMER_KEY: provider.consumer.key,
        BITBRANCH_CONSUMER_SECRET: provider.consumer.secret,
        BITBRANCH_BROWSER: userAgentCommand(),
      },
    },
  );
  assert.equal(login.exitCode, 0, login.stderr);
  assert.match(login.stderr, /as Weird & Co \(weird\)/);

  const names = await succeed('branches', provider.repository, '--format', 'names');
  assert.deepEqual(names.trimEnd().split('\n'), provider.branchNames);
  assert.match(await succeed('status', '--check'), /weird/);
  const path = `/2.0/repositories/${provider.repository}?x=a b+c%2B&y=*~'(!)&empty=&x=&=v`;
  assert.deepEqual(JSON.parse(await succeed('api', path)), { mainbranch: { name: 'main' } });
  await succeed('logout');
  assert.equal((await home.run(['branches', provider.repository])).exitCode, 4);
  assert.deepEqual(provider.refusals, []);
});
