import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutAccount } from '../../src/auth/accounts.ts';
import { storedCredential } from '../../src/auth/stored-credential.ts';
import { testContext } from '../helpers/context.ts';
import { credentialFor, otherUrl, signedIn } from '../helpers/signed-in.ts';

const { settings } = signedIn(credentialFor(otherUrl));
const store = testContext({}).storeNamed('keychain');
const command = `bitbranch login --host ${otherUrl} --kind cloud`;

for (const [what, known, code] of [
  ['signed out', withoutAccount(settings, otherUrl, 'maria'), 'sign_in_needed'],
  ['not shown by the store', settings, 'store_locked'],
] as const) {
  test(`for an account that is ${what}, the command to sign in has the kind of its host`, async () => {
    await assert.rejects(storedCredential(otherUrl, 'maria', store, known), {
      code,
      hint: new RegExp(`with: ${command}$`),
    });
  });
}
