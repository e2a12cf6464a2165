import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretPost,
  checkProtocol,
  customFetch,
} from 'oauth4webapi';
import { BitbranchError } from '../errors.ts';

export interface ProtocolRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ProtocolResponse {
  readonly status: number;
  readonly body: string;
}

/** Sends a request as it stands and resolves with whatever was answered; redirects are not followed. */
export type Send = (request: ProtocolRequest) => Promise<ProtocolResponse>;

/** RFC 6749 section 2.3.1: in the Authorization header (Bitbucket Cloud), or in the body as Data Center documents it. */
export type ClientAuthentication = 'basic' | 'body';

export function clientAuthentication(method: ClientAuthentication, secret: string): ClientAuth {
  return method === 'basic' ? clientSecretBasic(secret) : ClientSecretPost(secret);
}

/** @throws {OperationProcessingError} for http beyond loopback, which would send credentials unencrypted. */
export function requireProtected(endpoint: URL): void {
  checkProtocol(endpoint, !isLoopback(endpoint));
}

/** How oauth4webapi reaches the token endpoint: by `send`, and without encryption on loopback only. */
export function requestOptions(tokenUrl: string, send: Send) {
  return {
    [allowInsecureRequests]: isLoopback(new URL(tokenUrl)),
    [customFetch]: async (
      url: string,
      { method, headers, body }: FetchOptions,
    ): Promise<Response> => {
      // The library would put its own name in place of the program's.
      const { 'user-agent': _, ...ours } = headers;
      return webResponse(await send({ method, url, headers: ours, body: body.toString() }));
    },
  };
}

interface FetchOptions {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: URLSearchParams;
}

/**
 * An answer of the OAuth 2.0 endpoint itself, as oauth4webapi wants to see it: JSON whatever content type it claims,
 * and without a challenge (RFC 6749 section 5.2), which says less than the error in the body.
 */
function webResponse({ status, body }: ProtocolResponse): Response {
  // RFC 6585 section 4.
  if (status === 429) {
    throw new BitbranchError('rate_limited', 'The server takes no more requests for now.', {
      hint: 'Wait a few minutes, then run the command again.',
    });
  }
  if (status !== 200 && (status < 400 || status >= 500)) {
    throw new BitbranchError('server', `The token endpoint failed (HTTP ${status}).`, {
      hint: 'Try again later, and check that --host names the server itself.',
    });
  }
  return new Response(body, { status, headers: { 'content-type': 'application/json' } });
}

/**
 * Form-encoded and then Basic, as section 2.3.1 asks. Unlike the library's, it escapes nothing that form encoding leaves
 * alone, such as `-` and `_`: the many servers that forget to decode then see the same credentials as those that do.
 */
function clientSecretBasic(secret: string): ClientAuth {
  return (_server, client, _body, headers) => {
    const credentials = `${formEncode(client.client_id)}:${formEncode(secret)}`;
    headers.set('authorization', `Basic ${btoa(credentials)}`);
  };
}

function formEncode(value: string): string {
  return new URLSearchParams({ value }).toString().slice('value='.length);
}

function isLoopback(url: URL): boolean {
  return ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
}
