// Input that nobody thought of, made by fast-check. A failure prints its seed and the smallest input that shows it: that
// input then becomes one of the `examples`, which are tried first in every run.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { withSignIn } from '../../src/auth/accounts.ts';
import { issuedTokens } from '../../src/auth/oauth2-server.ts';
import { queryOfAddress } from '../../src/auth/pasted-callback.ts';
import { readDataCenterPages } from '../../src/bitbucket/data-center-pagination.ts';
import { repositoryFromRemotes } from '../../src/bitbucket/git-remotes.ts';
import { parseHostUrl } from '../../src/bitbucket/hosts.ts';
import { type JsonApi, readPages } from '../../src/bitbucket/pagination.ts';
import { parseRepositoryReference } from '../../src/bitbucket/repository-reference.ts';
import { apiPath } from '../../src/cli/api-path.ts';
import { run } from '../../src/cli/run.ts';
import type { HttpClient } from '../../src/context.ts';
import type { Credential } from '../../src/credentials/credential.ts';
import {
  decrypt,
  deriveKey,
  EncryptedFileError,
  encrypt,
  newKeyParameters,
} from '../../src/credentials/encrypted-file.ts';
import { decodeRecord, encodeRecord } from '../../src/credentials/record.ts';
import { emptySettings } from '../../src/credentials/settings.ts';
import {
  formatSettings,
  parseSettings,
  SettingsFormatError,
} from '../../src/credentials/settings-format.ts';
import { BitbranchError, type ErrorCode, errorTable } from '../../src/errors.ts';
import {
  processTemporaryCredentialsResponse,
  processTokenCredentialsResponse,
  validateCallback,
} from '../../src/oauth1/client.ts';
import {
  type AuthorizationRequest,
  exchangeCode,
  validateAuthorizationResponse,
} from '../../src/oauth2/client.ts';
import { redact } from '../../src/system/redaction.ts';
import { testContext } from '../helpers/context.ts';

const numRuns = 300;
const harmful = /(?!\n)\p{Cc}|\p{Bidi_Control}/u;

/** Any text, and much of what parsers trip over. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom('', ' ', '\0', '\r\n', '..', '/', '//', '%', '%00', '%2e%2e', '\ud800', '\u202e'),
  fc.constantFrom(
    '__proto__',
    'constructor',
    '-',
    '--',
    '--help',
    '-rf',
    '$(id)',
    '`id`',
    ';id',
    '|id',
  ),
);

/** A host on which there is nothing. */
const nothingThere: HttpClient = {
  prepare: () => {},
  send: async ({ url }) => ({
    status: 404,
    url,
    header: () => null,
    headers: () => [],
    text: async () => '',
    async *chunks() {},
  }),
};

/** Fails for anything that is no explained error, or that explains itself by these codes only. */
function assertExplained(error: unknown, ...codes: readonly ErrorCode[]): void {
  assert.ok(error instanceof BitbranchError, String(error));
  assert.ok(codes.includes(error.code), `${error.code}: ${error.message}`);
}

function attempt<T>(work: () => T, ...codes: readonly ErrorCode[]): T | undefined {
  try {
    return work();
  } catch (error) {
    assertExplained(error, ...codes);
    return undefined;
  }
}

const temporary = { token: 'the-token', tokenSecret: 'the-secret' };
const request: AuthorizationRequest = {
  url: 'https://h.example/authorize',
  redirectUri: 'http://127.0.0.1:1/callback',
  state: 'the-state',
  codeVerifier: 'v'.repeat(43),
};
const authorizationServer = {
  issuer: 'https://h.example',
  authorizationUrl: 'https://h.example/authorize',
  tokenUrl: 'https://h.example/token',
  clientAuthentication: 'basic',
} as const;
const client = { id: 'key', secret: 'secret' };

/** Parameters of a callback, the right ones among them. */
const callbackParameters = fc.array(
  fc.tuple(
    fc.oneof(
      fc.constantFrom('oauth_token', 'oauth_verifier', 'oauth_problem', 'denied', 'oauth_token[]'),
      fc.constantFrom('code', 'state', 'error', 'error_description', 'iss', 'STATE'),
      text,
    ),
    fc.oneof(fc.constantFrom('the-token', 'the-state', 'https://h.example', 'denied', ''), text),
  ),
  { maxLength: 8 },
);

test('OAuth 1.0a: only a callback with the right token, once, and a verifier is valid', () => {
  fc.assert(
    fc.property(callbackParameters, (pairs) => {
      const query = new URLSearchParams(pairs);
      const verdict = validateCallback(query, temporary);
      const of = (name: string) => query.getAll(name);
      if (verdict.kind === 'validated') {
        assert.deepEqual(of('oauth_token'), ['the-token']);
        assert.equal(of('oauth_verifier').length, 1);
        assert.deepEqual([...of('denied'), ...of('oauth_problem')], []);
      }
      if (verdict.kind === 'denied') {
        assert.ok([...of('oauth_token'), ...of('denied')].includes('the-token'));
      }
    }),
    {
      numRuns: 5 * numRuns,
      examples: [
        [
          [
            ['oauth_token', 'the-token'],
            ['oauth_verifier', 'v'],
          ],
        ],
      ],
    },
  );
});

test('OAuth 2.0: only a callback with the right state, once, and a code is valid', () => {
  fc.assert(
    fc.property(callbackParameters, (pairs) => {
      const query = new URLSearchParams(pairs);
      const verdict = validateAuthorizationResponse(query, request, authorizationServer, client);
      if (verdict.kind === 'ignored') return;
      assert.deepEqual(query.getAll('state'), ['the-state']);
      if (verdict.kind === 'refused') {
        assert.ok(query.has('error') || query.has('iss') || query.has('response'), `${query}`);
        assert.doesNotMatch(verdict.error.message, harmful);
      } else {
        assert.equal(query.getAll('code').length, 1);
        assert.ok(!query.get('error'), 'an error is no grant');
      }
    }),
    {
      numRuns: 5 * numRuns,
      examples: [
        [
          [
            ['state', 'the-state'],
            ['code', 'c'],
          ],
        ],
        // RFC 6749 section 3.1: a parameter without a value is as good as none.
        [
          [
            ['state', 'the-state'],
            ['code', 'c'],
            ['error', ''],
          ],
        ],
      ],
    },
  );
});

test('whatever is pasted in place of an address is taken apart without a failure', () => {
  fc.assert(
    fc.property(fc.oneof(text, fc.webUrl({ withQueryParameters: true })), (address) => {
      assert.ok(queryOfAddress(address) instanceof URLSearchParams);
    }),
    { numRuns },
  );
});

const formBody = fc.oneof(
  text,
  fc
    .array(
      fc.tuple(
        fc.constantFrom(
          'oauth_token',
          'oauth_token_secret',
          'oauth_callback_confirmed',
          'oauth_expires_in',
          'oauth_session_handle',
          'oauth_problem',
        ),
        fc.oneof(fc.constantFrom('true', '1', '-1', '9'.repeat(40)), text),
      ),
    )
    .map((pairs) => `${new URLSearchParams(pairs)}`),
);

test('OAuth 1.0a: any answer is credentials or an explained failure', () => {
  const status = fc.oneof(fc.constantFrom(200, 400, 401, 500), fc.integer({ min: 0, max: 999 }));
  fc.assert(
    fc.property(formBody, status, text, (body, statusCode, wwwAuthenticate) => {
      const answer = { status: statusCode, body, wwwAuthenticate };
      for (const process of [
        processTemporaryCredentialsResponse,
        processTokenCredentialsResponse,
      ]) {
        try {
          const { token } = process(answer);
          assert.notEqual(token, '');
          assert.ok(statusCode >= 200 && statusCode < 300);
        } catch (error) {
          assertExplained(error, 'sign_in_refused', 'sign_in_denied', 'rate_limited', 'server');
          assert.doesNotMatch((error as Error).message, harmful);
        }
      }
    }),
    { numRuns },
  );
});

/** The answer of a token endpoint, near enough to a right one to get far. */
const tokenBody = fc.oneof(
  text,
  fc.json(),
  fc
    .record(
      {
        access_token: fc.oneof(fc.constant('granted'), text, fc.jsonValue()),
        token_type: fc.oneof(fc.constantFrom('bearer', 'Bearer'), fc.jsonValue()),
        refresh_token: fc.oneof(fc.constant('again'), text, fc.jsonValue()),
        expires_in: fc.oneof(fc.constantFrom(3600, '3600', 1e300), fc.double(), fc.jsonValue()),
        scope: fc.jsonValue(),
        scopes: fc.jsonValue(),
        id_token: fc.jsonValue(),
      },
      { requiredKeys: ['access_token', 'token_type'] },
    )
    .map((answer) => JSON.stringify(answer)),
);

test('OAuth 2.0: any answer is tokens that a header can carry, or an explained failure', async () => {
  const query = new URLSearchParams({ state: request.state, code: 'c' });
  const verdict = validateAuthorizationResponse(query, request, authorizationServer, client);
  assert.ok(verdict.kind === 'validated');
  const { response } = verdict;
  await fc.assert(
    fc.asyncProperty(
      tokenBody,
      fc.constantFrom(200, 200, 200, 400, 401, 503),
      async (body, status) => {
        const send = async () => ({ status, body });
        try {
          const issued = await exchangeCode(authorizationServer, client, request, response, send);
          const { accessToken, expiresAt } = issuedTokens(issued, Date.UTC(2026, 10, 24));
          assert.match(accessToken, /^[!-~]+$/);
          assert.match(issued.refreshToken ?? 'none', /^[!-~]+$/);
          assert.ok(expiresAt === null || !Number.isNaN(Date.parse(expiresAt)));
        } catch (error) {
          assertExplained(error, 'sign_in_refused', 'server', 'rate_limited');
          assert.doesNotMatch((error as Error).message, harmful);
        }
      },
    ),
    {
      numRuns,
      examples: [
        // Was "Invalid time value", after the code had been spent.
        ['{"access_token":"a","token_type":"bearer","expires_in":1e300}', 200],
        // Was kept, and then no request could be sent with it.
        ['{"access_token":"a\\r\\nX: y","token_type":"bearer"}', 200],
      ],
    },
  );
});

/** Answers what was prepared for a page, as often as it is asked; counts how often that is. */
function pagesOf(documents: ReadonlyMap<string, unknown>): JsonApi & { asked: number } {
  const api = {
    asked: 0,
    async getJson(address: string) {
      api.asked += 1;
      return documents.get(address) ?? { values: [] };
    },
  };
  return api;
}

test('any graph of pages is read to an end', async () => {
  const page = fc.record(
    {
      values: fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd') }), { maxLength: 3 }),
      next: fc.option(
        fc.integer({ min: 0, max: 9 }).map((n) => `/p?page=${n}`),
        { nil: null },
      ),
      size: fc.oneof(fc.integer({ min: -5, max: 50 }), fc.constant(2 ** 53 - 1)),
      pagelen: fc.integer({ min: -1, max: 20 }),
    },
    { requiredKeys: ['values'] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(page, { minLength: 1, maxLength: 10 }), async (pages) => {
      const api = pagesOf(new Map(pages.map((each, n) => [`/p?page=${n}`, each])));
      let read = 0;
      try {
        for await (const _ of readPages(api, '/p?page=0')) read += 1;
      } catch (error) {
        assertExplained(error, 'server');
      }
      assert.ok(read <= 11 && api.asked <= 40, `${read} pages by ${api.asked} requests`);
    }),
    { numRuns },
  );
});

test('any documents in place of pages are read or refused, on both kinds of host', async () => {
  const document = fc.oneof(
    fc.jsonValue(),
    fc.record({
      values: fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()),
      next: fc.jsonValue(),
      isLastPage: fc.oneof(fc.boolean(), fc.jsonValue()),
      nextPageStart: fc.oneof(fc.integer({ min: -1, max: 3 }), fc.jsonValue()),
      limit: fc.oneof(fc.integer(), fc.jsonValue()),
      size: fc.oneof(fc.integer(), fc.jsonValue()),
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(document, { minLength: 1, maxLength: 4 }), async (documents) => {
      for (const readAll of [readPages, readDataCenterPages]) {
        let asked = 0;
        const api: JsonApi = {
          getJson: async () => documents[asked++] ?? { values: [], isLastPage: true },
        };
        try {
          for await (const _ of readAll(api, '/p'));
        } catch (error) {
          assertExplained(error, 'server');
        }
        assert.ok(asked < 50);
      }
    }),
    {
      numRuns,
      // Was a stack overflow: the edges of a page are written as JSON.
      examples: [[[JSON.parse(`{"values":[${'['.repeat(100_000)}${']'.repeat(100_000)}]}`)]]],
    },
  );
});

/** Something like a repository: the parts of clone URLs, in and out of order. */
const reference = fc.oneof(
  text,
  fc
    .array(
      fc.oneof(
        fc.constantFrom('https://', 'http://', 'ssh://', 'git@', 'bitbucket.org', 'localhost', '/'),
        fc.constantFrom(':', '.git', 'scm/', '~', '..', '%2e%2e', '%2f', '@', '?', '#', '\\', '-'),
        fc.constantFrom(
          'team',
          'app',
          ':7990',
          '127.0.0.1',
          '[::1]',
          'projects/',
          'repos/',
          'ext::',
        ),
        text,
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
);

/** What was taken for a repository can be nothing but two names on a path, and a host to which https leads. */
function assertHarmless({
  host,
  workspace,
  slug,
}: ReturnType<typeof parseRepositoryReference>): void {
  for (const name of [workspace, slug]) {
    assert.match(name, /^(?:~?[\w.][\w.-]*|\{[0-9a-fA-F-]{36}\})$/);
    assert.ok(!/^~?\.{1,2}$/.test(name), name);
  }
  const path = `/2.0/repositories/${encodeURIComponent(workspace)}/${encodeURIComponent(slug)}`;
  assert.equal(new URL(path, 'https://h').pathname, path);
  if (host !== null && 'url' in host) assert.equal(parseHostUrl(host.url), host.url);
  if (host !== null && 'name' in host) assert.match(host.name, /^[\w.-]+$/);
}

test('any text is a repository with harmless names or an explained mistake', () => {
  fc.assert(
    fc.property(reference, (input) => {
      const found = attempt(() => parseRepositoryReference(input), 'usage');
      if (found !== undefined) assertHarmless(found);
    }),
    { numRuns: 10 * numRuns },
  );
});

test('any remotes are a repository with harmless names or an explained mistake', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, reference)), (remotes) => {
      const find = () => repositoryFromRemotes(new Map(remotes), () => true);
      const found = attempt(find, 'usage') ?? null;
      if (found !== null) assertHarmless(found);
    }),
    { numRuns },
  );
});

test('any path for bitbranch api stays below the REST API of its host', () => {
  const path = fc.oneof(
    text,
    fc
      .array(
        fc.oneof(
          fc.constantFrom('/2.0/', '/rest/', '/', '..', '//', '@', '\\', '%2e', '?', '#'),
          text,
        ),
      )
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(path, (input) => {
      const found = attempt(() => apiPath(input), 'usage');
      if (found === undefined) return;
      const url = new URL(`https://h.example${found}`);
      assert.equal(url.origin, 'https://h.example');
      assert.match(url.pathname, /^\/(?:2\.0|rest)\//);
      assert.match(found, /^[!-~]+$/);
    }),
    { numRuns: 5 * numRuns },
  );
});

test('any text is settings that survive being written, or an explained mistake', () => {
  const account = fc.record({
    displayName: fc.option(text, { nil: null }),
    protocol: fc.constantFrom('oauth1', 'oauth2', 'token'),
    store: fc.constantFrom('keychain', 'file'),
    signedInAt: text,
  });
  const settings = fc.record({
    version: fc.constant(1),
    hosts: fc.dictionary(
      text,
      fc.record({
        kind: fc.constantFrom('cloud', 'datacenter'),
        accounts: fc.dictionary(text, account),
      }),
    ),
  });
  const content = fc.oneof(
    text,
    fc.json(),
    settings.map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(content, (file) => {
      try {
        const parsed = parseSettings(file);
        assert.deepEqual(parseSettings(formatSettings(parsed)), parsed);
      } catch (error) {
        assert.ok(error instanceof SettingsFormatError, String(error));
      }
    }),
    { numRuns, examples: [['{"version":1,"hosts":{"__proto__":{"kind":"cloud","accounts":{}}}}']] },
  );
});

const plainRecord = { noNullPrototype: true } as const;

const credential: fc.Arbitrary<Credential> = fc.record(
  {
    protocol: fc.constant('oauth1' as const),
    host: fc.constant('https://h.example'),
    kind: fc.constantFrom('cloud' as const, 'datacenter' as const),
    account: fc.record({ name: text, displayName: fc.option(text, { nil: null }) }, plainRecord),
    expiresAt: fc.option(text, { nil: null }),
    consumer: fc.record({ key: text, secret: text }, plainRecord),
    token: text,
    tokenSecret: text,
    sessionHandle: fc.option(text, { nil: null }),
  },
  plainRecord,
);

test('a credential of any texts comes back as it was kept', () => {
  fc.assert(
    fc.property(credential, (record) => {
      const place = { type: 'credential', host: record.host, name: record.account.name } as const;
      assert.deepEqual(decodeRecord(place, encodeRecord(record)), record);
    }),
    { numRuns },
  );
});

test('any other text in place of a credential is refused, and not repeated', () => {
  const place = { type: 'credential', host: 'https://h.example', name: 'maria' } as const;
  const kept = fc.oneof(
    text,
    fc.json(),
    fc
      .record({ version: fc.integer(), record: fc.jsonValue() })
      .map((each) => JSON.stringify(each)),
    credential.map((each) => encodeRecord({ ...each, host: 'https://evil.example' })),
  );
  fc.assert(
    fc.property(kept, (content) => {
      assert.throws(
        () => decodeRecord(place, content),
        (error) => {
          assertExplained(error, 'store_unavailable');
          return content.length < 20 || !(error as Error).message.includes(content);
        },
      );
    }),
    { numRuns },
  );
});

test('a change to any byte of the encrypted file is noticed, and so is any other file', async () => {
  const random = (length: number) => randomBytes(length);
  const key = await deriveKey('a passphrase', newKeyParameters(2 ** 10, random));
  const file = encrypt('a secret', key, random);
  assert.equal(decrypt(file, key), 'a secret');
  const changed = fc
    .tuple(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }))
    .map(([at, difference]) =>
      file.map((byte, index) => (index === at ? byte ^ difference : byte)),
    );
  const shortened = fc.nat(file.length - 1).map((length) => file.slice(0, length));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 500 }), changed, shortened), (bytes) => {
      assert.throws(() => decrypt(bytes, key), EncryptedFileError);
    }),
    { numRuns },
  );
});

test('an account of any name signs in beside others and is found again', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(
        text.filter((name) => name !== ''),
        { minLength: 1 },
      ),
      credential,
      (names, base) => {
        const after = names.reduce(
          (settings, name) =>
            withSignIn(
              settings,
              { ...base, account: { name, displayName: null } },
              'keychain',
              new Date(0),
            ),
          emptySettings,
        );
        const accounts = parseSettings(formatSettings(after)).hosts[base.host]?.accounts ?? {};
        assert.deepEqual(Object.keys(accounts).sort(), [...names].sort());
      },
    ),
    { numRuns },
  );
});

test('no secret is left in a trace, however the rest of the line looks', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9]{20}$/);
  const place = fc.constantFrom(
    (it: string) => `https://h/x?oauth_token=${it}`,
    (it: string) => `https://h/x?a=b&oauth_verifier=${it}`,
    (it: string) => `http://127.0.0.1:1/callback?code=${it}&state=${it}`,
    (it: string) => `Authorization: Bearer ${it}`,
    (it: string) => `Authorization: Basic ${it}==`,
    (it: string) => `OAuth realm="x", oauth_signature="${it}"`,
    (it: string) => `https://maria:${it}@h/x`,
    (it: string) => `?client_secret=${it}&refresh_token=${it}`,
  );
  fc.assert(
    fc.property(secret, place, text, text, (it, put, before, after) => {
      assert.ok(!redact(`${before} ${put(it)} ${after}`).includes(it));
    }),
    { numRuns: 3 * numRuns },
  );
});

test('any command line ends with an exit code of the table, and never as a bug', async () => {
  const word = fc.oneof(
    fc.constantFrom(
      'branches',
      'repos',
      'api',
      'status',
      'logout',
      'token',
      'help',
      'login',
      'consumer',
    ),
    fc.constantFrom(
      '--host',
      '--json',
      '--format',
      '--limit',
      '--account',
      '--kind',
      '--color',
      '--',
    ),
    fc.constantFrom(
      '--json=name',
      '--host=h.example',
      '--format=csv',
      '--limit=1',
      '-h',
      '-0',
      '-i',
    ),
    fc.constantFrom('maria/sample', '/2.0/user', 'show', 'remove', 'exit-codes', 'datacenter'),
    reference,
  );
  const environment = fc.constantFrom({}, { BITBRANCH_TOKEN: 'a-token' });
  const { browser } = testContext();
  const exitCodes = new Set<number>(Object.values(errorTable).map(({ exitCode }) => exitCode));
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 6 }), environment, async (argv, env) => {
      const opened: string[] = [];
      const context = testContext({
        stdin: '',
        env,
        http: nothingThere,
        browser: { ...browser, open: async (url) => void opened.push(url) },
      });
      const exitCode = await run(argv, context);
      assert.ok(exitCode === 0 || exitCodes.has(exitCode));
      assert.notEqual(exitCode, errorTable.unexpected.exitCode, context.printed.stderr);
      assert.doesNotMatch(context.printed.stderr, harmful);
      assert.ok(
        opened.every((url) => /^https?:\/\/[!-~]+$/.test(url)),
        opened.join(' '),
      );
    }),
    {
      numRuns: 5 * numRuns,
      // Each was told as a bug: what is no path, and no URL either; and half of a character, which no URL can hold.
      examples: [
        [['api', 'https://'], {}],
        [['repos', '\ud800', '--host=h.example'], { BITBRANCH_TOKEN: 'a-token' }],
      ],
    },
  );
});
