import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { createHome } from '../helpers/spawn-cli.ts';

const token = 'token-of-the-test';
const generated = [
  { fullName: 'acme/site', branches: 2 },
  { fullName: 'acme/docs', branches: 3 },
  { fullName: 'beta/app', branches: 1 },
];

for (const [kind, owner, other] of [
  ['cloud', 'acme', 'beta'],
  ['datacenter', 'ACME', 'BETA'],
] as const) {
  test(`${kind}: repositories are listed, and piped into branches`, async (t) => {
    const home = await createHome(t, {});
    const sandbox = await startSandbox({ generated, tokens: [{ token, kind: 'user' }] });
    t.after(() => sandbox.close());
    const env = { BITBRANCH_TOKEN: token, BITBRANCH_HOST: sandbox.url, BITBRANCH_KIND: kind };
    const succeed = async (args: readonly string[], stdin = '') => {
      const { exitCode, stdout, stderr } = await home.run(args, { env, stdin });
      assert.deepEqual([exitCode, stderr], [0, ''], args.join(' '));
      return stdout;
    };
    const own = `${owner}/site\n${owner}/docs\n`;
    const names = await succeed(['repos', owner, '--format', 'names']);
    assert.equal(names, own);
    assert.equal(await succeed(['repos', '--format', 'names']), `${own}${other}/app\n`);
    const [first] = JSON.parse(await succeed(['repos', owner, '--sort=name', '--json']));
    assert.deepEqual([first.repository, first.slug], [`${owner}/docs`, 'docs']);
    const branches = await succeed(['branches', '-', '--json=repository'], names);
    assert.equal(JSON.parse(branches).length, 5);
    const missing = await home.run(['repos', 'nobody'], { env });
    assert.deepEqual([missing.exitCode, missing.stdout], [5, '']);
  });
}
