import { escapeHtml, type RenderedPage, renderPage } from '../../page.ts';
import { account } from '../account.ts';
import type { AccessRequest, Question } from './requests.ts';

/** Asks the person: who wants access, as whom, to what. One form, sent to `action`, no scripts. */
export function consentPage(
  { id, antiForgery, asked: { consumerKey, meanings, callback } }: AccessRequest<Question>,
  action: string,
): RenderedPage {
  return renderPage({
    title: 'Grant access to this sandbox?',
    tone: 'question',
    body: `<p>A program on this machine asks to act for you in the embedded Bitbucket. There are no real accounts here, and nothing leaves this machine.</p>
<dl>
<div><dt>Consumer</dt><dd><code>${escapeHtml(consumerKey)}</code></dd></div>
<div><dt>You are</dt><dd>${escapeHtml(account.displayName)} (${escapeHtml(account.username)})</dd></div>
<div><dt>It may</dt><dd>${meanings.map(escapeHtml).join('<br>')}</dd></div>
<div><dt>Back to</dt><dd>${callback === null ? 'a code that you type in' : `<code>${escapeHtml(new URL(callback).host)}</code>`}</dd></div>
</dl>
<form method="post" action="${escapeHtml(action)}">
<input type="hidden" name="access_request" value="${escapeHtml(id)}">
<input type="hidden" name="anti_forgery" value="${escapeHtml(antiForgery)}">
<button type="submit" name="decision" value="grant">Grant access</button>
<button type="submit" name="decision" value="deny">Deny</button>
</form>`,
    // Chromium holds the redirect that answers the form to this policy as well.
    formAction: ["'self'", ...(callback === null ? [] : [policySource(new URL(callback))])],
  });
}

/** An origin as a content security policy can name it; it has no way to write an IPv6 address. */
function policySource({ origin, hostname, port }: URL): string {
  return hostname.startsWith('[') ? `http://*:${port || 80}` : origin;
}

/** For a program that can't be sent back to: the person carries the verifier over. */
export function verifierPage(verifier: string): RenderedPage {
  return renderPage({
    title: 'Access granted',
    tone: 'success',
    body: `<p>Type this code into the program that asked:</p><p><code>${escapeHtml(verifier)}</code></p>`,
  });
}

export function deniedPage(): RenderedPage {
  return renderPage({
    title: 'Access denied',
    tone: 'failure',
    body: '<p>The program that asked was given nothing. You can close this page.</p>',
  });
}

export function decidedPage(): RenderedPage {
  return renderPage({
    title: 'This request was already answered',
    tone: 'failure',
    body: '<p>Access is granted or denied once for each sign-in. If it did not go through, start the sign-in again in the program that asked.</p>',
  });
}

export function refusedPage(): RenderedPage {
  return renderPage({
    title: 'This request is not known',
    tone: 'failure',
    body: '<p>It is complete, it has expired after 10 minutes, or the address of this page was changed on its way. Start the sign-in again in the program that asked.</p>',
  });
}

/** In the words of Cloud, which sends the browser nowhere in this case either. */
export function invalidRedirectUriPage(): RenderedPage {
  return renderPage({
    title: 'Invalid redirect_uri',
    tone: 'failure',
    body: '<p>The program that asked is misconfigured: its callback does not fit the one that is registered. The sandbox takes every <code>http</code> callback on a loopback address.</p>',
  });
}

export function unknownClientPage(): RenderedPage {
  return renderPage({
    title: 'Invalid client_id',
    tone: 'failure',
    body: '<p>No consumer with this key is registered here.</p>',
  });
}
