import { settingsOf } from '../../auth/accounts.ts';
import { type Host, isBitbucketOrg } from '../../bitbucket/hosts.ts';
import type { Protocol } from '../../credentials/credential.ts';
import type { Settings } from '../../credentials/settings.ts';

/** How `login` signs in when nothing else is asked for: as last time, else as is usual at such a host. */
export function usualProtocol({ url }: Host, settings: Settings): Protocol {
  const last = settingsOf(settings, url)?.protocol ?? 'oauth1';
  return last === 'oauth1' ? consumerProtocol(url) : last;
}

/** bitbucket.org has refused OAuth 1.0a since 2026; every other host is taken to be one that knows it. */
function consumerProtocol(hostUrl: string): 'oauth1' | 'oauth2' {
  return isBitbucketOrg(hostUrl) ? 'oauth2' : 'oauth1';
}
