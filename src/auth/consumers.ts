import type { Host } from '../bitbucket/hosts.ts';
import type { HostSettings, Settings } from '../credentials/settings.ts';
import { settingsOf, withHost } from './accounts.ts';

/** Keys of the consumers of a host whose secrets are stored, the one used last first. */
export function consumerKeys(settings: Settings, hostUrl: string): readonly string[] {
  const { consumerKey, otherConsumerKeys = [] } = settingsOf(settings, hostUrl) ?? {};
  return consumerKey === undefined ? otherConsumerKeys : [consumerKey, ...otherConsumerKeys];
}

/**
 * The settings once the secret of a consumer was stored, so that a sign-in needs nothing typed. Who is signed in already
 * decides what kind of host it is.
 */
export function withConsumer(
  settings: Settings,
  host: Pick<Host, 'url' | 'kind'>,
  key: string,
): Settings {
  const known = settingsOf(settings, host.url);
  const isInUse = known !== undefined && Object.keys(known.accounts).length > 0;
  const kind = isInUse ? known.kind : host.kind;
  const keys = [key, ...otherKeys(settings, host.url, key)];
  return withHost(settings, host.url, withKeys({ accounts: {}, ...known, kind }, keys));
}

/** The settings once a consumer of a host was forgotten. */
export function withoutConsumer(settings: Settings, hostUrl: string, key: string): Settings {
  const known = settingsOf(settings, hostUrl);
  if (known === undefined) return settings;
  return withHost(settings, hostUrl, withKeys(known, otherKeys(settings, hostUrl, key)));
}

function otherKeys(settings: Settings, hostUrl: string, key: string): readonly string[] {
  return consumerKeys(settings, hostUrl).filter((each) => each !== key);
}

function withKeys(known: HostSettings, [first, ...others]: readonly string[]): HostSettings {
  const { consumerKey: _first, otherConsumerKeys: _others, ...rest } = known;
  return {
    ...rest,
    ...(first === undefined ? {} : { consumerKey: first }),
    ...(others.length === 0 ? {} : { otherConsumerKeys: others }),
  };
}
