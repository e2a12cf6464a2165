import type { ApiAnswer } from '../../bitbucket/api-client.ts';
import type { Context, HttpResponse, Output } from '../../context.ts';
import { apiRequest } from '../api/api-request.ts';
import type { Arguments } from '../arguments.ts';
import { namedHost, onlyHost } from '../host-choice.ts';
import { apiClients } from '../listing/api-clients.ts';
import { listingNotices, waitNote } from '../listing/notices.ts';
import { plainProgress } from '../listing/progress.ts';
import { steadyOutput } from '../output/steady-output.ts';

export async function run(args: Arguments, context: Context): Promise<void> {
  const progress = plainProgress(context.terminal.stderr);
  const stdout = steadyOutput(context.terminal.stdout);
  const request = await apiRequest(args, context);
  const sources = { args, env: context.env, settings: await context.settings.read() };
  const host = namedHost(sources) ?? onlyHost(sources);
  const listener = { onOpen: progress.begin, onWait: waitNote(progress, context) };
  const api = await apiClients(sources, listener, context)(host);
  const isWhole = args.has('paginate');
  const answer = await (isWhole ? api.requestWhole(request) : api.request(request));
  if (args.has('include')) await stdout.write(await head(answer.response));
  // RFC 9110 section 15.4.5: a 304 has no body.
  if (answer.failure === null && isWhole && answer.response.status !== 304) {
    const { printAllPages } = await import('../api/all-pages.ts');
    const notices = listingNotices(progress, 'value');
    const { interrupted } = context;
    return printAllPages(answer, request, api, { host, stdout, notices, interrupted });
  }
  await printBody(answer, stdout);
  if (answer.failure !== null) throw answer.failure;
}

/** The body of a refusal is data as well, unless it repeats what was signed, as some do. */
async function printBody({ response, failure }: ApiAnswer, stdout: Output): Promise<void> {
  if (failure !== null && /oauth_/.test(await response.text())) return;
  let last: number | undefined;
  for await (const chunk of response.chunks()) {
    await stdout.write(chunk);
    last = chunk.at(-1) ?? last;
  }
  // A shell would write its prompt behind the body.
  if (stdout.isTerminal && last !== undefined && last !== lineFeed) await stdout.write('\n');
}

const lineFeed = 0x0a;

/** Status line and headers, as HTTP/1.1 writes them; a cookie, which could let somebody in, is left out. */
async function head({ status, headers }: HttpResponse): Promise<string> {
  const { STATUS_CODES } = await import('node:http');
  const lines = [...headers()]
    .filter(([name]) => name !== 'set-cookie')
    .map(([name, value]) => `${name}: ${value}`);
  return `${[`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd(), ...lines, ''].join('\n')}\n`;
}
