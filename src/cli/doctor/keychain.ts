import { proveStore } from '../../auth/store-proof.ts';
import type { Context } from '../../context.ts';
import type { CredentialStore } from '../../credentials/credential-store.ts';
import { type Finding, ok } from './finding.ts';

/** @throws {BitbranchError} what the store throws */
export async function checkKeychain(
  store: CredentialStore,
  { env, random }: Context,
): Promise<Finding> {
  if (env['BITBRANCH_TOKEN']) {
    return ok('No credential store is needed: BITBRANCH_TOKEN takes the place of what is stored.');
  }
  await proveStore(store, random);
  return ok(`A probe was written to ${store.description}, read back and removed.`);
}
