import type { FastifyInstance, FastifyReply } from 'fastify';
import type { RenderedPage } from '../../page.ts';
import { equalInConstantTime } from '../constant-time.ts';
import { acceptForms, formBodyOf, serve, singleValues } from '../http.ts';
import { consentPage, decidedPage, deniedPage, refusedPage, verifierPage } from './pages.ts';
import type { AccessRequest, AccessRequests, Question } from './requests.ts';

type Parameters = Readonly<Record<string, string>>;

/** What opening the page leads to. */
export type Opening<Asked extends Question> =
  | { readonly kind: 'question'; readonly request: AccessRequest<Asked> }
  | { readonly kind: 'page'; readonly page: RenderedPage }
  | { readonly kind: 'redirect'; readonly callback: string; readonly parameters: Parameters };

export interface ConsentRoutes<Asked extends Question> {
  readonly path: string;
  readonly requests: AccessRequests<Asked>;
  /** The request that the query of the page's address makes or names; undefined for none. */
  open(query: ReadonlyMap<string, string>): Opening<Asked> | undefined;
  /** What the callback is told. */
  grant(request: AccessRequest<Asked>): Parameters;
  deny(request: AccessRequest<Asked>): Parameters;
}

/** Serves a consent page, and takes the decision that its form sends. */
export function serveConsent<Asked extends Question>(
  app: FastifyInstance,
  routes: ConsentRoutes<Asked>,
): void {
  acceptForms(app);
  serve(app, routes.path, {
    GET: async (request, reply) => {
      const query = singleValues(new URL(request.raw.url ?? '', 'http://localhost').search);
      const opening = query === null ? undefined : routes.open(query);
      return open(reply, routes.path, opening);
    },
    POST: async (request, reply) => decide(reply, routes, singleValues(formBodyOf(request))),
  });
}

function open(
  reply: FastifyReply,
  path: string,
  opening: Opening<Question> | undefined,
): FastifyReply {
  switch (opening?.kind) {
    case undefined:
      return sendPage(reply, 400, refusedPage());
    case 'page':
      return sendPage(reply, 400, opening.page);
    case 'redirect':
      return redirect(reply, opening.callback, opening.parameters);
    case 'question': {
      const { request } = opening;
      if (request.decision !== 'open') return sendPage(reply, 410, decidedPage());
      return sendPage(reply, 200, consentPage(request, path));
    }
  }
}

function decide<Asked extends Question>(
  reply: FastifyReply,
  routes: ConsentRoutes<Asked>,
  form: ReadonlyMap<string, string> | null,
): FastifyReply {
  const request = routes.requests.find(form?.get('access_request') ?? '');
  const decision = form?.get('decision');
  if (
    request === undefined ||
    !equalInConstantTime(form?.get('anti_forgery') ?? '', request.antiForgery) ||
    (decision !== 'grant' && decision !== 'deny')
  ) {
    return sendPage(reply, 400, refusedPage());
  }
  if (request.decision !== 'open') return sendPage(reply, 410, decidedPage());

  const isGranted = decision === 'grant';
  routes.requests.decide(request, isGranted ? 'granted' : 'denied');
  const parameters = isGranted ? routes.grant(request) : routes.deny(request);
  const { callback } = request.asked;
  if (callback !== null) return redirect(reply, callback, parameters);
  const page = isGranted ? verifierPage(parameters['oauth_verifier'] ?? '') : deniedPage();
  return sendPage(reply, 200, page);
}

/** 303, so that the browser turns the POST into a GET; the callback's own query stays as it is. */
function redirect(reply: FastifyReply, callback: string, parameters: Parameters): FastifyReply {
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
  { html, headers }: RenderedPage,
): FastifyReply {
  return reply.code(status).headers(headers).send(html);
}
