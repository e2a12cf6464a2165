import { clockDifference } from '../../auth/server-clock.ts';
import type { Host } from '../../bitbucket/hosts.ts';
import type { Context, HttpResponse } from '../../context.ts';
import { BitbranchError } from '../../errors.ts';
import { type Finding, ok } from './finding.ts';

export interface HostAnswer {
  /** Whether it told its time, in the header `Date`. */
  readonly hasTime: boolean;
  /** As {@link clockDifference} words it. */
  readonly clockDifference: string | null;
}

/**
 * Asks for nothing but the headers: of the REST API and, where that is another server, of the pages. The API is asked where it
 * answers with JSON whoever asks, or refuses.
 * @throws {BitbranchError} `network`, `timeout` or `server`
 */
export async function askHost(host: Host, context: Context): Promise<HostAnswer> {
  const path = host.kind === 'cloud' ? '/2.0/user' : '/rest/api/latest/application-properties';
  const [response] = await Promise.all([
    askApi(`${host.apiUrl}${path}`, context),
    ...(host.apiUrl === host.url ? [] : [ask(host.url, context)]),
  ]);
  return {
    hasTime: !Number.isNaN(Date.parse(response.header('date') ?? '')),
    clockDifference: clockDifference(response, context),
  };
}

async function askApi(url: string, context: Context): Promise<HttpResponse> {
  const response = await ask(url, context);
  const isPage = /^text\/html\b/i.test(response.header('content-type') ?? '');
  if (response.status !== 200 || !isPage) return response;
  throw new BitbranchError(
    'server',
    `${new URL(url).host} is reached, but answers with a web page where a Bitbucket has its REST API.`,
    {
      hint: 'Check that --host and --kind name a Bitbucket, and that no proxy or sign-in page answers in its place.',
    },
  );
}

async function ask(url: string, { http }: Context): Promise<HttpResponse> {
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
