import { type Host, isBitbucketOrg } from '../bitbucket/hosts.ts';
import type { Consumer } from '../credentials/credential.ts';
import { BitbranchError } from '../errors.ts';
import { hostCommand } from '../host-command.ts';
import { NamedRefusal } from '../oauth1/problems.ts';

/**
 * Runs a step that takes a server's answer to OAuth 1.0a apart; a refusal gets the reason that it has at this host.
 * @throws {BitbranchError} what the step throws, or the same with its reason
 */
export function explainingRefusal<T>(host: Host, consumer: Consumer, step: () => T): T {
  try {
    return step();
  } catch (error) {
    const isRefusal = error instanceof BitbranchError && error.code === 'sign_in_refused';
    if (isRefusal && isBitbucketOrg(host.url)) throw refusedByBitbucketOrg(error);
    if (error instanceof NamedRefusal && host.kind === 'datacenter') {
      throw refusedByDataCenter(host, consumer, error);
    }
    throw error;
  }
}

/** bitbucket.org has refused OAuth 1.0a since early 2026 and takes the same consumer for OAuth 2.0. */
export function refusedByBitbucketOrg(cause?: unknown): BitbranchError {
  return new BitbranchError(
    'sign_in_refused',
    'bitbucket.org refused the sign-in: it has not accepted OAuth 1.0a since early 2026.',
    {
      hint: 'The same consumer works with OAuth 2.0: bitbranch login --host bitbucket.org --protocol oauth2',
      cause,
    },
  );
}

/** An application link knows a consumer by the public key of its key pair, and takes RSA-SHA1 only. */
function refusedByDataCenter(host: Host, consumer: Consumer, cause: NamedRefusal): BitbranchError {
  const { problem } = cause;
  if (problem === 'signature_method_rejected' && 'secret' in consumer) {
    return new BitbranchError(
      'sign_in_refused',
      `${host.name} refused the sign-in: it takes OAuth 1.0a from a key pair (RSA-SHA1), and the consumer ${consumer.key} has a secret.`,
      {
        hint: `Leave the secret out (unset BITBRANCH_CONSUMER_SECRET), and make a key pair with: ${hostCommand('consumer add', host)}`,
        cause,
      },
    );
  }
  if (problem === 'consumer_key_unknown' && 'privateKey' in consumer) {
    const show = hostCommand('consumer show', host, ['--consumer-key', consumer.key]);
    return new BitbranchError(
      'sign_in_refused',
      `${host.name} does not know the consumer ${consumer.key}: no application link there has this consumer key.`,
      {
        hint: `Its administrator makes the link, with the public key that this prints: ${show}`,
        cause,
      },
    );
  }
  return cause;
}
