import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';

test('a test may answer in place of the sandbox, or let a request pass', async () => {
  const seen: string[] = [];
  const onRequest: NonNullable<SandboxOptions['onRequest']> = ({ method, path }) => {
    seen.push(`${method} ${path}`);
    if (!path.startsWith('/site/oauth2/')) return undefined;
    return { status: 503, headers: { 'retry-after': '1' }, body: 'Down for maintenance' };
  };
  const generated = [{ fullName: 'acme/few', branches: 3 }];
  const sandbox = await startSandbox({ generated, onRequest });
  try {
    const failed = await fetch(`${sandbox.url}/site/oauth2/access_token?a=b`, { method: 'POST' });
    assert.equal(failed.status, 503);
    assert.equal(failed.headers.get('retry-after'), '1');
    assert.equal(await failed.text(), 'Down for maintenance');
    assert.deepEqual(sandbox.tokenRequests, []);
    assert.equal((await fetch(`${sandbox.url}/2.0/user`)).status, 401);
    assert.deepEqual(seen, ['POST /site/oauth2/access_token?a=b', 'GET /2.0/user']);
  } finally {
    await sandbox.close();
  }
});
