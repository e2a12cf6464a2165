import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock, type TestContext, test } from 'node:test';
import { createKeychain, type KeychainLimits } from '../../src/system/keychain-process.ts';
import { fakeHelper, lifeLine } from '../helpers/keychain.ts';

const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere', PATH: process.env['PATH'] };
const patient: KeychainLimits = { startMs: 60_000, answerMs: 60_000, noticeMs: 60_000 };

function keychainOf(
  context: TestContext,
  helperCommand: readonly string[],
  options: Partial<Parameters<typeof createKeychain>[0]> = {},
) {
  const keychain = createKeychain({
    env,
    platform: 'linux',
    interactive: false,
    onWaiting: () => assert.fail('nobody is there to be told'),
    limits: patient,
    helperCommand,
    ...options,
  });
  context.after(() => keychain.dispose());
  return keychain;
}

/** A helper that runs `onRequest` with each `request`, and in it can `send` messages. */
const helperThat = (onRequest: string, ...flags: string[]) =>
  fakeHelper(
    `import { createInterface } from 'node:readline';
     const send = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
     const result = (value) => { send({ type: 'calling' }); send({ type: 'result', result: value }); };
     for await (const line of createInterface({ input: process.stdin })) {
       const request = JSON.parse(line);
       ${onRequest}
     }`,
    ...flags,
  );

test('asks in order and hands on the answers, by one helper', async (context) => {
  const keychain = keychainOf(context, helperThat(`result(process.pid + ' ' + line);`));
  keychain.prepare();
  const [first, second] = await Promise.all([keychain.get('s', 'é'), keychain.get('s', 'b\n')]);
  const [pid] = (first ?? '').split(' ');
  assert.equal(first, `${pid} {"action":"get","service":"s","account":"é"}`);
  assert.equal(second, `${pid} {"action":"get","service":"s","account":"b\\n"}`);
});

test('asks only when the last answer has come', async (context) => {
  const keychain = keychainOf(
    context,
    fakeHelper(
      `process.stdin.once('data', (first) => {
         process.stdout.write('{"type":"calling"}\\n');
         const early = () => process.exit(1);
         process.stdin.once('data', early);
         setTimeout(() => {
           process.stdin.off('data', early);
           process.stdin.on('data', () => process.stdout.write('{"type":"calling"}\\n{"type":"result","result":"second"}\\n'));
           process.stdout.write('{"type":"result","result":"first"}\\n');
         }, 100);
       });`,
    ),
  );
  assert.deepEqual(await Promise.all([keychain.get('s', 'a'), keychain.get('s', 'b')]), [
    'first',
    'second',
  ]);
});

test('translates what the keychain answers', async (context) => {
  const keychain = keychainOf(
    context,
    helperThat(
      `result({ get: null, set: null, delete: request.account === 'there' }[request.action]);`,
    ),
  );
  assert.equal(await keychain.get('s', 'a'), null);
  assert.equal(await keychain.set('s', 'a', 'secret'), undefined);
  assert.equal(await keychain.delete('s', 'there'), true);
  assert.equal(await keychain.delete('s', 'gone'), false);
});

test('refuses what keytar would cut off or choke on', async (context) => {
  const keychain = keychainOf(context, helperThat('process.exit(1);'));
  for (const secret of ['', 'a\0b'])
    await assert.rejects(keychain.set('s', 'a', secret), TypeError);
});

test('the helper gets no secret by argument or environment, and nothing that changes its Node', async (context) => {
  const keychain = keychainOf(
    context,
    helperThat('result(JSON.stringify([process.env, process.argv]));'),
    {
      env: {
        ...env,
        BITBRANCH_TOKEN: 'x',
        BITBRANCH_CONSUMER_SECRET: 'x',
        NODE_EXTRA_CA_CERTS: '/ca',
        NODE_OPTIONS: '--no-warnings',
        KEPT: 'yes',
      },
    },
  );
  const [seen, argv] = JSON.parse((await keychain.get('service', 'account')) ?? '');
  assert.deepEqual(seen, { ...env, KEPT: 'yes' });
  assert.ok(!JSON.stringify(argv).includes('account'));
});

test('a helper that never gets to the keychain is given up and killed', async (context) => {
  const { nodeFlag, started, ended } = await lifeLine(context);
  const keychain = keychainOf(context, fakeHelper('setInterval(() => {}, 60_000)', nodeFlag), {
    limits: { ...patient, startMs: 1 },
  });
  keychain.prepare();
  await started;
  await assert.rejects(keychain.get('s', 'a'), {
    code: 'store_unavailable',
    message: 'The keychain helper did not start within 0.001 s.',
  });
  await ended;
});

test('a call that hangs is given up at its deadline, and the helper killed', async (context) => {
  const { nodeFlag, ended } = await lifeLine(context);
  const keychain = keychainOf(context, helperThat(`send({ type: 'calling' });`, nodeFlag), {
    limits: { ...patient, answerMs: 1 },
  });
  await assert.rejects(keychain.get('s', 'a'), {
    code: 'store_unavailable',
    message: 'The keychain did not answer within 0.001 s.',
  });
  await ended;
});

test('the deadline counts from the call of the keychain, not from the start of the helper', async (context) => {
  const slowStart = helperThat(`setTimeout(() => result('in time'), 500);`);
  const keychain = keychainOf(context, slowStart, { limits: { ...patient, answerMs: 250 } });
  assert.equal(await keychain.get('s', 'a'), 'in time');
});

test('an answer that came while this process was busy is in time', async (context) => {
  const directory = await mkdtemp(join(tmpdir(), 'bitbranch-keychain-'));
  context.after(() => rm(directory, { recursive: true }));
  const flag = join(directory, 'answered');
  const answerMs = 100;
  const keychain = keychainOf(
    context,
    helperThat(
      `send({ type: 'calling' });
       await new Promise((resolve) => setTimeout(resolve, 50));
       send({ type: 'result', result: 'in time' });
       (await import('node:fs')).writeFileSync(${JSON.stringify(flag)}, '');`,
    ),
    {
      interactive: true,
      onWaiting: () => {
        setImmediate(() => {
          const busyUntilMs = performance.now() + 2 * answerMs;
          while (!existsSync(flag) || performance.now() < busyUntilMs);
        });
      },
      limits: { ...patient, answerMs, noticeMs: 1 },
    },
  );
  assert.equal(await keychain.get('s', 'a'), 'in time');
});

test('a person who has to unlock the keychain is told once', async (context) => {
  const onWaiting = mock.fn();
  const keychain = keychainOf(context, helperThat(`send({ type: 'calling' });`), {
    interactive: true,
    onWaiting,
    limits: { ...patient, answerMs: 100, noticeMs: 1 },
  });
  await assert.rejects(keychain.get('s', 'a'), { code: 'store_unavailable' });
  assert.equal(onWaiting.mock.callCount(), 1);
});

test('a helper that dies in a call is an error, and the next call starts another', async (context) => {
  const keychain = keychainOf(
    context,
    helperThat(
      `if (request.account === 'crash') process.kill(process.pid, 'SIGSEGV'); else result('alive');`,
    ),
  );
  await assert.rejects(keychain.get('s', 'crash'), {
    code: 'store_unavailable',
    message: 'The keychain helper ended early (SIGSEGV).',
  });
  assert.equal(await keychain.get('s', 'a'), 'alive');
});

test('a helper that can not be started is an error', async (context) => {
  const keychain = keychainOf(context, ['/no/such/program']);
  keychain.prepare();
  await assert.rejects(keychain.get('s', 'a'), { code: 'store_unavailable', message: /ENOENT/ });
});

test('a failure that the helper reports is explained', async (context) => {
  const keychain = keychainOf(
    context,
    helperThat(
      `send({ type: 'calling' }); send({ type: 'failure', stage: 'call', message: 'Cannot create an item in a locked collection' });`,
    ),
  );
  await assert.rejects(keychain.set('s', 'a', 'x'), {
    code: 'store_locked',
    message: 'The keychain is locked.',
  });
});

test('dispose ends the helper and the call under way', async (context) => {
  const { nodeFlag, started, ended } = await lifeLine(context);
  const keychain = keychainOf(context, helperThat(`send({ type: 'calling' });`, nodeFlag));
  const call = keychain.get('s', 'a');
  await started;
  keychain.dispose();
  await assert.rejects(call, { code: 'store_unavailable' });
  await ended;
});

test('without a D-Bus session on Linux nothing is even started', async (context) => {
  for (const busless of [{}, { DBUS_SESSION_BUS_ADDRESS: '' }, { XDG_RUNTIME_DIR: '/nowhere' }]) {
    const keychain = keychainOf(context, ['/no/such/program'], { env: busless });
    keychain.prepare();
    await assert.rejects(keychain.get('s', 'a'), {
      code: 'store_unavailable',
      message: 'There is no D-Bus session, so no keychain can be reached.',
    });
  }
});

test('other systems need no D-Bus', async (context) => {
  const keychain = keychainOf(context, helperThat(`result('found');`), {
    env: {},
    platform: 'darwin',
  });
  assert.equal(await keychain.get('s', 'a'), 'found');
});
