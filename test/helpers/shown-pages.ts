import { createServer } from 'node:http';
import {
  brokenPage,
  outcomePage,
  refusalPage,
  spentPage,
  strayPage,
} from '../../src/auth/callback-pages.ts';
import { BitbranchError } from '../../src/errors.ts';
import type { RenderedPage } from '../../src/page.ts';
import {
  consentPage,
  decidedPage,
  deniedPage,
  invalidRedirectUriPage,
  refusedPage,
  unknownClientPage,
  verifierPage,
} from '../../src/sandbox/consent/pages.ts';
import type { AccessRequest, Question } from '../../src/sandbox/consent/requests.ts';
import { listenOnLoopback } from './loopback.ts';

const request: AccessRequest<Question> = {
  id: 'request',
  antiForgery: 'token',
  expiresAtMs: 0,
  decision: 'open',
  asked: {
    consumerKey: 'sandbox-consumer',
    meanings: ['Read who you are', 'Read your repositories'],
    callback: 'http://127.0.0.1:49152/callback',
  },
};

const longName = 'a-rather-long-name'.repeat(8);

/** Every page that a browser can be shown, with what it typically says; `-long` where no word fits into a line. */
export const shownPages: Readonly<Record<string, RenderedPage>> = {
  consent: consentPage(request, '/api/1.0/oauth/authenticate'),
  'consent-long': consentPage(
    { ...request, asked: { ...request.asked, consumerKey: longName, callback: null } },
    '/api/1.0/oauth/authenticate',
  ),
  'signed-in': outcomePage({
    kind: 'signed-in',
    accountName: 'maria',
    hostName: 'bitbucket.org',
  }),
  'signed-in-long': outcomePage({
    kind: 'signed-in',
    accountName: longName,
    hostName: `${longName}.example`,
  }),
  denied: refusalPage(
    new BitbranchError('sign_in_denied', 'Access was denied on the consent page.', {
      hint: 'Nothing was stored. Sign in again.',
    }),
  ),
  failed: outcomePage({
    kind: 'failed',
    message: 'The server refused the time of the request: your clock is 9 minutes slow.',
    hint: "Check this computer's clock. Sign in again.",
  }),
  'failed-long': outcomePage({ kind: 'failed', message: `${longName} was refused.` }),
  stray: strayPage(),
  spent: spentPage(),
  broken: brokenPage(),
  verifier: verifierPage('1234567890'),
  'sandbox-denied': deniedPage(),
  'sandbox-decided': decidedPage(),
  'sandbox-refused': refusedPage(),
  'sandbox-redirect-uri': invalidRedirectUriPage(),
  'sandbox-client': unknownClientPage(),
};

/** The pages by their names on a server of its own, with the headers that the program sends. */
export async function servePages(): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer(({ url = '' }, response) => {
    const page = shownPages[url.slice(1)];
    if (page === undefined) response.writeHead(404).end();
    else response.writeHead(200, page.headers).end(page.html);
  });
  const port = await listenOnLoopback(server);
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
