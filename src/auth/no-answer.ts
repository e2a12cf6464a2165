import type { Host } from '../bitbucket/hosts.ts';
import type { HostKind } from '../credentials/credential.ts';
import { BitbranchError, signInAgain } from '../errors.ts';

export interface VainWait {
  readonly host: Host;
  readonly protocol: 'oauth1' | 'oauth2';
  readonly redirectUri: string;
  readonly timeoutMs: number;
}

/** The wait for the browser ran out. A server that dislikes the redirect URI shows a page and never sends the browser back. */
export function noAnswer({ host, protocol, redirectUri, timeoutMs }: VainWait): BitbranchError {
  const seconds = timeoutMs === 1000 ? '1 second' : `${timeoutMs / 1000} seconds`;
  const wait = `No answer came from the browser within ${seconds}.`;
  const decide = `Decide on the page of ${host.name}; --timeout gives you longer.`;
  const advice = protocol === 'oauth2' ? ` ${redirectAdvice(host.kind, redirectUri)}` : '';
  return new BitbranchError('timeout', wait, { hint: `${decide}${advice} ${signInAgain}` });
}

function redirectAdvice(kind: HostKind, redirectUri: string): string {
  const { pathname } = new URL(redirectUri);
  return kind === 'cloud'
    ? `If the page said "Invalid redirect_uri", set the callback URL of the consumer to http://127.0.0.1${pathname} (without a port).`
    : `If the page refused the redirect URI, an administrator has to register ${redirectUri} exactly, so pin the port with --callback-port; ` +
        'Data Center wants https there unless it is started with -Datlassian.oauth2.provider.skip.redirect.url.https.requirement=true.';
}
