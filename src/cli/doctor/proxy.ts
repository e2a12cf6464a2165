import type { Host } from '../../bitbucket/hosts.ts';
import type { Context, Environment } from '../../context.ts';
import { type Finding, ok, warning } from './finding.ts';

/** Programs differ in which spelling they know. */
const spellings = (...names: string[]) => names.flatMap((name) => [name, name.toLowerCase()]);

const proxyVariables = spellings('HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY');
const exceptionVariables = spellings('NO_PROXY');

/** @throws {BitbranchError} `usage` for a variable that names no proxy that can be used */
export async function checkProxy(
  { apiUrl, name }: Pick<Host, 'apiUrl' | 'name'>,
  { env, system }: Context,
): Promise<Finding> {
  const [first] = set(proxyVariables, env);
  if (first === undefined) return ok('No proxy is set.');
  const proxy = await system.proxyFor(apiUrl);
  const exception = set(exceptionVariables, env).find((name) => !entries(env[name]).every(isHost));
  // The value is not shown: it may hold a password.
  if (exception !== undefined) {
    return warning(
      `${exception} holds something that is not the name or address of a host.`,
      'Write it like 127.0.0.1,localhost,.example.com, without http:// and without paths.',
    );
  }
  if (proxy !== null) {
    return ok(`${name} is asked by way of the proxy ${proxy.host} (${proxy.variable}).`);
  }
  if (set(spellings('HTTPS_PROXY', 'ALL_PROXY'), env).length > 0 || !isHttps(apiUrl)) {
    return ok(
      `${first} is set, but ${name} is asked directly: it is this computer, or in NO_PROXY.`,
    );
  }
  return warning(
    `${first} is set, but it counts for http:// only, and ${name} is asked by https://.`,
    'Where only the proxy leads out, set HTTPS_PROXY too.',
  );
}

/** The variable by which a program would ask a proxy even for 127.0.0.1. */
export function proxyForLoopback(env: Environment): string | undefined {
  const exceptions = set(exceptionVariables, env).flatMap((name) => entries(env[name]));
  const isExcepted = exceptions.some((entry) => /^(\*|127\.(0\.0\.1|\*|0\.0\.0\/8))$/.test(entry));
  return isExcepted ? undefined : set(spellings('HTTP_PROXY', 'ALL_PROXY'), env)[0];
}

function set(names: readonly string[], env: Environment): readonly string[] {
  return names.filter((name) => env[name]);
}

function entries(list = ''): readonly string[] {
  return list.split(/[\s,]+/).filter((entry) => entry !== '');
}

function isHttps(url: string): boolean {
  return url.startsWith('https:');
}

/** A name, a domain that begins with a dot or `*.`, an address, a range of addresses; with or without a port. */
function isHost(entry: string): boolean {
  return /^(\*|[\w.*-]+|\[?[\da-f:.]+\]?)(\/\d+)?(:\d+)?$/i.test(entry);
}
