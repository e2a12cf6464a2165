import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { BitbranchError } from '../../errors.ts';
import { rsaSha1Check } from '../oauth1/signature.ts';
import type { Consumers } from '../oauth1/verifier.ts';

/** A consumer that an administrator has registered with its RSA public key, in PEM. */
export type ApplicationLink = { readonly consumerKey: string } & (
  | { readonly publicKeyPem: string }
  /** Read whenever it is needed: it may be written later, since a consumer is added to a host that is there. */
  | { readonly publicKeyFile: string }
);

/**
 * The consumers whose keys are registered; no consumer has a secret here.
 * @throws {BitbranchError} `usage` for what is no RSA public key, unless its file does not exist yet
 */
export function applicationLinks(links: readonly ApplicationLink[]): Consumers {
  const byKey = new Map(links.map((link) => [link.consumerKey, link]));
  for (const link of byKey.values()) publicKeyOf(link);
  return {
    signatureMethod: 'RSA-SHA1',
    signatureCheck(consumerKey) {
      const link = byKey.get(consumerKey);
      const publicKey = link && publicKeyOf(link);
      return publicKey && rsaSha1Check(publicKey);
    },
  };
}

function publicKeyOf(link: ApplicationLink): KeyObject | undefined {
  if ('publicKeyFile' in link && !existsSync(link.publicKeyFile)) return undefined;
  try {
    const pem =
      'publicKeyFile' in link ? readFileSync(link.publicKeyFile, 'utf8') : link.publicKeyPem;
    // A private key would be taken for its public half: it has no business here.
    const key = /PRIVATE KEY/.test(pem) ? undefined : createPublicKey(pem);
    if (key?.asymmetricKeyType === 'rsa') return key;
  } catch (cause) {
    throw noPublicKey(link, cause);
  }
  throw noPublicKey(link);
}

function noPublicKey({ consumerKey }: ApplicationLink, cause?: unknown): BitbranchError {
  return new BitbranchError(
    'usage',
    `The application link of ${consumerKey} has no RSA public key in PEM.`,
    { hint: 'Register what bitbranch consumer add prints.', cause },
  );
}
