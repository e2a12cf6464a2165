import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { describe, test } from 'node:test';
import { hmacSha1Check, rsaSha1Check } from '../../../src/sandbox/oauth1/signature.ts';
import {
  isSigned,
  type KnownKeys,
  type SignedRequest,
  verifyRequest,
} from '../../../src/sandbox/oauth1/verifier.ts';
import { authorizationHeader, signedParameters } from '../../helpers/oauth1-signer.ts';
import { type Vector, vectors } from '../../oauth1/vectors.ts';

function requestOf({ request, parameters, signature, realm = 'Photos' }: Vector): SignedRequest {
  const header = authorizationHeader({
    ...Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, `${value}`])),
    oauth_signature: signature,
  });
  return {
    method: request.method,
    url: request.url,
    authorizationHeader: header.replace('OAuth ', `OAuth realm="${realm}",\t`),
    formBody: new URLSearchParams(
      request.form?.map(([name, value]): [string, string] => [name, value]),
    ).toString(),
  };
}

function keysOf({ client: { key, signing }, token }: Vector): KnownKeys {
  const check =
    signing.method === 'HMAC-SHA1'
      ? hmacSha1Check(signing.secret)
      : rsaSha1Check(createPublicKey(signing.privateKey));
  return {
    signatureMethod: signing.method,
    signatureCheck: (asked) => (asked === key ? check : undefined),
    tokenSecret: (asked) => (asked === token?.token ? token.tokenSecret : undefined),
  };
}

describe('published signatures are accepted, and no other', () => {
  for (const vector of vectors) {
    test(vector.source, () => {
      const verified = verifyRequest(requestOf(vector), keysOf(vector));
      assert.equal(verified.consumerKey, vector.client.key);
      assert.equal(verified.token, vector.token?.token);
      assert.equal(verified.nonce, vector.parameters.oauth_nonce);

      const forged = { ...vector, signature: 'bYT5CMsGcbgUdFHObYMEfcx6bsw=' };
      assert.throws(() => verifyRequest(requestOf(forged), keysOf(vector)), { status: 401 });
    });
  }

  test('RFC 5849 section 3.1 byte for byte, with the signature of erratum 2550', () => {
    const request = (signature: string): SignedRequest => ({
      method: 'POST',
      url: 'http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b',
      authorizationHeader: `OAuth realm="Example",
        oauth_consumer_key="9djdj82h48djs9d2",
        oauth_token="kkk9d7dh3k39sjv7",
        oauth_signature_method="HMAC-SHA1",
        oauth_timestamp="137131201",
        oauth_nonce="7d8f3e4a",
        oauth_signature="${signature}"`.replace(/\n */g, ' '),
      formBody: 'c2&a3=2+q',
    });
    const keys: KnownKeys = {
      signatureMethod: 'HMAC-SHA1',
      signatureCheck: () => hmacSha1Check('j49sk3j29djd'),
      tokenSecret: () => 'dh893hdasih9',
    };
    const verified = verifyRequest(request('r6%2FTJjbCOr97%2F%2BUU0NsvSne7s5g%3D'), keys);
    assert.equal(verified.token, 'kkk9d7dh3k39sjv7');
    const printed = request('bYT5CMsGcbgUdFHObYMEfcx6bsw%3D');
    assert.throws(() => verifyRequest(printed, keys), { status: 401 });
  });
});

const consumer = { key: 'key +/=&%!', secret: 'secret +/=&%!' };
const token = { token: 'token *\'"()~', secret: 'token secret ü' };
const keys: KnownKeys = {
  signatureMethod: 'HMAC-SHA1',
  signatureCheck: (key) => (key === consumer.key ? hmacSha1Check(consumer.secret) : undefined),
  tokenSecret: (asked) => (asked === token.token ? token.secret : undefined),
};
const url = 'http://127.0.0.1:7990/path?a=1+2&a=%2B';

function signed(oauth: Readonly<Record<string, string | undefined>> = {}): Record<string, string> {
  return signedParameters({ consumer, token, method: 'GET', url, oauth });
}

function inHeader(parameters: Readonly<Record<string, string>>): SignedRequest {
  return { method: 'GET', url, authorizationHeader: authorizationHeader(parameters) };
}

describe('the three places of RFC 5849 section 3.5', () => {
  const form = () => new URLSearchParams(signed()).toString();
  const requests: Record<string, () => SignedRequest> = {
    header: () => inHeader(signed()),
    'form body': () => ({ method: 'GET', url, formBody: form() }),
    query: () => ({ method: 'GET', url: `${url}&${form()}` }),
  };
  for (const [place, request] of Object.entries(requests)) {
    test(place, () => assert.equal(verifyRequest(request(), keys).token, token.token));
  }
});

describe('refusals, RFC 5849 section 3.2', () => {
  const nothing = { oauth_verifier: undefined };
  const refusals: Record<string, [status: number, request: SignedRequest, reason: RegExp]> = {
    'no parameters': [400, { method: 'GET', url }, /oauth_consumer_key is missing/],
    ...Object.fromEntries(
      ['oauth_consumer_key', 'oauth_signature_method', 'oauth_timestamp', 'oauth_nonce'].map(
        (name) => [
          `without ${name}`,
          [400, inHeader(signed({ [name]: undefined })), new RegExp(`${name} is missing`)],
        ],
      ),
    ),
    'empty signature': [400, inHeader(signed({ oauth_signature: '' })), /signature is missing/],
    'empty token': [400, inHeader(signed({ oauth_token: '' })), /oauth_token is empty/],
    'parameter that is not supported': [
      400,
      inHeader(signed({ oauth_body_hash: 'x' })),
      /oauth_body_hash is not supported/,
    ],
    PLAINTEXT: [400, inHeader(signed({ oauth_signature_method: 'PLAINTEXT' })), /not supported/],
    'other version': [400, inHeader(signed({ oauth_version: '2.0' })), /oauth_version/],
    'timestamp with a fraction': [400, inHeader(signed({ oauth_timestamp: '1.5' })), /timestamp/],
    'timestamp zero': [400, inHeader(signed({ oauth_timestamp: '0' })), /timestamp/],
    'negative timestamp': [400, inHeader(signed({ oauth_timestamp: '-1' })), /timestamp/],
    'unknown consumer': [401, inHeader(signed({ oauth_consumer_key: 'who' })), /consumer key/],
    'unknown token': [401, inHeader(signed({ oauth_token: 'which' })), /token is not known/],
    'wrong signature': [401, inHeader(signed({ oauth_signature: 'x' })), /signature is wrong/],
    'other method': [401, { ...inHeader(signed()), method: 'POST' }, /signature is wrong/],
    'other host': [
      401,
      { ...inHeader(signed()), url: url.replace('127.0.0.1', 'localhost') },
      /signature is wrong/,
    ],
    'other query': [401, { ...inHeader(signed()), url: `${url}&b` }, /signature is wrong/],
    'added form': [401, { ...inHeader(signed()), formBody: 'b=1' }, /signature is wrong/],
    'two places': [
      400,
      { ...inHeader(signed(nothing)), url: `${url}&oauth_verifier=1` },
      /more than one place/,
    ],
    'same parameter twice': [
      400,
      { method: 'GET', url: `${url}&${new URLSearchParams(signed())}&oauth_nonce=other` },
      /more than once/,
    ],
    'header without quotes': [
      400,
      { method: 'GET', url, authorizationHeader: 'OAuth oauth_nonce=1' },
      /name="value"/,
    ],
    'header with a raw character': [
      400,
      { method: 'GET', url, authorizationHeader: 'OAuth oauth_signature="a/b="' },
      /percent-encoded/,
    ],
    'header with two realms': [
      400,
      { method: 'GET', url, authorizationHeader: 'OAuth realm="a", realm="b"' },
      /realm/,
    ],
    'escape that is no UTF-8': [400, { method: 'GET', url: `${url}&b=%FF` }, /UTF-8/],
    'broken escape': [400, { method: 'GET', url, formBody: 'b=%2' }, /UTF-8/],
  };
  for (const [name, [status, request, message]] of Object.entries(refusals)) {
    test(name, () => assert.throws(() => verifyRequest(request, keys), { status, message }));
  }
});

test('a request is signed if it carries OAuth parameters, right or wrong', () => {
  const authorizationHeaders = { Bearer: 'Bearer oauth_token="x"', none: undefined };
  for (const authorizationHeader of Object.values(authorizationHeaders)) {
    assert.equal(isSigned({ method: 'GET', url, authorizationHeader }), false);
  }
  assert.equal(isSigned({ method: 'GET', url: `${url}&oauth_token=x` }), true);
  assert.equal(isSigned(inHeader(signed())), true);
});
