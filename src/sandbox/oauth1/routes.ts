import type { FastifyInstance, FastifyReply } from 'fastify';
import { serveConsent } from '../consent/routes.ts';
import { acceptForms, serve, signedRequestOf } from '../http.ts';
import type { OAuth1Provider } from './provider.ts';
import { OAuthRefusal } from './refusal.ts';
import type { TokenCredentials } from './tokens.ts';

/** Where and how a kind of host speaks OAuth 1.0a. */
export interface OAuth1Dialect {
  readonly temporaryCredentialsPath: string;
  readonly authorizationPath: string;
  readonly tokenCredentialsPath: string;
  /** Media type of the forms that are sent. */
  readonly formType: string;
  /** What the callback is told after a denial, besides the token: RFC 5849 has no word for it. */
  readonly denial: Readonly<Record<string, string>>;
  /** Value of `WWW-Authenticate`. */
  challenge(refusal: OAuthRefusal): string;
  errorText(refusal: OAuthRefusal): string;
}

/** The three endpoints of RFC 5849 section 2. */
export function serveOAuth1(
  app: FastifyInstance,
  provider: OAuth1Provider,
  dialect: OAuth1Dialect,
  clock: { nowMs(): number },
): void {
  acceptForms(app);
  app.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof OAuthRefusal)) throw error;
    if (error.status === 401) reply.header('www-authenticate', dialect.challenge(error));
    return reply
      .code(error.status)
      .headers({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
      .send(dialect.errorText(error));
  });

  function sendForm(reply: FastifyReply, form: Readonly<Record<string, string>>): FastifyReply {
    return reply
      .headers({ 'content-type': dialect.formType, 'cache-control': 'no-store' })
      .send(new URLSearchParams(form).toString());
  }

  for (const slash of ['', '/']) {
    serve(app, `${dialect.temporaryCredentialsPath}${slash}`, {
      POST: async (request, reply) => {
        const { token, secret } = provider.issueTemporaryCredentials(signedRequestOf(request));
        return sendForm(reply, {
          oauth_token: token,
          oauth_token_secret: secret,
          // RFC 5849 section 2.1: MUST be present and set to "true".
          oauth_callback_confirmed: 'true',
        });
      },
    });
    serve(app, `${dialect.tokenCredentialsPath}${slash}`, {
      POST: async (request, reply) =>
        sendForm(
          reply,
          tokenForm(provider.issueTokenCredentials(signedRequestOf(request)), clock.nowMs()),
        ),
    });
    app.register(async (scope) =>
      serveConsent(scope, {
        path: `${dialect.authorizationPath}${slash}`,
        requests: provider.requests,
        open(query) {
          const request = provider.requests.find(query.get('oauth_token') ?? '');
          return request && { kind: 'question', request };
        },
        // RFC 5849 section 2.2.
        grant: ({ id, asked }) => ({ oauth_token: id, oauth_verifier: asked.verifier }),
        deny: ({ id }) => ({ oauth_token: id, ...dialect.denial }),
      }),
    );
  }
}

function tokenForm(
  { token, secret, session }: TokenCredentials,
  nowMs: number,
): Readonly<Record<string, string>> {
  const secondsUntil = (moment: number) => String(Math.floor((moment - nowMs) / 1000));
  return {
    oauth_token: token,
    oauth_token_secret: secret,
    ...(session !== null && {
      oauth_expires_in: secondsUntil(session.tokenEndsAtMs),
      oauth_session_handle: session.handle,
      oauth_authorization_expires_in: secondsUntil(session.endsAtMs),
    }),
  };
}
