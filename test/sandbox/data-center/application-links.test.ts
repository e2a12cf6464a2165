// OAuth 1.0a with RSA-SHA1 at a Data Center's addresses: sign-in, renewal and everything that is refused.
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import {
  decideOnLink,
  type LinkedToken,
  linkedAccessToken,
  linkedForm,
  linkedRequestToken,
  signInByLink,
} from '../../helpers/application-link.ts';
import { type Signing, signedFetch } from '../../helpers/oauth1-signer.ts';
import { oauthlibKey, wikiKey } from '../../helpers/rsa-keys.ts';
import { signIn, tokenOf } from '../../helpers/sandbox-login.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const fiveYearsInSeconds = 157_680_000;
let nowMs = Date.UTC(2026, 10, 24, 12);
let sandbox: Sandbox;
const directory = mkdtempSync(join(tmpdir(), 'bitbranch-test-'));
const lateKeyFile = join(directory, 'late.pem');
const consumer = { key: 'my-tool', privateKey: wikiKey };
const otherConsumer = { key: 'other-tool', privateKey: oauthlibKey };
const generated = [{ fullName: 'acme/few', branches: 3 }];

function pem(privateKey: typeof wikiKey): string {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
}

before(async () => {
  sandbox = await startSandbox({
    generated,
    applicationLinks: [
      { consumerKey: consumer.key, publicKeyPem: pem(wikiKey) },
      { consumerKey: otherConsumer.key, publicKeyPem: pem(oauthlibKey) },
      { consumerKey: 'late', publicKeyFile: lateKeyFile },
    ],
    clock: { nowMs: () => nowMs },
  });
});
after(async () => {
  await sandbox.close();
  rmSync(directory, { recursive: true });
});

async function problem(answer: Response, status: number, name: string): Promise<URLSearchParams> {
  const text = await answer.text();
  assert.equal(answer.status, status, text);
  assert.equal(answer.headers.has('www-authenticate'), status === 401);
  const form = new URLSearchParams(text);
  assert.equal(form.get('oauth_problem'), name);
  return form;
}

async function temporaryCredentials() {
  return tokenOf(await linkedForm(await linkedRequestToken(sandbox, consumer, { nowMs })));
}

function rest(token: LinkedToken, changes: Partial<Signing> = {}): Promise<Response> {
  const url = `${sandbox.url}/rest/api/latest/projects/ACME/repos/few`;
  return signedFetch({ consumer, token, method: 'GET', url, nowMs, ...changes });
}

describe('sign-in', () => {
  test('granted: a token that lasts five years, with a handle to renew it', async () => {
    const temporary = await temporaryCredentials();
    const callback = await decideOnLink(sandbox, temporary, 'grant');
    assert.equal(callback.get('oauth_token'), temporary.token);
    const verifier = callback.get('oauth_verifier') ?? '';
    const oauth = { oauth_verifier: verifier };
    const form = await linkedForm(
      await linkedAccessToken(sandbox, consumer, temporary, oauth, nowMs),
    );
    assert.deepEqual(
      [form.get('oauth_expires_in'), form.get('oauth_authorization_expires_in')],
      [String(fiveYearsInSeconds), '160272000'],
    );
    const sessionHandle = form.get('oauth_session_handle') ?? '';
    assert.match(sessionHandle, /^\w{18}$/);
    const answer = await rest({ ...tokenOf(form), sessionHandle });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('x-ausername'), 'maria');
  });

  test('denied: the verifier says so, and the exchange is refused', async () => {
    const temporary = await temporaryCredentials();
    const callback = await decideOnLink(sandbox, temporary, 'deny');
    assert.deepEqual(
      [callback.get('oauth_token'), callback.get('oauth_verifier')],
      [temporary.token, 'denied'],
    );
    const oauth = { oauth_verifier: 'denied' };
    const answer = await linkedAccessToken(sandbox, consumer, temporary, oauth, nowMs);
    await problem(answer, 401, 'permission_denied');
  });

  test('a key that is registered while the sandbox runs', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const late = { key: 'late', privateKey };
    const early = await linkedRequestToken(sandbox, late, { nowMs });
    await problem(early, 401, 'consumer_key_unknown');
    writeFileSync(lateKeyFile, pem(privateKey));
    await signInByLink(sandbox, late, nowMs);
  });
});

describe('temporary credentials are refused', () => {
  const callback = { oauth_callback: 'http://127.0.0.1:9/' };
  const hmac = { key: 'my-tool', secret: '' };
  const forged = { ...consumer, privateKey: oauthlibKey };
  const elsewhere = { oauth_callback: 'http://a.example/' };
  const table: [name: string, changes: Partial<Signing>, status: number, problem: string][] = [
    ['unknown consumer', { consumer: { ...consumer, key: 'x' } }, 401, 'consumer_key_unknown'],
    ['key of another', { consumer: forged }, 401, 'signature_invalid'],
    ['HMAC-SHA1', { consumer: hmac }, 400, 'signature_method_rejected'],
    ['no signature', { oauth: { ...callback, oauth_signature: '' } }, 400, 'parameter_absent'],
    ['no base64', { oauth: { ...callback, oauth_signature: '*' } }, 401, 'signature_invalid'],
    ['no callback', { oauth: {} }, 400, 'parameter_absent'],
    ['callback elsewhere', { oauth: elsewhere }, 400, 'parameter_rejected'],
    ['old version', { oauth: { ...callback, oauth_version: '1.1' } }, 400, 'version_rejected'],
    ['clock 6 minutes slow', { nowMs: nowMs - 6 * minuteMs }, 401, 'timestamp_refused'],
  ];
  for (const [name, changes, status, expected] of table) {
    test(name, async () => {
      const answer = await linkedRequestToken(sandbox, consumer, { nowMs, ...changes });
      await problem(answer, status, expected);
    });
  }

  test('a nonce is good once', async () => {
    const changes = { nowMs, oauth: { ...callback, oauth_nonce: 'once' } };
    assert.equal((await linkedRequestToken(sandbox, consumer, changes)).status, 200);
    await problem(await linkedRequestToken(sandbox, consumer, changes), 401, 'nonce_used');
  });

  test('a wrong signature is told what was to be signed', async () => {
    const oauth = { ...callback, oauth_signature: 'AAAA' };
    const answer = await linkedRequestToken(sandbox, consumer, { nowMs, oauth });
    const form = await problem(answer, 401, 'signature_invalid');
    assert.match(form.get('oauth_signature_base_string') ?? '', /^POST&http%3A%2F%2F127/);
  });
});

describe('token credentials are refused', () => {
  const exchange = (token: { token: string; secret: string }, oauth: Signing['oauth']) =>
    linkedAccessToken(sandbox, consumer, token, oauth, nowMs);

  test('before anybody decided, and without a verifier', async () => {
    const temporary = await temporaryCredentials();
    await problem(await exchange(temporary, { oauth_verifier: '1' }), 401, 'permission_unknown');
    const form = await problem(await exchange(temporary, {}), 400, 'parameter_absent');
    assert.equal(form.get('oauth_parameters_absent'), 'oauth_verifier');
  });

  test('with a wrong verifier, to another consumer, and a second time', async () => {
    const temporary = await temporaryCredentials();
    const verifier = (await decideOnLink(sandbox, temporary, 'grant')).get('oauth_verifier') ?? '';
    const oauth = { oauth_verifier: verifier };
    await problem(await exchange(temporary, { oauth_verifier: '1' }), 401, 'token_rejected');
    const stolen = await linkedAccessToken(sandbox, otherConsumer, temporary, oauth, nowMs);
    await problem(stolen, 401, 'token_rejected');
    assert.equal((await exchange(temporary, oauth)).status, 200);
    await problem(await exchange(temporary, oauth), 401, 'token_rejected');
  });
});

describe('renewal by session handle', () => {
  const renew = (token: LinkedToken, handle = token.sessionHandle) =>
    linkedAccessToken(sandbox, consumer, token, { oauth_session_handle: handle }, nowMs);

  test('gives a new token and handle for old ones, which are then worth nothing', async () => {
    const old = await signInByLink(sandbox, consumer, nowMs);
    nowMs += fiveYearsInSeconds * 1000;
    const expired = await rest(old);
    assert.equal(expired.status, 401);
    assert.match(expired.headers.get('www-authenticate') ?? '', /oauth_problem="token_expired"/);

    const form = await linkedForm(await renew(old));
    const renewed = { ...tokenOf(form), sessionHandle: form.get('oauth_session_handle') ?? '' };
    assert.equal((await rest(renewed)).status, 200);
    assert.notEqual(renewed.sessionHandle, old.sessionHandle);
    await problem(await renew(old), 401, 'token_rejected');
    assert.equal((await renew(renewed)).status, 200);
  });

  test('ends 30 days after the token', async () => {
    const token = await signInByLink(sandbox, consumer, nowMs);
    nowMs += fiveYearsInSeconds * 1000 + 30 * dayMs;
    await problem(await renew(token), 401, 'token_expired');
  });

  test('needs the handle of this very token', async () => {
    const one = await signInByLink(sandbox, consumer, nowMs);
    const other = await signInByLink(sandbox, consumer, nowMs);
    await problem(await renew(one, other.sessionHandle), 401, 'token_rejected');
    const temporary = await temporaryCredentials();
    await problem(await renew({ ...one, ...temporary }), 401, 'token_rejected');
  });
});

test('tokens are nothing to the other kind, and to another consumer', async () => {
  const token = await signInByLink(sandbox, consumer, nowMs);
  assert.equal((await rest(token, { consumer: otherConsumer })).status, 401);
  const cloudUrl = `${sandbox.url}/2.0/user`;
  assert.equal((await rest(token, { url: cloudUrl })).status, 400);
  const cloudKeys = await signIn(sandbox, nowMs);
  assert.equal((await rest(token, { url: cloudUrl, ...cloudKeys })).status, 200);
  assert.equal((await rest(token, cloudKeys)).status, 400);
});

test('the life of tokens can be short', async () => {
  const applicationLinks = [{ consumerKey: consumer.key, publicKeyPem: pem(wikiKey) }];
  const short = await startSandbox({
    generated,
    applicationLinks,
    tokenLifetimeSeconds: 5,
    clock: { nowMs: () => nowMs },
  });
  try {
    const temporary = tokenOf(
      await linkedForm(await linkedRequestToken(short, consumer, { nowMs })),
    );
    const callback = await decideOnLink(short, temporary, 'grant');
    const oauth = { oauth_verifier: callback.get('oauth_verifier') ?? '' };
    const answer = await linkedAccessToken(short, consumer, temporary, oauth, nowMs);
    const form = await linkedForm(answer);
    assert.equal(form.get('oauth_expires_in'), '5');
    assert.equal(form.get('oauth_authorization_expires_in'), String(5 + (30 * dayMs) / 1000));
  } finally {
    await short.close();
  }
});

describe('what is no RSA public key is a usage error', () => {
  const ellipticCurve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
  const table = {
    text: 'no key',
    'a private key': wikiKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'an elliptic curve': ellipticCurve.export({ type: 'spki', format: 'pem' }).toString(),
  };
  for (const [name, publicKeyPem] of Object.entries(table)) {
    test(name, async () => {
      const applicationLinks = [{ consumerKey: 'key', publicKeyPem }];
      await assert.rejects(startSandbox({ generated, applicationLinks }), { code: 'usage' });
    });
  }
});
