import { isDeepStrictEqual } from 'node:util';
import type { Host } from '../bitbucket/hosts.ts';
import type { Context } from '../context.ts';
import type { Credential } from '../credentials/credential.ts';
import type { CredentialStore } from '../credentials/credential-store.ts';
import { BitbranchError } from '../errors.ts';
import { loginCommand } from '../host-command.ts';
import { changingCredential, credentialReference, storedCredential } from './stored-credential.ts';

/**
 * Renews a credential in one process at a time, since what renews it may be used up by one use: whoever gets the lock looks
 * first whether another process has done it meanwhile, and the new credential is kept before it is used. It is kept only in
 * the place of the one that was renewed: a sign-out or a new sign-in while the server was asked has the last word.
 * @param renew null when the credential can't be renewed
 * @throws {BitbranchError} `sign_in_needed` when it can't be renewed, or is signed out
 */
export function renewUnderLock<C extends Credential>(
  host: Host,
  outdated: C,
  store: CredentialStore,
  context: Context,
  renew: (stored: C) => Promise<C | null>,
): Promise<C> {
  const { name } = outdated.account;

  async function stored(): Promise<C> {
    const credential = await storedCredential(host.url, name, store, await context.settings.read());
    if (!isSameProtocol(credential, outdated)) throw replaced(host);
    return credential;
  }

  async function renewStored(): Promise<C> {
    const old = await stored();
    if (!isDeepStrictEqual(old, outdated)) return old;
    context.trace(`Renewing the credential of ${name} at ${host.name}.`);
    const fresh = await renew(old).catch(async (error) => {
      if (!isEnded(error)) throw error;
      // Where the lock was taken for a dead one's, another process may have renewed it just before.
      const current = await stored();
      if (isDeepStrictEqual(current, old)) throw expired(host, error.message);
      return current;
    });
    if (fresh === null) throw expired(host);
    const keep = async () => {
      const current = await stored();
      if (!isDeepStrictEqual(current, old)) return current;
      await store.write(credentialReference(host.url, name), fresh);
      return fresh;
    };
    return changingCredential(host.url, name, context, keep).catch((error) => {
      // The server takes no other any longer, so it is kept whoever holds the lock.
      if (error instanceof BitbranchError && error.code === 'timeout') return keep();
      throw error;
    });
  }

  return context.locks.withLock(`renew ${host.url} ${name}`, renewStored, context.interrupted);
}

/** Whether a renewal failed for good: only a new sign-in helps then, and nobody should ask again. */
export function isEnded(error: unknown): error is BitbranchError {
  return error instanceof BitbranchError && error.code === 'sign_in_needed';
}

function isSameProtocol<C extends Credential>(stored: Credential, outdated: C): stored is C {
  return stored.protocol === outdated.protocol;
}

function replaced(host: Host): BitbranchError {
  return new BitbranchError(
    'sign_in_needed',
    `The sign-in to ${host.name} was replaced by another one meanwhile.`,
    { hint: 'Run the command again: it then uses the new one.' },
  );
}

function expired(host: Host, message = `The sign-in to ${host.name} has expired.`): BitbranchError {
  return new BitbranchError('sign_in_needed', message, {
    hint: `Sign in again with: ${loginCommand(host)}`,
  });
}
