import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { CloudBranch, CloudPage } from '../../src/sandbox/cloud/cloud-schemas.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';
import { answer, endpoint, signIn } from '../helpers/sandbox-login.ts';

/** Runs a test with a temporary directory of its own, and hands over what is in it afterwards. */
async function leftBehindBy(use: () => Promise<void>): Promise<string[]> {
  const before = process.env['TMPDIR'];
  const directory = await mkdtemp(join(tmpdir(), 'bitbranch-test-'));
  process.env['TMPDIR'] = directory;
  try {
    await use();
    return await readdir(directory);
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    await rm(directory, { recursive: true });
  }
}

async function withSandbox(
  options: SandboxOptions,
  use: (sandbox: Sandbox) => Promise<void>,
): Promise<void> {
  const sandbox = await startSandbox(options);
  try {
    await use(sandbox);
  } finally {
    await sandbox.close();
  }
}

test('without options it serves a sample, and leaves nothing on disk', async () => {
  const left = await leftBehindBy(() =>
    withSandbox({}, async (sandbox) => {
      assert.match(sandbox.url, /^http:\/\/127\.0\.0\.1:\d+$/);
      assert.deepEqual(sandbox.repositories, ['maria/sample']);
      assert.equal((await readdir(tmpdir())).length, 1);
      const keys = await signIn(sandbox);
      const path = '/2.0/repositories/maria/sample/refs/branches';
      const { values, next } = await answer<CloudPage<CloudBranch>>(sandbox, keys, path);
      assert.ok(next);
      for (const branch of values) {
        const self = (branch.links?.self?.href ?? '').slice(sandbox.url.length);
        assert.equal((await answer<CloudBranch>(sandbox, keys, self)).name, branch.name);
      }
      const own = values.filter(({ target }) => target.author?.user !== undefined);
      assert.ok(own.length > 0 && own.length < values.length, 'some authors have an account');
    }),
  );
  assert.deepEqual(left, []);
});

test('it ends connections that are open when it closes', async () => {
  const sandbox = await startSandbox({ generated: [{ fullName: 'a/b', branches: 1 }] });
  const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  const ended = new Promise((resolve) => socket.once('close', resolve));
  await sandbox.close();
  await ended;
});

test('each has a consumer of its own, unless it is given', async () => {
  const generated = [{ fullName: 'a/b', branches: 1 }];
  await withSandbox({ generated }, async (one) => {
    await withSandbox({ generated }, async (other) => {
      assert.notEqual(one.consumer.key, other.consumer.key);
      assert.notEqual(one.consumer.secret, other.consumer.secret);
    });
  });
  const consumer = { key: 'key', secret: 'secret' };
  await withSandbox({ generated, consumer }, async (sandbox) => {
    assert.deepEqual(sandbox.consumer, consumer);
  });
});

test('a latency is added to the answers of the API alone, and closing does not wait for it', async () => {
  const hourMs = 3_600_000;
  const generated = [{ fullName: 'a/b', branches: 1 }];
  const sandbox = await startSandbox({ generated, latencyMs: hourMs });
  const slow = assert.rejects(fetch(`${sandbox.url}/2.0/user`));
  assert.equal((await fetch(endpoint(sandbox, 'authenticate'))).status, 400);
  await sandbox.close();
  await slow;
});

describe('it refuses to start', () => {
  const table: Record<string, [options: SandboxOptions, message: RegExp]> = {
    'with a name that is none': [
      { generated: [{ fullName: 'a/b/c', branches: 1 }] },
      /"a\/b\/c" is not the name of a repository/,
    ],
    'with a name twice': [
      {
        generated: [
          { fullName: 'a/b', branches: 1 },
          { fullName: 'A/B', branches: 1 },
        ],
      },
      /two repositories named A\/B/,
    ],
    'with a path where git finds nothing': [
      { repositories: [{ fullName: 'a/b', path: '/nowhere' }] },
      /git can't read a repository at \/nowhere/,
    ],
  };
  for (const [name, [options, message]] of Object.entries(table)) {
    test(name, () => assert.rejects(startSandbox(options), { code: 'usage', message }));
  }

  test('on a port that is taken, and leaves nothing on disk', async () => {
    await withSandbox({ generated: [{ fullName: 'a/b', branches: 1 }] }, async (first) => {
      const port = Number(new URL(first.url).port);
      const left = await leftBehindBy(() =>
        assert.rejects(startSandbox({ port }), { code: 'usage', message: /could not listen/ }),
      );
      assert.deepEqual(left, []);
    });
  });

  test('without git, when it has to make the sample', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = '/nowhere';
    try {
      const left = await leftBehindBy(() =>
        assert.rejects(startSandbox(), { code: 'usage', message: /git could not make/ }),
      );
      assert.deepEqual(left, []);
    } finally {
      process.env['PATH'] = path;
    }
  });
});
