import { BitbranchError } from '../errors.ts';
import { codeOf, explained, networkError, proxyFailure } from './network-errors.ts';
import type { ChosenProxy } from './proxy-choice.ts';

const refusal = 'PROXY_REFUSAL_';

/** The code of an error that stands for a failure on the way to the proxy. */
export const proxyCode = (code: string) => proxyFailure + code;

/** The code of an error that stands for the proxy's answer to CONNECT. */
export const refusalCode = (status: number) => refusal + status;

/** What a failure of a request by way of a proxy means for a person: the proxy's own, or the host's behind it. */
export function proxyError(thrown: unknown, url: string, proxy: ChosenProxy): BitbranchError {
  const code = codeOf(thrown);
  const { host } = new URL(url);
  if (code.startsWith(refusal)) return refused(Number(code.slice(refusal.length)), host, proxy);
  if (code.startsWith(proxyFailure))
    return failed(code.slice(proxyFailure.length), host, proxy, thrown);
  return networkError(thrown, url, `${host} (by way of the proxy ${proxy.url.host})`);
}

function failed(code: string, host: string, proxy: ChosenProxy, cause: unknown): BitbranchError {
  const { variable, url } = proxy;
  const who = `${url.host} (the proxy that ${variable} names)`;
  const error = explained(code === '' ? 'ECONNRESET' : code, who, cause);
  return new BitbranchError(error.code, error.message, {
    hint: `Check ${variable}, or name ${host} in NO_PROXY if it can be reached without a proxy. ${error.hint}`,
    cause,
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
  });
}

/** RFC 9110 section 15. */
function refused(status: number, host: string, { url, variable }: ChosenProxy): BitbranchError {
  const name = `The proxy ${url.host}`;
  if (status === 407) {
    const isNamed = url.username !== '';
    return new BitbranchError(
      'network',
      isNamed
        ? `${name} does not accept the user name and password that ${variable} holds.`
        : `${name} asks for a user name and password.`,
      {
        hint: `Set ${variable} to http://USER:PASSWORD@${url.host}, with special characters percent-encoded; of the ways to sign in to a proxy, bitbranch knows Basic.`,
      },
    );
  }
  if (status === 403) {
    return new BitbranchError('network', `${name} does not let requests through to ${host}.`, {
      hint: `Ask whoever runs the proxy to allow ${host}, or name it in NO_PROXY if it can be reached without a proxy.`,
    });
  }
  if (status >= 502 && status <= 504) {
    return new BitbranchError('network', `${name} can't reach ${host} (status ${status}).`, {
      hint: `Check the name of the host, or name it in NO_PROXY if it can be reached without a proxy.`,
      retryAfterMs: 0,
    });
  }
  return new BitbranchError(
    'network',
    `${name} opens no connection to ${host} (status ${status}).`,
    {
      hint: `Check that ${variable} names an HTTP proxy, and ask whoever runs it.`,
    },
  );
}
