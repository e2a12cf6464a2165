import { type Host, hostAt, isBitbucketOrg } from '../bitbucket/hosts.ts';
import type { HostKind } from '../credentials/credential.ts';
import type { Settings } from '../credentials/settings.ts';
import { settingsOf } from './accounts.ts';

/** The host at a base URL, of the kind asked for, else as remembered, else as its name tells. */
export function knownHost(url: string, wanted: HostKind | undefined, settings: Settings): Host {
  if (isBitbucketOrg(url)) return hostAt(url, 'cloud');
  return hostAt(url, wanted ?? settingsOf(settings, url)?.kind ?? 'datacenter');
}
