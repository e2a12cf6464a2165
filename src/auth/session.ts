import type { Host } from '../bitbucket/hosts.ts';
import type { Context, HttpRequest, HttpResponse } from '../context.ts';
import type { OAuth1Credential } from '../credentials/credential.ts';
import type { RecordReference } from '../credentials/credential-store.ts';
import type { Settings } from '../credentials/settings.ts';
import { BitbranchError } from '../errors.ts';
import { signedHeaders } from '../oauth1/client.ts';
import { chooseAccount } from './accounts.ts';
import { momentOf } from './moment.ts';

/** A way to send requests to one host with a credential that was made for it. */
export interface Session {
  readonly host: Host;
  /** Adds what proves who asks, anew for each request, and sends it. */
  send(request: HttpRequest): Promise<HttpResponse>;
}

/**
 * The session for a host: BITBRANCH_TOKEN when it is set, else the credential that the store holds for the account.
 * @throws {BitbranchError} `sign_in_needed`, `store_locked` or `store_unavailable`
 */
export async function openSession(
  host: Host,
  accountName: string | undefined,
  settings: Settings,
  context: Context,
): Promise<Session> {
  context.http.prepare();
  const token = context.env['BITBRANCH_TOKEN'];
  if (token) return tokenSession(host, token, context);
  const reference = credentialReference(host.url, chooseAccount(settings, host.url, accountName));
  const credential = await context.credentials.read(reference);
  if (credential === null) throw secretMissing(reference, context);
  return oauth1Session(host, credential, context);
}

export function credentialReference(
  hostUrl: string,
  accountName: string,
): RecordReference<'credential'> {
  return { type: 'credential', host: hostUrl, name: accountName };
}

/** The settings say that a secret was stored, the store shows none (a locked keyring answers like an empty one). */
export function secretMissing(reference: RecordReference, context: Context): BitbranchError {
  return new BitbranchError(
    'store_locked',
    `The credential of ${reference.name} at ${reference.host} can't be read: ${context.credentials.description} is locked, or the entry was removed.`,
    {
      hint: `Unlock it and try again, or sign in anew with: bitbranch login --host ${reference.host}`,
    },
  );
}

export function oauth1Session(host: Host, credential: OAuth1Credential, context: Context): Session {
  const client = {
    key: credential.consumer.key,
    signing: { method: 'HMAC-SHA1' as const, secret: credential.consumer.secret },
  };
  return {
    host,
    send: (request) =>
      context.http.send({
        ...request,
        headers: {
          ...request.headers,
          ...signedHeaders(request, client, credential, momentOf(context)),
        },
      }),
  };
}

function tokenSession(host: Host, token: string, context: Context): Session {
  const authorization = tokenAuthorization(token);
  return {
    host,
    send: (request) =>
      context.http.send({ ...request, headers: { ...request.headers, authorization } }),
  };
}

/**
 * `email:api-token` is an Atlassian API token, sent as Basic (RFC 7617 section 2); everything else is a bearer token
 * (RFC 6750 section 2.1).
 * @throws {BitbranchError} `usage` for a token that no header can carry
 */
function tokenAuthorization(token: string): string {
  if (/^[^\s:]+@[^\s:]+:\S+$/.test(token))
    return `Basic ${Buffer.from(token, 'utf8').toString('base64')}`;
  if (/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) return `Bearer ${token}`;
  throw new BitbranchError('usage', 'BITBRANCH_TOKEN holds characters that no token has.', {
    hint: 'Set it to a bearer token, or to email:api-token, without spaces or line breaks.',
  });
}
