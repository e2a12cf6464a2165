import type { ApiAnswer } from '../../bitbucket/api-client.ts';
import type { Context, HttpResponse, Output } from '../../context.ts';
import { apiRequest } from '../api/api-request.ts';
import type { Arguments } from '../arguments.ts';
import { namedHost, onlyHost } from '../host-choice.ts';
import { apiClients } from '../listing/api-clients.ts';
import { waitNote } from '../listing/notices.ts';
import { steadyOutput } from '../output/steady-output.ts';

export async function run(args: Arguments, context: Context): Promise<void> {
  const { stderr } = context.terminal;
  const stdout = steadyOutput(context.terminal.stdout);
  const request = await apiRequest(args, context);
  const sources = { args, env: context.env, settings: await context.settings.read() };
  const host = namedHost(sources) ?? onlyHost(sources);
  const api = await apiClients(sources, waitNote(stderr, context), context)(host);
  const answer = await api.request(request);
  if (args.has('include')) await stdout.write(await head(answer.response));
  if (answer.failure === null && args.has('paginate')) {
    const { printAllPages } = await import('../api/all-pages.ts');
    return printAllPages(answer, request, api, stdout);
  }
  await printBody(answer, stdout);
  if (answer.failure !== null) throw answer.failure;
}

/** The body of a refusal is data as well, unless it repeats what was signed, as some do. */
async function printBody({ response, failure }: ApiAnswer, stdout: Output): Promise<void> {
  if (failure !== null && /oauth_/.test(await response.text())) return;
  for await (const chunk of response.chunks()) await stdout.write(chunk);
}

/** Status line and headers, as HTTP/1.1 writes them; a cookie, which could let somebody in, is left out. */
async function head({ status, headers }: HttpResponse): Promise<string> {
  const { STATUS_CODES } = await import('node:http');
  const lines = [...headers()]
    .filter(([name]) => name !== 'set-cookie')
    .map(([name, value]) => `${name}: ${value}`);
  return `${[`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd(), ...lines, ''].join('\n')}\n`;
}
