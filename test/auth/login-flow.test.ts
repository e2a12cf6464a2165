import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type LoginRequest, login } from '../../src/auth/login-flow.ts';
import type { SignInSteps } from '../../src/auth/sign-in.ts';
import { createApiClient } from '../../src/bitbucket/api-client.ts';
import { currentUser } from '../../src/bitbucket/current-user.ts';
import { hostAt } from '../../src/bitbucket/hosts.ts';
import type { Clock, HttpClient } from '../../src/context.ts';
import type { Credential } from '../../src/credentials/credential.ts';
import { BitbranchError } from '../../src/errors.ts';
import { type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';
import { createHttpClient } from '../../src/system/http.ts';
import { fixedClock, testContext, testNowMs, untilAborted } from '../helpers/context.ts';
import { callbackAddress, decideAt, load, type Page } from '../helpers/user-agent.ts';

/** What a test does differently from the sign-in that goes well. */
interface Story {
  readonly sandbox?: SandboxOptions;
  readonly request?: Partial<LoginRequest>;
  /** What the person does in the browser that is opened; it is shown the last page. */
  readonly inBrowser?: (consentUrl: string, redirectUri: string) => Promise<Page>;
  /** Stands in for a browser that can be opened. */
  readonly open?: () => Promise<void>;
  /** The addresses that the person pastes, made from the consent page's. */
  readonly paste?: (consentUrl: string, redirectUri: string) => AsyncIterable<string>;
  readonly keep?: SignInSteps['keep'];
  readonly clock?: Clock;
  readonly interrupted?: AbortSignal;
  readonly wrapHttp?: (http: HttpClient) => HttpClient;
}

/** Signs in to a sandbox over real sockets and records, in order, what happens. */
async function signIn(t: TestContext, story: Story = {}) {
  const events: string[] = [];
  const kept: Credential[] = [];
  const pages: Promise<Page>[] = [];
  let consentUrl = '';
  let redirectUri = '';
  const generated = [{ fullName: 'acme/site', branches: 1 }];
  const clock = fixedClock(testNowMs);
  const sandbox = await startSandbox({ clock, generated, ...story.sandbox });
  t.after(() => sandbox.close());

  const browse = () => pages.push((story.inBrowser ?? grant)(consentUrl, redirectUri));
  const { interrupted = new AbortController().signal, wrapHttp = (http) => http } = story;
  const context = testContext({
    clock: story.clock ?? clock,
    interrupted,
    http: wrapHttp(createHttpClient({ userAgent: 'test', interrupted })),
    browser: {
      open: async (url, command) => {
        events.push(command === undefined ? 'browser opened' : `browser opened by ${command}`);
        assert.equal(url, consentUrl);
        if (story.open !== undefined) return story.open();
        browse();
      },
    },
  });
  const host = hostAt(sandbox.url, 'cloud');
  const ended = login(
    {
      host,
      client: { protocol: 'oauth1', consumer: sandbox.consumer },
      callbackPort: 0,
      callbackPath: '/callback',
      browser: {},
      timeoutMs: 300_000,
      store: context.storeNamed('keychain'),
      ...story.request,
    },
    {
      authorizeAt: async (url, uri) => {
        await new Promise(setImmediate); // as a terminal that takes its time
        events.push('page named');
        consentUrl = url;
        redirectUri = uri;
      },
      browserFailed: async (error) => {
        events.push(`browser failed: ${error.message}`);
        browse();
      },
      askForAddress:
        story.paste === undefined ? null : pasting(() => story.paste?.(consentUrl, redirectUri)),
      addressRefused: async () => void events.push('address refused'),
    },
    {
      identify: (session) =>
        currentUser(createApiClient({ ...context, ...session, maxWaitMs: 0 }), session.host),
      keep: async (credential) => {
        events.push('kept');
        await story.keep?.(credential);
        kept.push(credential);
      },
    },
    context,
  );
  const result = await ended.then(
    (credential) => ({ credential, error: null }),
    (error: unknown) => ({ credential: null, error }),
  );
  await assert.rejects(load(redirectUri || 'http://127.0.0.1:1/'), 'nothing listens any longer');
  return { ...result, events, kept, host, sandbox, page: await pages.at(-1) };
}

const grant = (consentUrl: string) => decideAt(consentUrl, 'grant');
const deny = (consentUrl: string) => decideAt(consentUrl, 'deny');
/** A browser in which nobody does anything. */
const noDecision = async () => {};

/** Asks for one address after the other, and then waits for as long as the sign-in does. */
function pasting(addresses: () => AsyncIterable<string> | undefined) {
  let iterator: AsyncIterator<string> | undefined;
  return async (signal: AbortSignal): Promise<string> => {
    iterator ??= addresses()?.[Symbol.asyncIterator]();
    const next = await iterator?.next();
    return next === undefined || next.done ? untilAborted(signal) : next.value;
  };
}

test('granting signs in: page named, browser opened, credential kept, browser told', async (t) => {
  let pageCame = false;
  const { credential, error, events, kept, host, sandbox, page } = await signIn(t, {
    inBrowser: async (url) => {
      const shown = await grant(url);
      pageCame = true;
      return shown;
    },
    keep: async () => assert.equal(pageCame, false, 'the browser waits until all is kept'),
  });
  assert.equal(error, null);
  assert.deepEqual(events, ['page named', 'browser opened', 'kept']);
  assert.deepEqual(kept, [credential]);
  assert.ok(credential?.protocol === 'oauth1');
  assert.deepEqual(credential.account, { name: 'maria', displayName: 'María Gómez' });
  assert.deepEqual(credential.consumer, sandbox.consumer);
  assert.deepEqual([credential.host, credential.kind], [host.url, 'cloud']);
  assert.ok(credential.token !== '' && credential.tokenSecret !== '');
  assert.equal(page?.status, 200);
  assert.match(page.body, /You are signed in/);
  assert.match(page.body, /María Gómez/);
  assert.equal(page.body.includes(credential.token), false);
});

test('denying ends the sign-in, and nothing is kept', async (t) => {
  const { error, kept, page } = await signIn(t, { inBrowser: deny });
  assert.ok(error instanceof BitbranchError);
  assert.equal(error.code, 'sign_in_denied');
  assert.deepEqual(kept, []);
  assert.match(page?.body ?? '', /Access was denied/);
});

test('strangers, favicons and wrong tokens are answered and change nothing', async (t) => {
  const statuses: number[] = [];
  const { credential, events } = await signIn(t, {
    inBrowser: async (consentUrl, redirectUri) => {
      for (const address of [
        `${redirectUri}?oauth_token=wrong&oauth_verifier=1`,
        `${redirectUri}?oauth_token=wrong&oauth_problem=permission_denied`,
        `${redirectUri}?oauth_verifier=denied`,
        new URL('/favicon.ico', redirectUri).href,
      ]) {
        statuses.push((await load(address)).status);
      }
      return grant(consentUrl);
    },
  });
  assert.deepEqual(statuses, [400, 400, 400, 404]);
  assert.equal(credential?.account.name, 'maria');
  assert.deepEqual(events, ['page named', 'browser opened', 'kept']);
});

test('consumer keys and secrets of any characters sign in', async (t) => {
  const consumer = { key: "k+/=&%!*'() ~ü", secret: "s+/=&%!*'() ~ü" };
  const { error, credential } = await signIn(t, { sandbox: { consumer } });
  assert.equal(error, null);
  assert.ok(credential !== null && 'consumer' in credential);
  assert.deepEqual(credential.consumer, consumer);
});

test('a consumer without the account permission signs in unnamed', async (t) => {
  const { credential, kept, page } = await signIn(t, { sandbox: { permissions: ['repository'] } });
  assert.deepEqual(credential?.account, { name: '(unnamed)', displayName: null });
  assert.equal(kept.length, 1);
  assert.equal(page?.status, 200);
  assert.doesNotMatch(page.body, /unnamed|<dt>Account/);
});

test('a wrong consumer secret is refused before a page is named', async (t) => {
  const consumer = { key: 'known', secret: 'right' };
  const { error, events } = await signIn(t, {
    sandbox: { consumer },
    request: { client: { protocol: 'oauth1', consumer: { key: 'known', secret: 'wrong' } } },
  });
  assert.ok(error instanceof BitbranchError);
  assert.equal(error.code, 'sign_in_refused');
  assert.deepEqual(events, []);
});

test('a browser that is named is used, and none when none is wanted', async (t) => {
  const named = await signIn(t, { request: { browser: { command: 'lynx -x' } } });
  assert.deepEqual(named.events, ['page named', 'browser opened by lynx -x', 'kept']);
  const none = await signIn(t, {
    request: { browser: null },
    paste: async function* (consentUrl) {
      yield await callbackAddress(consentUrl, 'grant');
    },
  });
  assert.deepEqual(none.events, ['page named', 'kept']);
});

test('a browser that can not be opened is told, and the person can still open the page', async (t) => {
  const { credential, events } = await signIn(t, {
    open: async () => {
      throw new BitbranchError('usage', 'No opener.');
    },
  });
  assert.deepEqual(events, ['page named', 'browser opened', 'browser failed: No opener.', 'kept']);
  assert.equal(credential?.account.name, 'maria');
});

test('the time limit ends the wait', async (t) => {
  const limits: number[] = [];
  const clock = { ...fixedClock(testNowMs), sleep: async (ms: number) => void limits.push(ms) };
  const { error, kept } = await signIn(t, { clock, open: noDecision });
  assert.ok(error instanceof BitbranchError);
  assert.equal(error.code, 'timeout');
  assert.match(`${error.message} ${error.hint}`, /within 300 seconds.*--timeout/);
  assert.deepEqual([limits, kept], [[300_000], []]);
});

test('being interrupted ends the wait with the reason', async (t) => {
  const controller = new AbortController();
  const reason = new BitbranchError('interrupted', 'Stopped by Ctrl-C.');
  const { error, kept } = await signIn(t, {
    interrupted: controller.signal,
    open: async () => controller.abort(reason),
    paste: async function* () {},
  });
  assert.equal(error, reason);
  assert.deepEqual(kept, []);
});

test('the address can be pasted from a browser on another machine', async (t) => {
  const { credential, events } = await signIn(t, {
    open: noDecision,
    paste: async function* (consentUrl, redirectUri) {
      yield '';
      yield consentUrl;
      yield `${redirectUri}?oauth_token=wrong&oauth_verifier=1`;
      yield await callbackAddress(consentUrl, 'grant');
    },
  });
  const refused = ['address refused', 'address refused', 'address refused'];
  assert.deepEqual(events, ['page named', 'browser opened', ...refused, 'kept']);
  assert.equal(credential?.account.name, 'maria');
});

test('a pasted denial ends the sign-in', async (t) => {
  const { error, kept } = await signIn(t, {
    open: noDecision,
    paste: async function* (consentUrl) {
      yield await callbackAddress(consentUrl, 'deny');
    },
  });
  assert.ok(error instanceof BitbranchError);
  assert.equal(error.code, 'sign_in_denied');
  assert.deepEqual(kept, []);
});

test('a store that fails is told in the browser, and passed on', async (t) => {
  const failure = new BitbranchError('store_locked', 'The <keychain> is locked.', {
    hint: 'Unlock it.',
  });
  const { error, page } = await signIn(t, {
    keep: async () => {
      throw failure;
    },
  });
  assert.equal(error, failure);
  assert.equal(page?.status, 500);
  assert.match(page.body, /Sign-in failed/);
  assert.match(page.body, /The &lt;keychain&gt; is locked\..*Unlock it\./s);
});

test('a credential that the API does not accept is not kept', async (t) => {
  const { error, kept, page } = await signIn(t, {
    wrapHttp: (http) => ({
      ...http,
      async send(request) {
        const response = await http.send(request);
        return request.url.endsWith('/2.0/user') ? { ...response, status: 401 } : response;
      },
    }),
  });
  assert.ok(error instanceof BitbranchError);
  assert.equal(error.code, 'sign_in_needed');
  assert.deepEqual(kept, []);
  assert.equal(page?.status, 500);
});

test('a callback path of one’s own is used', async (t) => {
  const { error, events } = await signIn(t, {
    request: { callbackPath: '/my/own' },
    inBrowser: (consentUrl, redirectUri) => {
      assert.match(redirectUri, /^http:\/\/127\.0\.0\.1:\d+\/my\/own$/);
      return grant(consentUrl);
    },
  });
  assert.equal(error, null);
  assert.equal(events.at(-1), 'kept');
});
