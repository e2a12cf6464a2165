import { BlockList, isIP } from 'node:net';
import type { Environment } from '../context.ts';
import { BitbranchError } from '../errors.ts';

export interface ChosenProxy {
  /** Of its own server; it may hold a user name and a password. */
  readonly url: URL;
  /** The environment variable that names it. */
  readonly variable: string;
}

/**
 * The proxy by way of which a URL is asked, by the variables that other programs go by too; null where it is asked directly,
 * as this computer itself always is.
 * @throws {BitbranchError} `usage` for a variable that names none that can be used
 */
export function proxyFor(target: string, env: Environment): ChosenProxy | null {
  const url = new URL(target);
  const variable = [
    ...spellings(`${url.protocol.slice(0, -1)}_proxy`),
    ...spellings('all_proxy'),
  ].find((name) => env[name]);
  if (variable === undefined || isLoopback(url.hostname) || isExcepted(url, env)) return null;
  return { variable, url: proxyUrl(env[variable] ?? '', variable) };
}

/** Programs differ in which spelling they know. */
function spellings(name: string): readonly string[] {
  return [name, name.toUpperCase()];
}

function isLoopback(hostname: string): boolean {
  return /^(127(\.\d+){3}|\[::1\]|(.*\.)?localhost)$/.test(hostname);
}

function isExcepted({ protocol, hostname, port }: URL, env: Environment): boolean {
  const host = withoutBrackets(hostname);
  const targetPort = port || (protocol === 'https:' ? '443' : '80');
  return entries(env['no_proxy'] || env['NO_PROXY']).some((entry) => {
    const { name, prefix, port = targetPort } = parts(entry);
    return (
      port === targetPort && (isIP(name) === 0 ? isNamed(host, name) : isIn(host, name, prefix))
    );
  });
}

function entries(list = ''): readonly string[] {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
}

/** `example.com:8080`, `10.0.0.0/8`, `[::1]:8080`, `::1`. */
function parts(entry: string): {
  name: string;
  prefix?: string | undefined;
  port?: string | undefined;
} {
  if (isIP(entry) !== 0) return { name: entry };
  const [, name = '', prefix, port] = /^(.*?)(?:\/(\d+))?(?::(\d+))?$/.exec(entry) ?? [];
  return { name: withoutBrackets(name), prefix, port };
}

function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/** A name stands for its subdomains too, as it does with a dot or `*.` before it; `*` stands for anything. */
function isNamed(host: string, name: string): boolean {
  const pattern = name
    .replace(/^\*?\./, '')
    .replace(/[^\w*-]/g, '\\$&')
    .replace(/\*+/g, '.*');
  return new RegExp(`^(.*\\.)?${pattern}$`).test(host);
}

function isIn(host: string, network: string, prefix: string | undefined): boolean {
  const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');
  const longest = isIP(network) === 6 ? 128 : 32;
  const list = new BlockList();
  list.addSubnet(network, Math.min(Number(prefix ?? longest), longest), family(network));
  return isIP(host) !== 0 && list.check(host, family(host));
}

/** The text is not shown in a message: it may hold a password. */
function proxyUrl(text: string, variable: string): URL {
  const address = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  if (url?.protocol.startsWith('socks')) {
    throw new BitbranchError(
      'usage',
      `${variable} names a SOCKS proxy, and bitbranch knows how to ask HTTP proxies only.`,
      {
        hint: 'Set HTTPS_PROXY to an HTTP proxy (http://HOST:PORT), or name the host in NO_PROXY to ask it directly.',
      },
    );
  }
  throw new BitbranchError('usage', `${variable} is not the URL of a proxy.`, {
    hint: 'Write it as http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, with special characters percent-encoded, or unset it.',
  });
}
