// The three steps of RFC 5849 section 2 over real sockets, and everything that the provider refuses.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import { type Signing, signedFetch, signedParameters } from '../../helpers/oauth1-signer.ts';
import {
  callbackUrl,
  endpoint,
  errorOf,
  exchange,
  pressButton,
  requestToken,
  signIn,
  type Token,
  tokenOf,
} from '../../helpers/sandbox-login.ts';

const minuteMs = 60_000;
let nowMs = Date.UTC(2026, 10, 24, 12);
let sandbox: Sandbox;
before(async () => {
  sandbox = await startSandbox({
    generated: [{ fullName: 'acme/few', branches: 3 }],
    consumer: { key: "key +/=&%!*'()", secret: 'secret +/=&%!~ ü' },
    clock: { nowMs: () => nowMs },
  });
});
after(() => sandbox.close());

function post(name: string, signing: Partial<Signing>): Signing {
  return {
    consumer: sandbox.consumer,
    method: 'POST',
    url: endpoint(sandbox, name),
    nowMs,
    ...signing,
  };
}

function requestTokenSigning(oauth: Signing['oauth'] = {}): Signing {
  return post('request_token', { oauth: { oauth_callback: callbackUrl, ...oauth } });
}

async function refusal(answer: Response, status: number, reason: RegExp): Promise<void> {
  const text = await answer.text();
  assert.equal(answer.status, status, text);
  assert.match(text, /^Could not verify OAuth request: [a-z].*\.\n$/);
  assert.match(text, reason);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/);
  assert.equal(answer.headers.has('www-authenticate'), status === 401);
}

/** Temporary credentials that a person has granted, with the verifier that the callback got. */
async function granted(): Promise<{ temporary: Token; verifier: string }> {
  const temporary = await requestToken(sandbox, { nowMs });
  const redirect = await pressButton(sandbox, temporary.token, 'grant');
  const location = new URL(redirect.headers.get('location') ?? '');
  return { temporary, verifier: location.searchParams.get('oauth_verifier') ?? '' };
}

describe('sign-in', () => {
  test('by the header, granted', async () => {
    const { temporary, verifier } = await granted();
    const answer = await exchange(sandbox, temporary, verifier, nowMs);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'application/x-www-form-urlencoded');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const credentials = tokenOf(new URLSearchParams(await answer.text()));
    assert.notEqual(credentials.token, temporary.token);
  });

  test('temporary credentials by form and by query, with a slash at the end as well', async () => {
    const signing = requestTokenSigning();
    const inForm = await fetch(signing.url, {
      method: 'POST',
      body: new URLSearchParams(signedParameters(signing)),
    });
    assert.equal(inForm.status, 200);

    const slashed = { ...signing, url: `${signing.url}/` };
    const query = new URLSearchParams(signedParameters(slashed));
    const inQuery = await fetch(`${slashed.url}?${query}`, { method: 'POST' });
    assert.equal(inQuery.status, 200);
  });

  test('a form that is signed along with the header', async () => {
    const form = [['name', 'a b+c']] as const;
    const answer = await signedFetch({ ...requestTokenSigning(), form });
    assert.equal(answer.status, 200);
  });
});

describe('temporary credentials are refused', () => {
  const table: Record<string, [Signing['oauth'], status: number, reason: RegExp]> = {
    'without callback': [{ oauth_callback: undefined }, 400, /oauth_callback is missing/],
    'callback elsewhere': [{ oauth_callback: 'http://example.com/' }, 400, /loopback/],
    'callback by https': [{ oauth_callback: 'https://127.0.0.1/' }, 400, /loopback/],
    'relative callback': [{ oauth_callback: '/callback' }, 400, /loopback/],
    'callback with a user': [{ oauth_callback: 'http://a@127.0.0.1/' }, 400, /loopback/],
    'callback with a fragment': [{ oauth_callback: 'http://127.0.0.1/#a' }, 400, /loopback/],
    'verifier too early': [{ oauth_verifier: '1' }, 400, /does not belong here/],
    'unknown consumer': [{ oauth_consumer_key: 'other' }, 401, /consumer key/],
    'wrong signature': [{ oauth_signature: 'AAAA' }, 401, /signature/],
  };
  for (const [name, [oauth, status, reason]] of Object.entries(table)) {
    test(name, async () => {
      await refusal(await signedFetch(requestTokenSigning(oauth)), status, reason);
    });
  }

  test('for every loopback address, and oob, they are given', async () => {
    for (const callback of [
      'http://localhost:1/',
      'http://[::1]:1/a?b',
      'http://127.9.9.9/',
      'oob',
    ]) {
      await requestToken(sandbox, { callback, nowMs });
    }
  });

  test('unsigned, in another form, or by GET', async () => {
    const url = endpoint(sandbox, 'request_token');
    await refusal(await fetch(url, { method: 'POST' }), 400, /missing/);
    assert.equal((await fetch(url)).status, 405);
    const json = { 'content-type': 'application/json' };
    assert.equal((await fetch(url, { method: 'POST', headers: json, body: '{}' })).status, 415);
  });
});

describe('time and nonce, RFC 5849 section 3.3', () => {
  test('5 minutes are close enough, more are not', async () => {
    for (const offsetMs of [-5 * minuteMs, 5 * minuteMs]) {
      const near = { ...requestTokenSigning(), nowMs: nowMs + offsetMs };
      assert.equal((await signedFetch(near)).status, 200);
      const far = { ...near, nowMs: near.nowMs + Math.sign(offsetMs) * 1000 };
      await refusal(await signedFetch(far), 401, /5 minutes/);
    }
  });

  test('a nonce is good once for a timestamp', async () => {
    const signing = requestTokenSigning({ oauth_nonce: 'once' });
    assert.equal((await signedFetch(signing)).status, 200);
    await refusal(await signedFetch(signing), 401, /nonce/);
    const later = { ...signing, nowMs: nowMs + 1000 };
    assert.equal((await signedFetch(later)).status, 200);
  });

  test('a request with a wrong signature spends no nonce', async () => {
    const signing = requestTokenSigning({ oauth_nonce: 'kept' });
    const forged = requestTokenSigning({ oauth_nonce: 'kept', oauth_signature: 'AAAA' });
    await refusal(await signedFetch(forged), 401, /signature/);
    assert.equal((await signedFetch(signing)).status, 200);
  });
});

describe('token credentials are refused', () => {
  test('before anybody granted access', async () => {
    const temporary = await requestToken(sandbox, { nowMs });
    await refusal(await exchange(sandbox, temporary, '1234567890', nowMs), 401, /not granted yet/);
  });

  test('after a denial', async () => {
    const temporary = await requestToken(sandbox, { nowMs });
    await pressButton(sandbox, temporary.token, 'deny');
    await refusal(await exchange(sandbox, temporary, '1234567890', nowMs), 401, /denied/);
  });

  test('with the verifier of another request', async () => {
    const one = await granted();
    const other = await granted();
    const answer = await exchange(sandbox, one.temporary, other.verifier, nowMs);
    await refusal(answer, 401, /verifier/);
    assert.equal((await exchange(sandbox, one.temporary, one.verifier, nowMs)).status, 200);
  });

  test('with the secret of another token', async () => {
    const one = await granted();
    const other = await granted();
    const mixed = { token: one.temporary.token, secret: other.temporary.secret };
    await refusal(await exchange(sandbox, mixed, one.verifier, nowMs), 401, /signature/);
  });

  test('without a verifier or a token, and with a callback', async () => {
    const { temporary, verifier } = await granted();
    const signing = post('access_token', { token: temporary });
    await refusal(await signedFetch(signing), 400, /oauth_verifier is missing/);
    const withoutToken = post('access_token', { oauth: { oauth_verifier: verifier } });
    await refusal(await signedFetch(withoutToken), 400, /oauth_token is missing/);
    const oauth = { oauth_verifier: verifier, oauth_callback: callbackUrl };
    await refusal(await signedFetch({ ...signing, oauth }), 400, /oauth_callback/);
  });

  test('a second time', async () => {
    const { temporary, verifier } = await granted();
    assert.equal((await exchange(sandbox, temporary, verifier, nowMs)).status, 200);
    await refusal(await exchange(sandbox, temporary, verifier, nowMs), 401, /used before/);
  });

  test('10 minutes after the request', async () => {
    const { temporary, verifier } = await granted();
    nowMs += 10 * minuteMs;
    await refusal(await exchange(sandbox, temporary, verifier, nowMs), 401, /expired/);
  });
});

describe('calls of the REST API', () => {
  const path = '/2.0/repositories/acme/few';

  test('are answered to token credentials, in header and query', async () => {
    const keys = await signIn(sandbox, nowMs);
    const signing = { ...keys, method: 'GET', url: `${sandbox.url}${path}?fields=name`, nowMs };
    assert.deepEqual(await (await signedFetch(signing)).json(), { name: 'few' });
    const query = new URLSearchParams(signedParameters(signing));
    const inQuery = await fetch(`${signing.url}&${query}`);
    assert.deepEqual(await inQuery.json(), { name: 'few' });
  });

  test('are refused in the shape of Bitbucket', async () => {
    const keys = await signIn(sandbox, nowMs);
    const signing = { ...keys, method: 'GET', url: `${sandbox.url}${path}`, nowMs };
    const temporary = await requestToken(sandbox, { nowMs });
    const bearer = { authorization: 'Bearer something' };
    const answers: [Response, status: number, reason: RegExp][] = [
      [await fetch(signing.url), 401, /^Authentication is required/],
      [await fetch(signing.url, { headers: bearer }), 401, /^Token is invalid/],
      [await signedFetch({ ...signing, token: temporary }), 401, /token is not known/],
      [await signedFetch({ ...signing, token: undefined }), 400, /oauth_token is missing/],
      [await signedFetch({ ...signing, oauth: { oauth_verifier: '1' } }), 400, /belong/],
      [await signedFetch({ ...signing, nowMs: nowMs - 6 * minuteMs }), 401, /5 minutes/],
    ];
    for (const [answer, status, reason] of answers) {
      assert.equal(answer.status, status);
      assert.equal(answer.headers.has('www-authenticate'), status === 401);
      assert.match((await errorOf(answer)).message, reason);
    }
  });
});
