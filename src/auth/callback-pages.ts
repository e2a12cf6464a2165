import type { BitbranchError } from '../errors.ts';
import { escapeHtml, type RenderedPage, renderPage, type Tone } from '../page.ts';

/** How a sign-in ended after its callback was accepted. */
export type CallbackOutcome =
  /** `accountName` is null where the consumer may not see who signed in. */
  | { readonly kind: 'signed-in'; readonly accountName: string | null; readonly hostName: string }
  | { readonly kind: 'failed'; readonly message: string; readonly hint?: string | undefined };

/** The page for the browser that brought the callback, once the sign-in has ended. */
export function outcomePage(outcome: CallbackOutcome): RenderedPage {
  if (outcome.kind === 'failed') return failurePage('Sign-in failed', outcome);
  const { accountName, hostName } = outcome;
  const rows = [
    ...(accountName === null ? [] : [row('Account', accountName)]),
    row('Bitbucket', hostName),
  ];
  return callbackPage(
    'success',
    'You are signed in',
    `<p>You can close this tab and go back to the terminal.</p>
<dl>${rows.join('')}</dl>`,
  );
}

/** The page for a callback that ended the sign-in because the person or the server said no. */
export function refusalPage(error: BitbranchError): RenderedPage {
  const title = error.code === 'sign_in_denied' ? 'Access was denied' : 'Sign-in failed';
  return failurePage(title, error);
}

/** The page for every request that is not the callback waited for; it tells a stranger nothing. */
export function strayPage(): RenderedPage {
  return callbackPage(
    'failure',
    'Nothing to see here',
    `<p>This address takes the answer of one Bitbucket sign-in, and this request is not that answer. Nothing was changed.</p>
<p class="quiet">If you are signing in, use the tab that bitbranch opened, or the address that it printed in the terminal.</p>`,
  );
}

/** The page for a callback that comes after the sign-in took one or gave up. */
export function spentPage(): RenderedPage {
  return callbackPage(
    'failure',
    'Already finished',
    `<p>This sign-in has its answer, or was stopped before one came. The terminal says how it ended; opening this page again changed nothing.</p>
<p class="quiet">To start afresh, sign in again from the terminal.</p>`,
  );
}

/** The page for a failure inside the callback server itself. */
export function brokenPage(): RenderedPage {
  return callbackPage(
    'failure',
    'Something went wrong',
    `<p>bitbranch could not handle this request, and the sign-in still waits.</p>
<p class="quiet">To start afresh, stop it in the terminal and sign in again.</p>`,
  );
}

interface Failure {
  readonly message: string;
  readonly hint?: string | undefined;
}

function failurePage(title: string, { message, hint }: Failure): RenderedPage {
  const nextStep = hint === undefined ? '' : `\n<p>${escapeHtml(hint)}</p>`;
  return callbackPage(
    'failure',
    title,
    `<p>${escapeHtml(message)}</p>${nextStep}
<p class="quiet">You can close this tab. The terminal says the same.</p>`,
  );
}

function row(term: string, value: string): string {
  return `<div><dt>${term}</dt><dd><bdi>${escapeHtml(value)}</bdi></dd></div>`;
}

/** Verifiers and codes leak by the address bar and the history (RFC 9700 section 4.3.1), so the query goes at once. */
function callbackPage(tone: Tone, title: string, body: string): RenderedPage {
  return renderPage({
    title,
    tone,
    body,
    script: "history.replaceState(null, '', location.pathname)",
  });
}
