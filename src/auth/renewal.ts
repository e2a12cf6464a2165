import type { Host } from '../bitbucket/hosts.ts';
import type { Context } from '../context.ts';
import type { Credential } from '../credentials/credential.ts';
import type { CredentialStore } from '../credentials/credential-store.ts';
import { BitbranchError } from '../errors.ts';
import { credentialReference, storedCredential } from './stored-credential.ts';

/**
 * Renews a credential in one process at a time, since what renews it may be used up by one use: whoever gets the lock looks
 * first whether another process has done it meanwhile, and the new credential is kept before it is used.
 * @param renew null when the credential can't be renewed
 * @throws {BitbranchError} `sign_in_needed` when it can't be renewed
 */
export function renewUnderLock<C extends Credential>(
  host: Host,
  outdated: C,
  store: CredentialStore,
  context: Context,
  renew: (stored: C) => Promise<C | null>,
): Promise<C> {
  const { name } = outdated.account;
  const work = async () => {
    const stored = await storedCredential(host.url, name, store);
    if (!isSameProtocol(stored, outdated)) throw expired(host);
    if (JSON.stringify(stored) !== JSON.stringify(outdated)) return stored;
    context.trace(`Renewing the credential of ${name} at ${host.name}.`);
    const fresh = await renew(stored).catch((error) => {
      throw isEnded(error) ? expired(host, error.message) : error;
    });
    if (fresh === null) throw expired(host);
    await store.write(credentialReference(host.url, name), fresh);
    return fresh;
  };
  return context.locks.withLock(`renew ${host.url} ${name}`, work, context.interrupted);
}

/** Whether a renewal failed for good: only a new sign-in helps then, and nobody should ask again. */
export function isEnded(error: unknown): error is BitbranchError {
  return error instanceof BitbranchError && error.code === 'sign_in_needed';
}

function isSameProtocol<C extends Credential>(stored: Credential, outdated: C): stored is C {
  return stored.protocol === outdated.protocol;
}

function expired(host: Host, message = `The sign-in to ${host.name} has expired.`): BitbranchError {
  return new BitbranchError('sign_in_needed', message, {
    hint: `Sign in again with: bitbranch login --host ${host.url}`,
  });
}
