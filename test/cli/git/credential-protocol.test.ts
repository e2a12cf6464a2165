import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type CredentialQuery,
  formatAnswer,
  parseQuery,
} from '../../../src/cli/git/credential-protocol.ts';
import { BitbranchError } from '../../../src/errors.ts';

const nothing: CredentialQuery = {
  protocol: undefined,
  host: undefined,
  path: undefined,
  username: undefined,
  secret: undefined,
  takesBearer: false,
};

describe('a query', () => {
  const table: [text: string, query: Partial<CredentialQuery>][] = [
    ['', {}],
    ['\n', {}],
    ['protocol=https\nhost=bitbucket.org\n', { protocol: 'https', host: 'bitbucket.org' }],
    ['protocol=https\nhost=h:8443', { protocol: 'https', host: 'h:8443' }],
    ['host=one\nhost=two\n\n', { host: 'two' }],
    ['host=one\n\nhost=two\n', { host: 'one' }],
    ['\nhost=two\n', {}],
    ['path=scm/prj/app.git\n', { path: 'scm/prj/app.git' }],
    ['username=\npassword=a=b==\n', { username: '', secret: 'a=b==' }],
    ['authtype=Bearer\ncredential=token\n', { secret: 'token' }],
    ['capability[]=authtype\ncapability[]=state\n', { takesBearer: true }],
    ['capability[]=state\n', {}],
    [
      'wwwauth[]=Basic realm="Atlassian Bitbucket"\nwwwauth[]=\nfrom=later\nhost=h\n',
      { host: 'h' },
    ],
    ['username=Jürgen 日本\n', { username: 'Jürgen 日本' }],
  ];
  for (const [text, query] of table) {
    test(JSON.stringify(text), () => assert.deepEqual(parseQuery(text), { ...nothing, ...query }));
  }
});

describe('what git does not write is refused, and not shown', () => {
  const table: [text: string, pattern: RegExp][] = [
    ['host=h\r\n', /carriage return/],
    ['host=h\rusername=secret\n', /carriage return/],
    ['host=h\0secret\n', /NUL/],
    ['host\nsecret=secret\n', /no "="/],
    ['=secret\n', /no "="/],
    [`wwwauth[]=${'secret'.repeat(50_000)}\n`, /too long/],
  ];
  for (const [text, pattern] of table) {
    test(JSON.stringify(text.slice(0, 30)), () =>
      assert.throws(
        () => parseQuery(text),
        (error) => {
          assert.ok(error instanceof BitbranchError);
          assert.equal(error.code, 'usage');
          assert.match(error.message, pattern);
          assert.doesNotMatch(`${error.message}${error.hint}`, /secret/);
          return true;
        },
      ),
    );
  }
});

/** What a line can hold. */
const value = fc.string({ unit: 'binary' }).map((text) => text.replace(/[\r\n\0]/g, ''));
const key = value.map((text) => text.replaceAll('=', '')).filter((text) => text !== '');

test('every query that git can write is read, whatever else it tells', () => {
  const known = fc.record({ protocol: value, host: value, path: value, username: value });
  const names = new Set(['protocol', 'host', 'path', 'username', 'password', 'credential']);
  const unknown = fc.array(
    fc.tuple(
      key.filter((name) => !names.has(name)),
      value,
    ),
  );
  fc.assert(
    fc.property(known, unknown, (query, others) => {
      const lines = [...others, ...Object.entries(query)].map((pair) => pair.join('='));
      const { takesBearer: _, ...read } = parseQuery(`${lines.join('\n')}\n\n`);
      assert.deepEqual(read, { ...query, secret: undefined });
    }),
  );
});

test('any text is read or refused in a sentence', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      try {
        parseQuery(text);
      } catch (error) {
        assert.ok(error instanceof BitbranchError);
      }
    }),
  );
});

describe('an answer', () => {
  test('with a password', () => {
    const credential = { scheme: 'Basic', username: 'x-token-auth', password: 'p=' } as const;
    assert.equal(
      formatAnswer(credential, '2026-11-24T12:00:00.900Z'),
      'username=x-token-auth\npassword=p=\npassword_expiry_utc=1795521600\n',
    );
    assert.equal(formatAnswer(credential, null), 'username=x-token-auth\npassword=p=\n');
  });

  test('with a bearer token', () => {
    assert.equal(
      formatAnswer({ scheme: 'Bearer', token: 't' }, null),
      'capability[]=authtype\nauthtype=Bearer\ncredential=t\n',
    );
  });

  for (const character of ['\n', '\r', '\0']) {
    test(`that would break out of its line is refused: ${JSON.stringify(character)}`, () => {
      const password = `secret${character}host=evil`;
      assert.throws(
        () => formatAnswer({ scheme: 'Basic', username: 'u', password }, null),
        (error) => error instanceof BitbranchError && !error.message.includes('secret'),
      );
    });
  }

  test('is read back as it was written', () => {
    fc.assert(
      fc.property(value, value, (username, password) => {
        const read = parseQuery(formatAnswer({ scheme: 'Basic', username, password }, null));
        assert.deepEqual([read.username, read.secret], [username, password]);
      }),
    );
  });
});
