import type { FastifyInstance } from 'fastify';

/**
 * Looks at a request before anything else does. What it resolves to is the answer, nothing lets the request pass; to be slow or
 * silent, it takes its time.
 * @param path with its query, as it stood in the request line
 */
export type Fault = (request: {
  readonly method: string;
  readonly path: string;
}) => Promise<FaultyAnswer | undefined> | FaultyAnswer | undefined;

export interface FaultyAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export function injectFaults(app: FastifyInstance, fault: Fault): void {
  app.addHook('onRequest', async ({ method, raw }, reply) => {
    const answer = await fault({ method, path: raw.url ?? '' });
    if (answer === undefined) return;
    const { status, headers = {}, body = '' } = answer;
    return reply.code(status).headers(headers).send(body);
  });
}
