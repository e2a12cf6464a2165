import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { createHome } from '../helpers/spawn-cli.ts';

const token = 'token-of-the-test';

const kinds = [
  ['cloud', '/2.0/repositories/acme/site/refs/branches?pagelen=100', '/2.0/user', 'username'],
  [
    'datacenter',
    '/rest/api/latest/projects/ACME/repos/site/branches?limit=100',
    '/rest/api/latest/users/maria',
    'name',
  ],
] as const;

for (const [kind, branches, user, nameMember] of kinds) {
  test(`${kind}: api sends one request, or one for each page, and ends by the status`, async (t) => {
    const home = await createHome(t, {});
    const sandbox = await startSandbox({
      generated: [{ fullName: 'acme/site', branches: 250 }],
      tokens: [{ token, kind: 'user' }],
    });
    t.after(() => sandbox.close());
    const env = { BITBRANCH_TOKEN: token, BITBRANCH_HOST: sandbox.url, BITBRANCH_KIND: kind };
    const api = (args: readonly string[], others = {}) =>
      home.run(['api', ...args], { env: { ...env, ...others } });

    assert.equal(JSON.parse((await api([user])).stdout)[nameMember], 'maria');

    const whole = await api([branches, '--paginate']);
    assert.deepEqual([whole.exitCode, whole.stderr], [0, '']);
    const { values, size, ...rest } = JSON.parse(whole.stdout);
    assert.deepEqual([values.length, size], [250, 250]);
    assert.deepEqual(rest, kind === 'cloud' ? {} : { isLastPage: true });

    const included = await api([user, '--include', '--header', 'Accept: application/json']);
    assert.match(included.stdout, /^HTTP\/1\.1 200 OK\n(?:[\w-]+: .*\n)+\n\{/);

    const missing = await api([branches.replace('site', 'none')]);
    assert.equal(missing.exitCode, 5);
    assert.match(missing.stdout, /^\{.*\}$/s);
    assert.match(missing.stderr, /^bitbranch: .*\n.*\n$/);

    const refused = await api([user], { BITBRANCH_TOKEN: 'wrong' });
    assert.equal(refused.exitCode, 4);

    const written = await api([user, '--method', 'POST', '--field', 'a=b']);
    assert.equal(written.exitCode, 6);
    assert.match(written.stderr, /status 405/);
  });
}
