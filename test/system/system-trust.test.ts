import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import * as tls from 'node:tls';
import { promisify } from 'node:util';
import { trustedAuthorities } from '../../src/system/system-trust.ts';
import { makeCertificate } from '../helpers/certificates.ts';
import { type Exchange, startHttpServer } from '../helpers/http-server.ts';

test('what Node trusts and what the system trusts come together, each once', () => {
  const stores: Readonly<Record<string, readonly string[]>> = {
    default: ['a', 'b'],
    system: ['b', 'c', 'c'],
  };
  const getCACertificates = (store: string) => stores[store];
  assert.deepEqual(trustedAuthorities({ getCACertificates }), ['a', 'b', 'c']);
});

test("a Node that can't tell says so", () => {
  assert.equal(trustedAuthorities({}), null);
});

const answered: Exchange = { request: 'GET /', answer: { body: 'ok' } };

/** What a program of its own gets from a server whose authority only this variable tells, with none of the others set. */
async function answerWith(
  t: TestContext,
  variable: string,
  script: readonly Exchange[],
): Promise<string> {
  const authority = await makeCertificate({ authority: 'Company Authority' });
  const { url } = await startHttpServer(t, script, await makeCertificate({ issuer: authority }));
  const directory = await mkdtemp(join(tmpdir(), 'bitbranch-trust-'));
  t.after(() => rm(directory, { recursive: true }));
  const path = join(directory, 'authority.pem');
  await writeFile(path, authority.cert);
  const emptyStore = join(directory, 'empty');
  await mkdir(emptyStore);
  const client = join(import.meta.dirname, 'http-client.ts');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', client, `${url}/`],
    { env: { PATH: process.env['PATH'], SSL_CERT_DIR: emptyStore, [variable]: path } },
  );
  return stdout;
}

test('an authority that NODE_EXTRA_CA_CERTS names is trusted', async (t) => {
  assert.equal(await answerWith(t, 'NODE_EXTRA_CA_CERTS', [answered]), 'ok');
});

test('an authority that only the system trusts is trusted where Node can tell', async (t) => {
  if ('getCACertificates' in tls) {
    assert.equal(await answerWith(t, 'SSL_CERT_FILE', [answered]), 'ok');
  } else {
    assert.match(await answerWith(t, 'SSL_CERT_FILE', []), /authority that this computer does not/);
  }
});
