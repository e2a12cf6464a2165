import type { Random } from '../context.ts';
import type { CredentialStore, RecordReference } from '../credentials/credential-store.ts';
import { BitbranchError } from '../errors.ts';

/**
 * Proves that a store keeps secrets: a record that holds none is written, read back and removed. A locked keychain answers
 * reads like an empty one, so nothing less tells.
 * @throws {BitbranchError} what the store throws
 */
export async function proveStore(store: CredentialStore, random: Random): Promise<void> {
  // A name of its own, so that two that run at once do not meet.
  const name = Buffer.from(random.bytes(8)).toString('hex');
  const probe: RecordReference<'consumer'> = { type: 'consumer', host: 'probe', name };
  await store.write(probe, { key: 'probe', secret: name }); // which reads it back
  if (await store.remove(probe)) return;
  throw new BitbranchError(
    'store_unavailable',
    `What was just written to ${store.description} was gone when it was to be removed.`,
    { hint: 'Make sure that nothing else changes it, and try again.' },
  );
}
