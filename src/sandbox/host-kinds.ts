import type { Realm } from './authentication.ts';
import { cloudOAuth1 } from './cloud/oauth1-dialect.ts';
import { cloudOAuth2 } from './cloud/oauth2-dialect.ts';
import { type ApplicationLink, applicationLinks } from './data-center/application-links.ts';
import { dataCenterOAuth1 } from './data-center/oauth1-dialect.ts';
import { dataCenterOAuth2 } from './data-center/oauth2-dialect.ts';
import type { GivenToken } from './given-tokens.ts';
import { OAuth1Provider } from './oauth1/provider.ts';
import { hmacSha1Check } from './oauth1/signature.ts';
import type { Client } from './oauth2/client-authentication.ts';
import type { OAuth2Dialect } from './oauth2/dialect.ts';
import { OAuth2Provider } from './oauth2/provider.ts';
import { meaningsOf, type Permission } from './permission.ts';

export interface HostKind extends Realm {
  readonly oauth2Dialect: OAuth2Dialect;
}

export interface HostKindOptions {
  readonly consumer: Client;
  readonly clock: { nowMs(): number };
  readonly permissions?: readonly Permission[];
  readonly applicationLinks?: readonly ApplicationLink[];
  readonly tokens: () => readonly GivenToken[];
  readonly tokenLifetimeSeconds?: number;
}

const fiveYearsInSeconds = 5 * 365 * 24 * 60 * 60;
const allPermissions = ['account', 'repository', 'repository:write'] as const;

/**
 * The two kinds of host, which share account and consumer, but no credential.
 * @throws {BitbranchError} `usage` for an application link without a public key
 */
export function hostKinds({
  consumer,
  clock,
  permissions = allPermissions,
  applicationLinks: links = [],
  tokens,
  tokenLifetimeSeconds,
}: HostKindOptions): { readonly cloud: HostKind; readonly dataCenter: HostKind } {
  const cloudDialect = cloudOAuth2(permissions, tokenLifetimeSeconds);
  const cloud: HostKind = {
    hostKind: 'cloud',
    oauth1: new OAuth1Provider({
      consumers: {
        signatureMethod: 'HMAC-SHA1',
        signatureCheck: (key) =>
          key === consumer.key ? hmacSha1Check(consumer.secret) : undefined,
      },
      meanings: meaningsOf(permissions),
      tokenLifetimeSeconds: null,
      clock,
    }),
    oauth1Dialect: cloudOAuth1,
    permissions,
    oauth2: new OAuth2Provider(consumer, cloudDialect, clock),
    oauth2Dialect: cloudDialect,
    tokens,
  };
  const dataCenterDialect = dataCenterOAuth2(tokenLifetimeSeconds);
  const dataCenter: HostKind = {
    hostKind: 'datacenter',
    oauth1: new OAuth1Provider({
      consumers: applicationLinks(links),
      meanings: meaningsOf(allPermissions),
      tokenLifetimeSeconds: tokenLifetimeSeconds ?? fiveYearsInSeconds,
      clock,
    }),
    oauth1Dialect: dataCenterOAuth1,
    permissions: allPermissions,
    oauth2: new OAuth2Provider(consumer, dataCenterDialect, clock),
    oauth2Dialect: dataCenterDialect,
    tokens,
  };
  return { cloud, dataCenter };
}
