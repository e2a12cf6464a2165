// The token endpoint of RFC 6749 section 3.2 under both kinds of host, and what its tokens are good for.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import {
  askForTokens,
  basic,
  exchangeCode,
  type HostKind,
  hostKinds,
  newCode,
  newTokens,
  refresh,
  tokenRefusal,
  tokensOf,
} from '../../helpers/oauth2-client.ts';

const minuteMs = 60_000;
const start = Date.UTC(2026, 10, 24, 12);
let nowMs = start;
let sandbox: Sandbox;
before(async () => {
  sandbox = await startSandbox({
    generated: [{ fullName: 'acme/few', branches: 3 }],
    consumer: { key: 'key +/=&%!', secret: 'secret:+/=&%!' },
    clock: { nowMs: () => nowMs },
  });
});
after(() => sandbox.close());
// Past every lock-out.
beforeEach(() => {
  nowMs += minuteMs;
});

const restPaths = {
  cloud: '/2.0/repositories/acme/few',
  datacenter: '/rest/api/latest/projects/ACME/repos/few',
} as const;

async function rest(kind: HostKind, authorization: string, query = ''): Promise<Response> {
  return fetch(`${sandbox.url}${restPaths[kind]}${query}`, { headers: { authorization } });
}

// RFC 7636 appendix B.
const codeVerifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const challenge = {
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
};
const expected = {
  cloud: {
    lifetimeSeconds: 7200,
    scope: 'account repository repository:write',
    badClient: 'unauthorized_client',
    badRefreshToken: 'unauthorized_client',
  },
  datacenter: {
    lifetimeSeconds: 3600,
    scope: 'PUBLIC_REPOS REPO_READ',
    badClient: 'invalid_client',
    badRefreshToken: 'invalid_grant',
  },
} as const;

for (const kind of hostKinds) {
  const { lifetimeSeconds, scope, badClient, badRefreshToken } = expected[kind];

  describe(`${kind}: a code`, () => {
    test('is good for tokens, which are good for the API', async () => {
      const code = await newCode(sandbox, kind, challenge);
      const answer = await exchangeCode(sandbox, kind, code, { code_verifier: codeVerifier });
      const tokens = await tokensOf(answer);
      assert.equal(tokens.token_type, 'bearer');
      assert.equal(tokens.expires_in, lifetimeSeconds);
      assert.equal(tokens.scope, scope);
      for (const token of [tokens.access_token, tokens.refresh_token]) {
        assert.equal(token.length > 2000, kind === 'cloud');
      }
      assert.equal((await rest(kind, `Bearer ${tokens.access_token}`)).status, 200);
    });

    test('is good once', async () => {
      const code = await newCode(sandbox, kind);
      await tokensOf(await exchangeCode(sandbox, kind, code));
      await tokenRefusal(await exchangeCode(sandbox, kind, code), 400, 'invalid_grant');
    });

    test('is good for 10 minutes', async () => {
      const code = await newCode(sandbox, kind);
      nowMs += 10 * minuteMs;
      await tokenRefusal(await exchangeCode(sandbox, kind, code), 400, 'invalid_grant');
    });

    const withChallenge: [changes: Record<string, string | undefined>, error: string][] = [
      [{ code_verifier: undefined }, 'invalid_grant'],
      [{ code_verifier: codeVerifier.replace('d', 'e') }, 'invalid_grant'],
      [{ redirect_uri: 'http://127.0.0.1:9/other' }, 'invalid_grant'],
      [{ redirect_uri: undefined }, 'invalid_request'],
      [{ code: 'other' }, 'invalid_grant'],
      [{ code: '' }, 'invalid_request'],
    ];
    for (const [changes, error] of withChallenge) {
      test(`is bound to what it was made for: ${JSON.stringify(changes)}`, async () => {
        const code = await newCode(sandbox, kind, challenge);
        const form = { code_verifier: codeVerifier, ...changes };
        await tokenRefusal(await exchangeCode(sandbox, kind, code, form), 400, error);
        const right = { code_verifier: codeVerifier };
        assert.equal((await exchangeCode(sandbox, kind, code, right)).status, 200);
      });
    }

    test('that was made without a challenge takes no verifier', async () => {
      const code = await newCode(sandbox, kind);
      const answer = await exchangeCode(sandbox, kind, code, { code_verifier: codeVerifier });
      await tokenRefusal(answer, 400, 'invalid_grant');
    });
  });

  describe(`${kind}: the client`, () => {
    const form = {
      grant_type: 'authorization_code',
      redirect_uri: 'http://127.0.0.1:9/callback?from=test',
    };
    const { key, secret } = { key: 'key +/=&%!', secret: 'secret:+/=&%!' };
    const encoded = basic(encodeURIComponent(key), encodeURIComponent(secret));

    test('proves itself by Basic, form-encoded, or in the form', async () => {
      const code = await newCode(sandbox, kind);
      const headers = { authorization: encoded };
      await tokensOf(await askForTokens(sandbox, kind, { ...form, code }, headers));
      await newTokens(sandbox, kind);
    });

    const wrong: [
      name: string,
      form: Record<string, string | undefined>,
      authorization?: string,
    ][] = [
      ['nothing', { client_id: undefined, client_secret: undefined }],
      ['key alone', { client_secret: undefined }],
      ['wrong secret', { client_secret: 'other' }],
      ['wrong key', { client_id: 'other' }],
      ['wrong Basic', {}, basic(encodeURIComponent(key), 'other')],
      ['Basic of another client', { client_id: 'other' }, encoded],
      ['another scheme', {}, 'Bearer token'],
    ];
    for (const [name, changes, authorization] of wrong) {
      test(`does not by ${name}`, async () => {
        const headers = authorization === undefined ? {} : { authorization };
        const answer = await askForTokens(
          sandbox,
          kind,
          { ...form, code: 'x', ...changes },
          headers,
        );
        await tokenRefusal(answer, 401, badClient);
      });
    }

    test('does not by both at once', async () => {
      const headers = { authorization: encoded };
      const both = { ...form, code: 'x', client_id: key, client_secret: secret };
      const answer = await askForTokens(sandbox, kind, both, headers);
      await tokenRefusal(answer, 400, 'invalid_request');
    });
  });

  describe(`${kind}: the request`, () => {
    test('is a form: JSON is not read', async () => {
      const headers = { 'content-type': 'application/json', authorization: basic('a', 'b') };
      const answer = await askForTokens(sandbox, kind, { grant_type: 'refresh_token' }, headers);
      assert.equal(answer.status, 400);
      assert.deepEqual(await answer.json(), {
        error: 'unsupported_grant_type',
        error_description: 'Unsupported grant type: None',
      });
    });

    test('is a POST with a grant type that is known', async () => {
      const password = await askForTokens(sandbox, kind, { grant_type: 'password' });
      await tokenRefusal(password, 400, 'unsupported_grant_type');
      assert.equal((await fetch(password.url)).status, 405);
    });
  });

  describe(`${kind}: a refresh token`, () => {
    test('rotates on every use, and access tokens end in their time', async () => {
      const first = await newTokens(sandbox, kind);
      const second = await tokensOf(await refresh(sandbox, kind, first.refresh_token));
      const third = await tokensOf(await refresh(sandbox, kind, second.refresh_token));
      const all = [first, second, third].flatMap((pair) => [pair.access_token, pair.refresh_token]);
      assert.equal(new Set(all).size, 6);
      nowMs += lifetimeSeconds * 1000 - 1;
      assert.equal((await rest(kind, `Bearer ${third.access_token}`)).status, 200);
      nowMs += 1;
      const expired = await rest(kind, `Bearer ${third.access_token}`);
      assert.equal(expired.status, 401);
      assert.match(await expired.text(), /Access token expired\. Use your refresh token/);
      assert.match(expired.headers.get('www-authenticate') ?? '', /^Bearer .*invalid_token/);
    });

    test('is refused a second time, and then locks out others on Cloud for a while', async () => {
      const used = await newTokens(sandbox, kind);
      const good = await newTokens(sandbox, kind);
      await tokensOf(await refresh(sandbox, kind, used.refresh_token));
      await tokenRefusal(await refresh(sandbox, kind, used.refresh_token), 400, badRefreshToken);
      const other = await refresh(sandbox, kind, good.refresh_token);
      if (kind === 'cloud') {
        await tokenRefusal(other, 400, badRefreshToken);
        nowMs += 10_000;
        await tokensOf(await refresh(sandbox, kind, good.refresh_token));
      } else {
        await tokensOf(other);
      }
    });

    test('is forgotten after three months without use', async () => {
      const { refresh_token } = await newTokens(sandbox, kind);
      nowMs += 90 * 24 * 60 * minuteMs;
      await tokenRefusal(await refresh(sandbox, kind, refresh_token), 400, badRefreshToken);
    });

    test('has to be one', async () => {
      await tokenRefusal(await refresh(sandbox, kind, 'x'), 400, badRefreshToken);
      await tokenRefusal(await refresh(sandbox, kind, ''), 400, 'invalid_request');
    });
  });

  test(`${kind}: an access token belongs into the header`, async () => {
    const { access_token, refresh_token } = await newTokens(sandbox, kind);
    const table: [authorization: string, query: string][] = [
      ['', `?access_token=${access_token}`],
      [`Bearer ${access_token}`, `?access_token=${access_token}`],
      [`Bearer ${refresh_token}`, ''],
      [basic('x-token-auth', access_token), ''],
      [`Token ${access_token}`, ''],
    ];
    for (const [authorization, query] of table) {
      const answer = await rest(kind, authorization, query);
      assert.equal(answer.status, 401);
      assert.ok(answer.headers.get('www-authenticate'));
    }
  });

  test(`${kind}: its tokens are nothing to the other kind`, async () => {
    const { access_token, refresh_token } = await newTokens(sandbox, kind);
    const other = kind === 'cloud' ? 'datacenter' : 'cloud';
    assert.equal((await rest(other, `Bearer ${access_token}`)).status, 401);
    const refused = await refresh(sandbox, other, refresh_token);
    await tokenRefusal(refused, 400, expected[other].badRefreshToken);
    const code = await newCode(sandbox, kind);
    await tokenRefusal(await exchangeCode(sandbox, other, code), 400, 'invalid_grant');
  });
}

test('a scope that does not read repositories does not', async () => {
  const { access_token } = await newTokens(sandbox, 'datacenter', { scope: 'PUBLIC_REPOS' });
  assert.equal((await rest('datacenter', `Bearer ${access_token}`)).status, 401);
});

test('options: short lives, the old name of the scope, and what was asked for', async () => {
  const short = await startSandbox({
    generated: [{ fullName: 'acme/few', branches: 3 }],
    tokenLifetimeSeconds: 5,
    scopeField: 'scopes',
  });
  try {
    const cloud = await newTokens(short, 'cloud');
    assert.deepEqual(
      [cloud.scopes, cloud.scope],
      ['account repository repository:write', undefined],
    );
    const dataCenter = await newTokens(short, 'datacenter');
    assert.deepEqual([cloud.expires_in, dataCenter.expires_in], [5, 5]);
    assert.equal(dataCenter.scope, 'PUBLIC_REPOS REPO_READ');
    await refresh(short, 'cloud', cloud.refresh_token);
    await refresh(short, 'cloud', cloud.refresh_token);
    assert.deepEqual(short.tokenRequests, [
      { hostKind: 'cloud', grantType: 'authorization_code', error: null },
      { hostKind: 'datacenter', grantType: 'authorization_code', error: null },
      { hostKind: 'cloud', grantType: 'refresh_token', error: null },
      { hostKind: 'cloud', grantType: 'refresh_token', error: 'unauthorized_client' },
    ]);
  } finally {
    await short.close();
  }
});
