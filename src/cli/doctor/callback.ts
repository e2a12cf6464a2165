import { type CallbackServer, startCallbackServer } from '../../auth/callback-server.ts';
import type { Context } from '../../context.ts';
import { BitbranchError } from '../../errors.ts';
import type { Arguments } from '../arguments.ts';
import { callbackPath, callbackPort } from '../options.ts';
import { type Finding, ok, warning } from './finding.ts';
import { proxyForLoopback } from './proxy.ts';

/** @throws {BitbranchError} `usage` when the port can't be had, `network` when nothing comes through to it */
export async function checkCallback(args: Arguments, context: Context): Promise<Finding> {
  const port = callbackPort(args, context.env);
  const server = await startCallbackServer({ port, path: callbackPath(args) });
  try {
    if (!(await isReached(server, context))) throw notReached(server);
  } finally {
    await server.close();
  }
  const proxy = proxyForLoopback(context.env);
  if (proxy !== undefined) {
    return warning(
      `A browser that goes by ${proxy} may ask the proxy for 127.0.0.1, and then never comes back here.`,
      'Add 127.0.0.1 and localhost to NO_PROXY.',
    );
  }
  const which = port === 0 ? 'A free port' : `Port ${port}`;
  return ok(`${which} of 127.0.0.1, where the browser comes back to, is bound and reached.`);
}

/** Whether it was this server, and nothing in its place, that was asked. */
async function isReached(
  { redirectUri, receive }: CallbackServer,
  { http }: Context,
): Promise<boolean> {
  const ending = new AbortController();
  let isAsked = false;
  const wait = receive(() => {
    isAsked = true;
    return { verdict: 'ignore' };
  }, ending.signal);
  wait.catch(() => {}); // it ends by the signal
  try {
    const response = await http.send({ method: 'GET', url: redirectUri });
    await response.text();
    return isAsked;
  } finally {
    ending.abort();
  }
}

function notReached({ redirectUri }: CallbackServer): BitbranchError {
  const { host } = new URL(redirectUri);
  return new BitbranchError('network', `Something else answers in the place of ${host}.`, {
    hint: 'Add 127.0.0.1 to NO_PROXY if a proxy is set, and check the firewall of this computer.',
  });
}
