import { withCallbackPort } from '../../auth/accounts.ts';
import type { Host } from '../../bitbucket/hosts.ts';
import type { Context } from '../../context.ts';
import type { Protocol } from '../../credentials/credential.ts';

/** Whether a server compares the port of the redirect URI too, which others leave free (RFC 8252 section 7.3). */
export function isPortRegistered(host: Host, protocol: Protocol): boolean {
  return host.kind === 'datacenter' && protocol === 'oauth2';
}

/** Has the next sign-in use the same port where it has to; 0 was any free one. */
export async function rememberPort(
  host: Host,
  protocol: Protocol,
  callbackPort: number,
  { settings }: Pick<Context, 'settings'>,
): Promise<void> {
  if (callbackPort === 0 || !isPortRegistered(host, protocol)) return;
  await settings.update((current) => withCallbackPort(current, host.url, callbackPort));
}
