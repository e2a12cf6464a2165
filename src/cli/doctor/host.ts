import { clockDifference } from '../../auth/server-clock.ts';
import type { Host } from '../../bitbucket/hosts.ts';
import type { Context } from '../../context.ts';
import { BitbranchError } from '../../errors.ts';
import { type Finding, ok } from './finding.ts';

export interface HostAnswer {
  /** Whether it told its time, in the header `Date`. */
  readonly hasTime: boolean;
  /** As {@link clockDifference} words it. */
  readonly clockDifference: string | null;
}

/**
 * Asks for nothing but the headers: of the pages and, where that is another server, of the REST API.
 * @throws {BitbranchError} `network`, `timeout` or `server`
 */
export async function askHost(host: Host, context: Context): Promise<HostAnswer> {
  const [response] = await Promise.all(
    [...new Set([host.apiUrl, host.url])].map((url) => ask(url, context)),
  );
  return {
    hasTime: !Number.isNaN(Date.parse(response?.header('date') ?? '')),
    clockDifference: response === undefined ? null : clockDifference(response, context),
  };
}

async function ask(url: string, { http }: Context) {
  const response = await http.send({ method: 'HEAD', url });
  await response.text();
  if (response.status < 500) return response;
  throw new BitbranchError(
    'server',
    `${new URL(url).host} is reached, but answers with status ${response.status}.`,
    { hint: 'The failure is on the side of the server: try again later.' },
  );
}

export async function checkHost(
  { url, name }: Host,
  answer: Promise<HostAnswer>,
): Promise<Finding> {
  await answer;
  const how = url.startsWith('https:') ? 'over TLS' : 'on this computer, without TLS';
  return ok(`${name} is reached ${how}.`);
}
