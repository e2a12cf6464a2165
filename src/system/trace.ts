import type { Clock, HttpClient, Output, Trace } from '../context.ts';
import { redact } from './redaction.ts';

/** What could steer a terminal or turn text around; lines are ended by a line feed alone. */
const steering = /(?!\n)[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

/** Text of which nothing can steer a terminal. */
export function withoutSteering(text: string): string {
  return text.replace(steering, '\ufffd');
}

/** Tells on stderr what is done when it is asked for (`--verbose`); else it does nothing. */
export function createTrace(stderr: Output, isEnabled: boolean): Trace {
  if (!isEnabled) return () => {};
  return (message) => {
    const lines = withoutSteering(redact(message)).replace(/^/gm, '* ');
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
