import { openSession } from '../../auth/session.ts';
import { type ApiClient, createApiClient } from '../../bitbucket/api-client.ts';
import type { Host } from '../../bitbucket/hosts.ts';
import type { OnWait } from '../../bitbucket/retry.ts';
import type { Context } from '../../context.ts';
import { accountWish } from '../account-choice.ts';
import type { HostSources } from '../host-choice.ts';
import { maxWaitMs } from '../options.ts';

/** The API client of a host: a session each, however often it is asked for. */
export type ApiClients = (host: Host) => Promise<ApiClient>;

/** @param onOpen called when the credential of a host has been read, and the host is about to be asked */
export function apiClients(
  { args, settings }: HostSources,
  { onOpen, onWait }: { onOpen(): void; readonly onWait: OnWait },
  context: Context,
): ApiClients {
  const waitMs = maxWaitMs(args);
  const clients = new Map<string, Promise<ApiClient>>();

  async function connect(host: Host): Promise<ApiClient> {
    const session = await openSession(host, await accountWish(args, context), settings, context);
    onOpen();
    return createApiClient({ ...context, ...session, maxWaitMs: waitMs, onWait });
  }

  return (host) => {
    const client = clients.get(host.url) ?? connect(host);
    clients.set(host.url, client);
    return client;
  };
}
