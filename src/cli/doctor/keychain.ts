import type { Context } from '../../context.ts';
import type { CredentialStore, RecordReference } from '../../credentials/credential-store.ts';
import { BitbranchError } from '../../errors.ts';
import { type Finding, ok } from './finding.ts';

/**
 * Writes a record that holds nothing secret, reads it back, and removes it.
 * @throws {BitbranchError} what the store throws
 */
export async function checkKeychain(
  store: CredentialStore,
  { env, random }: Context,
): Promise<Finding> {
  if (env['BITBRANCH_TOKEN']) {
    return ok('No credential store is needed: BITBRANCH_TOKEN takes the place of what is stored.');
  }
  // A name of its own, so that two that run at once do not meet.
  const name = Buffer.from(random.bytes(8)).toString('hex');
  const probe: RecordReference<'consumer'> = { type: 'consumer', host: 'doctor', name };
  await store.write(probe, { key: 'probe', secret: name }); // which reads it back
  if (!(await store.remove(probe))) throw notRemoved(store);
  return ok(`A probe was written to ${store.description}, read back and removed.`);
}

function notRemoved({ description }: CredentialStore): BitbranchError {
  return new BitbranchError(
    'store_unavailable',
    `What was just written to ${description} was gone when it was to be removed.`,
    { hint: 'Make sure that nothing else changes it, and try again.' },
  );
}
