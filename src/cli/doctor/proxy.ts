import type { Context, Environment } from '../../context.ts';
import { type Finding, ok, warning } from './finding.ts';

/** Programs differ in which spelling they know. */
const spellings = (...names: string[]) => names.flatMap((name) => [name, name.toLowerCase()]);

const proxyVariables = spellings('HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY');
const exceptionVariables = spellings('NO_PROXY');

export async function checkProxy({ env, system }: Context): Promise<Finding> {
  const [first] = set(proxyVariables, env);
  if (first === undefined) return ok('No proxy is set.');
  const malformed = set(proxyVariables, env).find((name) => !isProxyUrl(env[name] ?? ''));
  // The value is not shown: it may hold a password.
  if (malformed !== undefined) {
    return warning(
      `${malformed} is not the URL of a proxy.`,
      'Write it as http://HOST:PORT, or unset it.',
    );
  }
  const exception = set(exceptionVariables, env).find((name) => !entries(env[name]).every(isHost));
  if (exception !== undefined) {
    return warning(
      `${exception} holds something that is not the name or address of a host.`,
      'Write it like 127.0.0.1,localhost,.example.com, without http:// and without paths.',
    );
  }
  if (isUsed(env, system.nodeVersion)) return ok(`Hosts are asked by way of ${first}.`);
  return warning(
    `${first} is set, but bitbranch connects to hosts directly.`,
    'Where only the proxy leads out, run bitbranch on Node 24.5 or later with NODE_USE_ENV_PROXY=1.',
  );
}

/** The variable by which a program would ask a proxy even for 127.0.0.1. */
export function proxyForLoopback(env: Environment): string | undefined {
  const exceptions = set(exceptionVariables, env).flatMap((name) => entries(env[name]));
  const isExcepted = exceptions.some((entry) => /^(\*|127\.(0\.0\.1|\*|0\.0\.0\/8))$/.test(entry));
  return isExcepted ? undefined : set(spellings('HTTP_PROXY', 'ALL_PROXY'), env)[0];
}

/** From this version on, Node's own HTTP client goes by the variables where it is told to. */
function isUsed(env: Environment, nodeVersion: string): boolean {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  return env['NODE_USE_ENV_PROXY'] === '1' && (major > 24 || (major === 24 && minor >= 5));
}

function set(names: readonly string[], env: Environment): readonly string[] {
  return names.filter((name) => env[name]);
}

function entries(list = ''): readonly string[] {
  return list.split(/[\s,]+/).filter((entry) => entry !== '');
}

function isProxyUrl(text: string): boolean {
  return URL.canParse(text) && /^(https?|socks[45]?[ah]?):$/.test(new URL(text).protocol);
}

/** A name, a domain that begins with a dot or `*.`, an address, a range of addresses; with or without a port. */
function isHost(entry: string): boolean {
  return /^(\*|[\w.*-]+|\[?[\da-f:.]+\]?)(\/\d+)?(:\d+)?$/i.test(entry);
}
