import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renewUnderLock } from '../../src/auth/renewal.ts';
import type { OAuth2Credential } from '../../src/credentials/credential.ts';
import { BitbranchError } from '../../src/errors.ts';
import { type TestWorld, testContext } from '../helpers/context.ts';
import { cloud, oauth2Credential as outdated, recordOf } from '../helpers/oauth2-signed-in.ts';
import { cloudUrl, credentialFor, signedIn } from '../helpers/signed-in.ts';

const fresh: OAuth2Credential = { ...outdated, accessToken: 'fresh', refreshToken: 'fresh-too' };
const { reference } = recordOf(outdated);

function renewal(world: TestWorld, renew: (stored: OAuth2Credential) => OAuth2Credential | null) {
  const context = testContext(world);
  const store = context.storeNamed('keychain');
  let renewals = 0;
  return {
    run: () =>
      renewUnderLock(cloud, outdated, store, context, async (stored) => {
        renewals += 1;
        return renew(stored);
      }),
    stored: () => store.read(reference),
    renewals: () => renewals,
  };
}

test('what is stored is renewed, and kept before it is used', async () => {
  const { run, stored, renewals } = renewal({ records: [recordOf(outdated)] }, (it) => {
    assert.deepEqual(it, outdated);
    return fresh;
  });
  assert.deepEqual(await run(), fresh);
  assert.deepEqual(await stored(), fresh);
  assert.equal(renewals(), 1);
});

test('what another process has renewed meanwhile is used as it is', async () => {
  const { run, renewals } = renewal({ records: [recordOf(fresh)] }, () => assert.fail('renewed'));
  assert.deepEqual(await run(), fresh);
  assert.equal(renewals(), 0);
});

test('those who wait for the same renewal take what it gave', async () => {
  const { run, renewals } = renewal({ records: [recordOf(outdated)] }, () => fresh);
  assert.deepEqual(await Promise.all([run(), run(), run()]), [fresh, fresh, fresh]);
  assert.equal(renewals(), 1);
});

test('what can not be renewed has expired, and stays as it is', async () => {
  const { run, stored } = renewal({ records: [recordOf(outdated)] }, () => null);
  await assert.rejects(run(), {
    code: 'sign_in_needed',
    message: 'The sign-in to bitbucket.org has expired.',
    hint: `Sign in again with: bitbranch login --host ${cloudUrl}`,
  });
  assert.deepEqual(await stored(), outdated);
});

test('what the server gave is kept, though another process keeps the lock', async () => {
  const context = testContext({ records: [recordOf(outdated)] });
  const store = context.storeNamed('keychain');
  const kept = new BitbranchError('timeout', 'Another bitbranch has kept it locked.');
  const locks: typeof context.locks = {
    withLock: async (name, work) => {
      if (name.startsWith('change ')) throw kept;
      return work();
    },
  };
  const renewed = renewUnderLock(cloud, outdated, store, { ...context, locks }, async () => fresh);
  assert.deepEqual(await renewed, fresh);
  assert.deepEqual(await store.read(reference), fresh);
});

test('a sign-in by another protocol meanwhile is not taken for the same', async () => {
  const record = credentialFor(cloudUrl);
  const { run } = renewal({ records: [{ reference, record }] }, () => assert.fail('renewed'));
  await assert.rejects(run(), { code: 'sign_in_needed' });
});

test('a store that shows nothing may be locked, and nothing is renewed', async () => {
  const { settings } = signedIn(outdated);
  const { run } = renewal({ settings }, () => assert.fail('renewed'));
  await assert.rejects(run(), { code: 'store_locked' });
});

test('who has signed out meanwhile stays signed out', async () => {
  const { run } = renewal({}, () => assert.fail('renewed'));
  await assert.rejects(run(), {
    code: 'sign_in_needed',
    message: `maria has signed out from ${cloudUrl}.`,
  });
});

test('a newer sign-in while the server was asked is kept and used', async () => {
  const world = testContext({ records: [recordOf(outdated)] });
  const store = world.storeNamed('keychain');
  const newer = { ...outdated, accessToken: 'newer' };
  const used = await renewUnderLock(cloud, outdated, store, world, async () => {
    await store.write(reference, newer);
    return fresh;
  });
  assert.deepEqual([used, await store.read(reference)], [newer, newer]);
});

test('a sign-out while the server was asked is not undone', async () => {
  const world = testContext({ records: [recordOf(outdated)] });
  const store = world.storeNamed('keychain');
  const renewing = renewUnderLock(cloud, outdated, store, world, async () => {
    await store.remove(reference);
    return fresh;
  });
  await assert.rejects(renewing, { code: 'sign_in_needed' });
  assert.equal(await store.read(reference), null);
});

test('what could not be kept is not used', async () => {
  const failure = new BitbranchError('store_unavailable', 'The keychain failed.');
  const credentials = { write: () => Promise.reject(failure) };
  const { run } = renewal({ records: [recordOf(outdated)], credentials }, () => fresh);
  await assert.rejects(run(), failure);
});
