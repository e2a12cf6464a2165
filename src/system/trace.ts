import type { Clock, HttpClient, Output, Trace } from '../context.ts';

/** Parameters whose values let somebody in; the rest of a URL tells what was asked. */
const secretParameter =
  /([?&](?:oauth_[a-z_]*|code|state|[a-z_]*token|[a-z_]*secret|assertion)=)[^&\s]*/gi;

/** The one place that takes secrets out of what is told. */
export function redact(text: string): string {
  return text
    .replace(secretParameter, '$1…')
    .replace(/\b(Basic|Bearer|OAuth) +\S.*/gi, '$1 …')
    .replace(/(:\/\/)[^/?#\s]*@/g, '$1…@');
}

/** Tells on stderr what is done when it is asked for (`--verbose`); else it does nothing. */
export function createTrace(stderr: Output, isEnabled: boolean): Trace {
  if (!isEnabled) return () => {};
  return (message) => {
    const lines = redact(message).replace(/^/gm, '* ');
    // Nobody is lost by a trace that nobody reads.
    stderr.write(`${lines}\n`).catch(() => {});
  };
}

/** The same client; each request and its answer are traced, bodies and headers never. */
export function traced<Client extends HttpClient>(
  client: Client,
  trace: Trace,
  clock: Clock,
): Client {
  return {
    ...client,
    async send(request) {
      const startedMs = clock.nowMs();
      trace(`${request.method} ${request.url}`);
      const response = await client.send(request);
      trace(`${response.status} after ${clock.nowMs() - startedMs} ms`);
      return response;
    },
  };
}
