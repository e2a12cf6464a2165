import type { Host } from '../bitbucket/hosts.ts';
import type { Context } from '../context.ts';
import type { OAuth2Credential, SecretConsumer } from '../credentials/credential.ts';
import type { AuthorizationServer, OAuth2Client, Send, TokenResponse } from '../oauth2/client.ts';

/** A host as an authorization server; Data Center documents the client's secret in the body, Cloud in the header. */
export function authorizationServer({ url, kind, oauth2 }: Host): AuthorizationServer {
  const { authorizationUrl, tokenUrl } = oauth2;
  const clientAuthentication = kind === 'cloud' ? 'basic' : 'body';
  return { issuer: url, authorizationUrl, tokenUrl, clientAuthentication };
}

export function oauth2Client({ key, secret }: SecretConsumer): OAuth2Client {
  return { id: key, secret };
}

export function sendBy({ http }: Pick<Context, 'http'>): Send {
  return async (request) => {
    const response = await http.send(request);
    return { status: response.status, body: await response.text() };
  };
}

/** The parts of a credential that a token response gives (RFC 6749 section 5.1), at the time at which it came. */
export function issuedTokens(
  { accessToken, expiresInSeconds }: TokenResponse,
  nowMs: number,
): Pick<OAuth2Credential, 'accessToken' | 'issuedAt' | 'expiresAt'> {
  return {
    accessToken,
    issuedAt: new Date(nowMs).toISOString(),
    expiresAt:
      expiresInSeconds === null ? null : new Date(nowMs + expiresInSeconds * 1000).toISOString(),
  };
}
