import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { type ClientMetadata, Provider } from 'oidc-provider';
import { serveOnLoopback } from './loopback.ts';
import { protectedApi } from './protected-api.ts';

export interface OidcProviderOptions {
  readonly kind: 'cloud' | 'datacenter';
  /** As registered; another port is accepted where it is on loopback (RFC 8252 section 7.3). */
  readonly redirectUri?: string;
  readonly accessTokenSeconds?: number;
  /** Paths that are answered by status 500. */
  readonly failsAt?: (path: string) => boolean;
}

export interface OidcProvider {
  /** Without a trailing slash; the issuer too. */
  readonly url: string;
  readonly client: { readonly id: string; readonly secret: string };
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  /** What the token endpoint was asked for, in order; `error` is null where it gave tokens. */
  readonly tokenRequests: readonly { readonly grantType: unknown; readonly error: string | null }[];
}

/** Where each kind has its endpoints, how its clients prove themselves and what they may ask for. */
const kinds = {
  cloud: {
    authorize: '/site/oauth2/authorize',
    token: '/site/oauth2/access_token',
    authentication: 'client_secret_basic',
    scopes: 'account repository',
  },
  datacenter: {
    authorize: '/rest/oauth2/latest/authorize',
    token: '/rest/oauth2/latest/token',
    authentication: 'client_secret_post',
    scopes: 'REPO_READ',
  },
} as const;

const internalAuthorizePath = '/provider/authorize';
const consentPath = '/provider/consent/';
const accountId = 'ada';

/**
 * An independent authorization server under Bitbucket's paths, with REST answers for those who hold its tokens: PKCE
 * required, codes that work once, refresh tokens that rotate. Its consent page is one form, as the sandbox's is.
 */
export async function startOidcProvider(
  t: TestContext,
  options: OidcProviderOptions,
): Promise<OidcProvider> {
  const kind = kinds[options.kind];
  const client = { id: 'Abc-1.2_3', secret: 's3cret-with_every~kind/of+char:acter &%' };
  const server = createServer();
  const url = await serveOnLoopback(t, server);

  const provider = new Provider(url, {
    clients: [registration(client, options)],
    scopes: kind.scopes.split(' '),
    pkce: { required: () => true },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    ttl: {
      AccessToken: options.accessTokenSeconds ?? 3600,
      AuthorizationCode: 60,
      Grant: 3600,
      Interaction: 600,
      RefreshToken: 3600,
      Session: 600,
    },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `${consentPath}${uid}` },
    routes: { authorization: internalAuthorizePath, token: kind.token },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    jwks: { keys: [signingKey()] },
  });
  const tokenRequests: OidcProvider['tokenRequests'][number][] = [];
  provider.on('grant.success', ({ oidc }) => {
    tokenRequests.push({ grantType: oidc.params?.['grant_type'], error: null });
  });
  provider.on('grant.error', ({ oidc }, { error }) => {
    tokenRequests.push({ grantType: oidc.params?.['grant_type'], error });
  });

  const consent = consentPages(provider, url, kind.scopes);
  const api = protectedApi(options.kind, async (token) => {
    const found = await provider.AccessToken.find(token);
    return found?.isValid ? found.accountId : null;
  });
  const handleByProvider = provider.callback();

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(request.url ?? '', url);
    const page = `${request.method} ${pathname}`;
    if (options.failsAt?.(pathname)) return void response.writeHead(500).end();
    if (page === `GET ${kind.authorize}`) return consent.show(search, response);
    if (page.startsWith(`POST ${consentPath}`)) return consent.decide(request, response);
    if (/^\/(2\.0|rest\/api)\//.test(pathname)) return api(request, response);
    return handleByProvider(request, response);
  }
  server.on('request', (request, response) => {
    handle(request, response).catch((error) => response.destroy(error));
  });
  return {
    url,
    client,
    authorizationUrl: `${url}${kind.authorize}`,
    tokenUrl: `${url}${kind.token}`,
    tokenRequests,
  };
}

function registration(
  { id, secret }: OidcProvider['client'],
  { kind, redirectUri = 'http://127.0.0.1/callback' }: OidcProviderOptions,
): ClientMetadata {
  return {
    client_id: id,
    client_secret: secret,
    application_type: 'native',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    id_token_signed_response_alg: 'ES256',
    token_endpoint_auth_method: kinds[kind].authentication,
  };
}

function signingKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), kty: 'EC', alg: 'ES256', use: 'sig' };
}

/**
 * Stands between the browser and the provider and keeps the provider's cookies itself, so that a user agent without
 * cookies will do, and so that the answer to the form is the redirect to the callback.
 */
function consentPages(provider: Provider, url: string, registeredScopes: string) {
  const cookiesOf = new Map<string, string>();

  return {
    async show(search: string, response: ServerResponse): Promise<void> {
      const query = new URLSearchParams(search);
      // As Bitbucket Cloud does: without a scope, the ones that the consumer is registered with.
      if (!query.has('scope')) query.set('scope', registeredScopes);
      const answer = await fetch(`${url}${internalAuthorizePath}?${query}`, { redirect: 'manual' });
      const location = answer.headers.get('location') ?? '';
      if (!location.startsWith(consentPath)) return passOn(answer, response);
      const uid = location.slice(consentPath.length);
      cookiesOf.set(uid, cookieHeader(answer));
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(consentPage(location));
    },

    async decide(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const decision = new URLSearchParams(await text(request)).get('decision');
      const uid = (request.url ?? '').slice(consentPath.length);
      const interaction = await provider.Interaction.find(uid);
      if (interaction === undefined) return void response.writeHead(404).end();
      interaction.result =
        decision === 'grant'
          ? await grantTo(provider, interaction.params)
          : { error: 'access_denied', error_description: 'The person said no.' };
      await interaction.save(60);
      const headers = { cookie: cookiesOf.get(uid) ?? '' };
      return passOn(await fetch(interaction.returnTo, { headers, redirect: 'manual' }), response);
    },
  };
}

async function grantTo(provider: Provider, { client_id, scope }: Record<string, unknown>) {
  const grant = new provider.Grant({ accountId, clientId: String(client_id) });
  grant.addOIDCScope(String(scope));
  return { login: { accountId }, consent: { grantId: await grant.save() } };
}

function cookieHeader(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ');
}

async function passOn(answer: Response, response: ServerResponse): Promise<void> {
  const location = answer.headers.get('location');
  const type = answer.headers.get('content-type');
  response.writeHead(answer.status, {
    ...(location === null ? {} : { location }),
    ...(type === null ? {} : { 'content-type': type }),
  });
  response.end(await answer.text());
}

function consentPage(action: string): string {
  return `<!doctype html><html lang="en"><title>Consent</title>
<form method="post" action="${action}">
<button type="submit" name="decision" value="grant">Grant</button>
<button type="submit" name="decision" value="deny">Deny</button>
</form></html>`;
}
