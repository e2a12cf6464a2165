import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { consentPage, decidedPage, deniedPage, refusedPage, verifierPage } from './consent-page.ts';
import { acceptForms, formBodyOf, serve, signedRequestOf } from './http.ts';
import { OAuthRefusal, parseForm, queryOf } from './oauth1-parameters.ts';
import type { AccessRequest, Credentials, OAuth1Provider } from './oauth1-provider.ts';
import { equalInConstantTime } from './oauth1-signature.ts';
import type { Permission } from './permission.ts';

export interface OAuth1RouteOptions {
  readonly provider: OAuth1Provider;
  readonly consumerKey: string;
  readonly permissions: readonly Permission[];
}

const base = '/api/1.0/oauth';

/** The three endpoints of RFC 5849 section 2, at the addresses that Bitbucket Cloud gives them. */
export function serveOAuth1(app: FastifyInstance, options: OAuth1RouteOptions): void {
  const { provider } = options;
  acceptForms(app);
  app.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof OAuthRefusal)) throw error;
    if (error.status === 401) reply.header('www-authenticate', 'OAuth realm="bitbranch sandbox"');
    return reply
      .code(error.status)
      .headers({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
      .send(`Could not verify OAuth request: ${error.message}.\n`);
  });

  for (const slash of ['', '/']) {
    serve(app, `${base}/request_token${slash}`, {
      POST: async (request, reply) => {
        const credentials = provider.issueTemporaryCredentials(signedRequestOf(request));
        // RFC 5849 section 2.1: MUST be present and set to "true".
        return sendForm(reply, { ...formOf(credentials), oauth_callback_confirmed: 'true' });
      },
    });
    serve(app, `${base}/access_token${slash}`, {
      POST: async (request, reply) =>
        sendForm(reply, formOf(provider.issueTokenCredentials(signedRequestOf(request)))),
    });
    serve(app, `${base}/authenticate${slash}`, {
      GET: async (request, reply) => ask(request, reply, options),
      POST: async (request, reply) => decide(request, reply, options),
    });
  }
}

function formOf({ token, secret }: Credentials) {
  return { oauth_token: token, oauth_token_secret: secret };
}

function sendForm(reply: FastifyReply, form: Readonly<Record<string, string>>): FastifyReply {
  return reply
    .headers({ 'content-type': 'application/x-www-form-urlencoded', 'cache-control': 'no-store' })
    .send(new URLSearchParams(form).toString());
}

function ask(
  request: FastifyRequest,
  reply: FastifyReply,
  { provider, consumerKey, permissions }: OAuth1RouteOptions,
): FastifyReply {
  const form = singleValues(queryOf(request.raw.url ?? ''));
  const accessRequest = provider.accessRequest(form?.get('oauth_token') ?? '');
  if (accessRequest === undefined) return sendPage(reply, 400, refusedPage());
  if (accessRequest.decision.state !== 'open') return sendPage(reply, 410, decidedPage());
  return sendPage(reply, 200, consentPage({ accessRequest, consumerKey, permissions }));
}

function decide(
  request: FastifyRequest,
  reply: FastifyReply,
  { provider }: OAuth1RouteOptions,
): FastifyReply {
  const form = singleValues(formBodyOf(request));
  const accessRequest = provider.accessRequest(form?.get('oauth_token') ?? '');
  const decision = form?.get('decision');
  if (
    accessRequest === undefined ||
    !equalInConstantTime(form?.get('anti_forgery') ?? '', accessRequest.antiForgery) ||
    (decision !== 'grant' && decision !== 'deny')
  ) {
    return sendPage(reply, 400, refusedPage());
  }
  if (accessRequest.decision.state !== 'open') return sendPage(reply, 410, decidedPage());
  return decision === 'grant'
    ? grant(reply, provider, accessRequest)
    : deny(reply, provider, accessRequest);
}

function grant(
  reply: FastifyReply,
  provider: OAuth1Provider,
  accessRequest: AccessRequest,
): FastifyReply {
  const { token, callback } = accessRequest;
  const verifier = provider.grant(accessRequest);
  if (callback === null) return sendPage(reply, 200, verifierPage(verifier));
  // RFC 5849 section 2.2.
  return redirect(reply, callback, { oauth_token: token, oauth_verifier: verifier });
}

/** RFC 5849 has no word for a denial; this one comes from the OAuth Problem Reporting extension. */
function deny(
  reply: FastifyReply,
  provider: OAuth1Provider,
  accessRequest: AccessRequest,
): FastifyReply {
  const { token, callback } = accessRequest;
  provider.deny(accessRequest);
  if (callback === null) return sendPage(reply, 200, deniedPage());
  return redirect(reply, callback, { oauth_token: token, oauth_problem: 'permission_denied' });
}

/** 303, so that the browser turns the POST into a GET; the callback's own query stays as it is. */
function redirect(
  reply: FastifyReply,
  callback: string,
  parameters: Readonly<Record<string, string>>,
): FastifyReply {
  const separator = callback.includes('?') ? '&' : '?';
  return reply
    .code(303)
    .headers({
      location: `${callback}${separator}${new URLSearchParams(parameters)}`,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    })
    .send();
}

function sendPage(
  reply: FastifyReply,
  status: number,
  { html, headers }: { html: string; headers: Record<string, string> },
): FastifyReply {
  return reply.code(status).headers(headers).send(html);
}

/** Null when a name is given twice. */
function singleValues(text: string): ReadonlyMap<string, string> | null {
  const pairs = parseForm(text);
  const values = new Map(pairs);
  return values.size === pairs.length ? values : null;
}
