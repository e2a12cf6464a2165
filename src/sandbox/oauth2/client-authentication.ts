import { equalInConstantTime } from '../constant-time.ts';
import { ClientRefusal, TokenError } from './token-error.ts';

export interface Client {
  readonly key: string;
  readonly secret: string;
}

/** What a kind of host says to a client that does not prove who it is. */
export interface ClientErrors {
  readonly missing: { readonly error: string; readonly description: string };
  readonly wrong: { readonly error: string; readonly description: string };
}

/**
 * RFC 6749 section 2.3.1: by HTTP Basic or in the form, not by both.
 * @throws {TokenError}
 */
export function authenticateClient(
  client: Client,
  authorization: string | undefined,
  form: ReadonlyMap<string, string>,
  errors: ClientErrors,
): void {
  const [id, secret] = [form.get('client_id'), form.get('client_secret')];
  if (authorization !== undefined && secret !== undefined) {
    throw new TokenError('invalid_request', 'The client authenticates in more than one way');
  }
  const presented =
    authorization === undefined ? { key: id, secret } : basicCredentials(authorization);
  if (presented?.key === undefined || presented.secret === undefined) {
    throw new ClientRefusal(errors.missing.error, errors.missing.description);
  }
  const isKnown = presented.key === client.key && (id === undefined || id === client.key);
  if (!isKnown || !equalInConstantTime(presented.secret, client.secret)) {
    throw new ClientRefusal(errors.wrong.error, errors.wrong.description);
  }
}

/** Key and secret are form-encoded before they are joined; null for another scheme or malformed ones. */
function basicCredentials(authorization: string): Client | null {
  const [, encoded = ''] = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization) ?? [];
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon === -1) return null;
  try {
    return { key: formDecode(text.slice(0, colon)), secret: formDecode(text.slice(colon + 1)) };
  } catch {
    return null;
  }
}

function formDecode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
