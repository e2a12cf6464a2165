import type { HostKind } from '../credentials/credential.ts';
import { BitbranchError } from '../errors.ts';
import { withoutUserInfo } from './user-info.ts';

/** A Bitbucket and the addresses that it serves; all URLs are absolute and without a trailing slash. */
export interface Host {
  /** Base URL, context path included; the key under which everything about the host is stored. */
  readonly url: string;
  /** What people call it: the base URL without its scheme. */
  readonly name: string;
  readonly kind: HostKind;
  /** Where REST paths (`/2.0/…`, `/rest/…`) are appended. */
  readonly apiUrl: string;
  readonly oauth1: OAuth1Endpoints;
  readonly oauth2: OAuth2Endpoints;
  /** The page on which a person withdraws the access that was granted. */
  readonly accessPageUrl: string;
}

/** The three endpoints of RFC 5849 section 2. */
export interface OAuth1Endpoints {
  readonly temporaryCredentialsUrl: string;
  readonly authorizationUrl: string;
  readonly tokenCredentialsUrl: string;
}

/** The two endpoints of RFC 6749 section 3. */
export interface OAuth2Endpoints {
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  /** What is asked for (RFC 6749 section 3.3); null where the consumer itself says it. */
  readonly scope: string | null;
}

const bitbucketOrgUrl = 'https://bitbucket.org';
const loopbackNames = new Set(['127.0.0.1', '[::1]', 'localhost']);

export const defaultHostInput = 'bitbucket.org';

/**
 * The base URL that a host name or URL stands for: https unless it says otherwise, a context path kept, lower-case host.
 * @throws {BitbranchError} `usage` for what is no host, and for http beyond loopback.
 */
export function parseHostUrl(input: string): string {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(input) ? input : `https://${input}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && (url.username !== '' || url.password !== '')) {
    throw new BitbranchError('usage', `The URL of ${url.host} holds a user name or password.`, {
      hint: 'Give the host alone; bitbranch login asks for everything else.',
    });
  }
  if (url === null || !isPlain(url)) {
    const shown = withoutUserInfo(input);
    throw new BitbranchError('usage', `"${shown}" is not the name or URL of a host.`, {
      hint: 'Give a name such as bitbucket.org, or a URL such as https://git.example.com/bitbucket.',
    });
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopbackNames.has(url.hostname))) {
    throw new BitbranchError(
      'usage',
      `Refusing ${url.protocol}// for ${url.host}: it would send credentials unencrypted.`,
      {
        hint: 'Use https://; http:// is accepted for 127.0.0.1, [::1] and localhost only.',
      },
    );
  }
  const base = `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
  const { host, pathname } = new URL(base);
  if (!/^(?:www\.|api\.)?bitbucket\.org$/.test(host)) return base;
  if (pathname === '/') return bitbucketOrgUrl;
  throw new BitbranchError(
    'usage',
    `bitbucket.org is a host without a path, and "${input}" has one.`,
    {
      hint: 'Give bitbucket.org alone as the host; a workspace is named to the commands that list.',
    },
  );
}

/** Nothing but a host and a path, and in them nothing that a shell could take for its own: they stand in commands to copy. */
function isPlain({ host, pathname, search, hash }: URL): boolean {
  const isQuiet = /^[\w.:[\]-]+$/.test(host) && /^[\w.~%+,:@/-]*$/.test(pathname);
  return isQuiet && search === '' && hash === '';
}

export function isBitbucketOrg(hostUrl: string): boolean {
  return hostUrl === bitbucketOrgUrl;
}

/** The host behind a base URL that {@link parseHostUrl} gave. */
export function hostAt(url: string, kind: HostKind): Host {
  const name = url.replace(/^https?:\/\//, '');
  return kind === 'cloud' ? cloudHost(url, name) : dataCenterHost(url, name);
}

function cloudHost(url: string, name: string): Host {
  return {
    url,
    name,
    kind: 'cloud',
    apiUrl: isBitbucketOrg(url) ? 'https://api.bitbucket.org' : url,
    oauth1: {
      temporaryCredentialsUrl: `${url}/api/1.0/oauth/request_token`,
      authorizationUrl: `${url}/api/1.0/oauth/authenticate`,
      tokenCredentialsUrl: `${url}/api/1.0/oauth/access_token`,
    },
    oauth2: {
      authorizationUrl: `${url}/site/oauth2/authorize`,
      tokenUrl: `${url}/site/oauth2/access_token`,
      scope: null,
    },
    accessPageUrl: `${url}/account/settings/app-authorizations/`,
  };
}

function dataCenterHost(url: string, name: string): Host {
  return {
    url,
    name,
    kind: 'datacenter',
    apiUrl: url,
    oauth1: {
      temporaryCredentialsUrl: `${url}/plugins/servlet/oauth/request-token`,
      authorizationUrl: `${url}/plugins/servlet/oauth/authorize`,
      tokenCredentialsUrl: `${url}/plugins/servlet/oauth/access-token`,
    },
    oauth2: {
      authorizationUrl: `${url}/rest/oauth2/latest/authorize`,
      tokenUrl: `${url}/rest/oauth2/latest/token`,
      scope: 'REPO_READ',
    },
    accessPageUrl: `${url}/plugins/servlet/oauth/users/access-tokens`,
  };
}
