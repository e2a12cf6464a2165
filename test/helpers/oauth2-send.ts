import type { Send } from '../../src/oauth2/client.ts';

/** What `send` is in the program, without its HTTP client: no redirect is followed. */
export const sendOverHttp: Send = async ({ method, url, headers, body }) => {
  const answer = await fetch(url, { method, headers, body, redirect: 'manual' });
  return { status: answer.status, body: await answer.text() };
};
