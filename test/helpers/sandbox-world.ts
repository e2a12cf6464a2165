import type { TestContext } from 'node:test';
import type { Clock, HttpClient } from '../../src/context.ts';
import { type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';
import { systemRandom } from '../../src/system/clock-and-random.ts';
import { createHttpClient } from '../../src/system/http.ts';
import { untilAborted } from './context.ts';
import { signIn } from './sandbox-login.ts';
import { credentialFor, signedIn } from './signed-in.ts';

/** The sandbox's time; sleeping lasts until the signal ends it. */
function clockOf({ clock }: SandboxOptions): Clock {
  return {
    nowMs: clock?.nowMs ?? (() => Date.now()),
    sleep: (_durationMs, signal) => untilAborted(signal),
  };
}

/** A sandbox, and a world from which it is reached by HTTP and in which maria is signed in to it. */
export async function sandboxWorld(t: TestContext, options: SandboxOptions = {}) {
  const clock = clockOf(options);
  const sandbox = await startSandbox(options);
  t.after(() => sandbox.close());
  const { consumer, token } = await signIn(sandbox, clock.nowMs());
  const credential = {
    ...credentialFor(sandbox.url),
    consumer,
    token: token?.token ?? '',
    tokenSecret: token?.secret ?? '',
  };
  const http = createHttpClient({
    userAgent: 'test',
    interrupted: new AbortController().signal,
  });
  return {
    sandbox,
    credential,
    world: { ...signedIn(credential), http, clock, random: systemRandom },
  };
}

/** The same client, with another status for the answers to these URLs. */
export function failingAt(
  http: HttpClient,
  fails: (url: string) => boolean,
  status: number,
): HttpClient {
  return {
    ...http,
    async send(request) {
      const response = await http.send(request);
      return fails(request.url) ? { ...response, status } : response;
    },
  };
}
