import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  type Branch,
  type ContextOptions,
  createContext,
  listBranches,
  openSession,
  signIn,
} from '../src/library.ts';
import { startSandbox } from '../src/sandbox/sandbox.ts';
import { startHttpServer } from './helpers/http-server.ts';
import { decideAt } from './helpers/user-agent.ts';
import { emptyDirectory } from './packaging/packed.ts';

const token = 'ATATT3x';

/** A sandbox, and a program that uses the library with a home and a file store of its own. */
async function program(t: TestContext) {
  const sandbox = await startSandbox({
    generated: [{ fullName: 'acme/site', branches: 3 }],
    tokens: [{ token, kind: 'user' }],
  });
  t.after(() => sandbox.close());
  const home = { BITBRANCH_CONFIG_DIR: await emptyDirectory(t), BITBRANCH_PASSPHRASE: 'horse' };
  const context = async (options: ContextOptions = {}) => {
    const made = await createContext({ ...options, env: { ...home, ...options.env } });
    t.after(() => made.close());
    return made;
  };
  const consumer = sandbox.consumer;
  const target = { host: sandbox.url, kind: 'cloud' } as const;
  const request = { ...target, consumer, store: 'file' } as const;
  return { sandbox, context, target, request };
}

async function collected(branches: AsyncIterable<Branch>): Promise<Branch[]> {
  const all: Branch[] = [];
  for await (const branch of branches) all.push(branch);
  return all;
}

for (const protocol of ['oauth1', 'oauth2'] as const) {
  test(`signs in with ${protocol} in the browser given, and another context finds the credential`, async (t) => {
    const { sandbox, context, target, request } = await program(t);
    const said: string[] = [];
    const pages: unknown[] = [];
    const first = await context({
      note: (sentence) => said.push(sentence),
      openBrowser: async (url) => void pages.push(decideAt(url, 'grant')),
    });
    const signedIn = await signIn({ ...request, protocol, account: 'maria' }, first);
    assert.equal(signedIn.host, sandbox.url);
    assert.equal(signedIn.account.name, 'maria');
    assert.equal(pages.length, 1);
    await Promise.all(pages);
    assert.equal(said.length, 1);
    assert.match(said[0] ?? '', /^Open this page to sign in to 127\.0\.0\.1:\d+: http:\S+$/);

    const session = await openSession({ ...target, account: 'maria' }, await context());
    const branches = await collected(listBranches(session, 'acme/site', { limit: 2 }));
    assert.equal(branches.length, 2);
    assert.match(branches[0]?.hash ?? '', /^[0-9a-f]{40}$/);
    const names = await collected(listBranches(session, 'acme/site', { fields: ['name'] }));
    assert.deepEqual(
      names.map(({ hash }) => hash),
      [null, null, null],
    );
  });
}

test('where no browser can be opened the sign-in says so and goes on', async (t) => {
  const { context, request } = await program(t);
  const pages: unknown[] = [];
  const said: string[] = [];
  const failing = await context({
    note: (sentence) => {
      said.push(sentence);
      const url = /http:\S+$/.exec(sentence)?.[0];
      if (url !== undefined) pages.push(decideAt(url, 'grant'));
    },
    openBrowser: async () => {
      throw new Error('no display');
    },
  });
  await signIn(request, failing);
  await Promise.all(pages);
  assert.match(said[1] ?? '', /no display/);
});

test('BITBRANCH_TOKEN of the environment given opens a session', async (t) => {
  const { context, target } = await program(t);
  const session = await openSession(target, await context({ env: { BITBRANCH_TOKEN: token } }));
  assert.deepEqual(Object.keys(Object(await session.getJson('/2.0/user'))).includes('uuid'), true);
});

test('a list that changed while it was read is told to the person', async (t) => {
  const page = { size: 2, pagelen: 100, values: [{ name: 'main' }] };
  const server = await startHttpServer(t, [
    {
      request:
        'GET /2.0/repositories/acme/site/refs/branches?pagelen=100&fields=next,size,pagelen,values.name',
      answer: { body: JSON.stringify(page) },
    },
  ]);
  const said: string[] = [];
  const context = await createContext({
    env: { BITBRANCH_CONFIG_DIR: await emptyDirectory(t), BITBRANCH_TOKEN: token },
    note: (sentence) => said.push(sentence),
  });
  t.after(() => context.close());
  const session = await openSession({ host: server.url, kind: 'cloud' }, context);
  const branches = await collected(listBranches(session, 'acme/site', { fields: ['name'] }));
  assert.deepEqual(
    branches.map(({ name }) => name),
    ['main'],
  );
  assert.equal(said.length, 1);
  assert.match(said[0] ?? '', /^The branches of acme\/site changed while they were listed/);
});

test('what fails is a BitbranchError that tells programs what it is', async (t) => {
  const { context, target, request } = await program(t);
  const denying = await context({ openBrowser: async (url) => void decideAt(url, 'deny') });
  await assert.rejects(signIn(request, denying), { code: 'sign_in_denied' });
  const silent = await context({ openBrowser: async () => {} });
  await assert.rejects(signIn({ ...request, timeoutMs: 1 }, silent), { code: 'timeout' });
  await assert.rejects(openSession(target, silent), { code: 'sign_in_needed' });
  await assert.rejects(openSession({ ...target, account: 'otto' }, silent), {
    code: 'sign_in_needed',
    message: /^otto, the account asked for by the calling program, /,
  });
  await assert.rejects(openSession({ host: 'http://example.com' }, silent), { code: 'usage' });
  await assert.rejects(openSession(target, { close: () => {} }), { code: 'usage' });
  const session = await openSession(target, await context({ env: { BITBRANCH_TOKEN: token } }));
  const list = (repository: string) => collected(listBranches(session, repository));
  await assert.rejects(list('acme/none'), { code: 'not_found' });
  await assert.rejects(list('acme'), { code: 'usage' });
  await assert.rejects(list('https://bitbucket.org/acme/site.git'), { code: 'usage' });
});

test('the signal of the caller ends a sign-in with its reason', async (t) => {
  const { context, request } = await program(t);
  const stop = new AbortController();
  const reason = new Error('enough');
  const stopped = await context({
    signal: stop.signal,
    openBrowser: async () => stop.abort(reason),
  });
  await assert.rejects(signIn(request, stopped), reason);
});

test('the environment and the signals of the process stay as they are', async (t) => {
  process.env['BITBRANCH_TOKEN'] = 'mine';
  t.after(() => delete process.env['BITBRANCH_TOKEN']);
  const before = process.listenerCount('SIGINT');
  const context = await createContext();
  context.close();
  assert.equal(process.listenerCount('SIGINT'), before);
  assert.equal(process.env['BITBRANCH_TOKEN'], 'mine');
});
