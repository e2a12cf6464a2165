// Each way in which a connection can fail to be secure is told apart, with the next step to take; nothing is sent over it.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Certificate, makeCertificate } from '../helpers/certificates.ts';
import { startHttpServer } from '../helpers/http-server.ts';
import { jsonAnswer, startRawServer } from '../helpers/raw-server.ts';
import { createHome } from '../helpers/spawn-cli.ts';

const authority = await makeCertificate({ authority: 'Test Authority' });
const otherAuthority = await makeCertificate({ authority: 'Other Authority' });

interface Row {
  readonly what: string;
  /** Null for a server that does not speak TLS. */
  readonly certificate: Certificate | null;
  /** What NODE_EXTRA_CA_CERTS names. */
  readonly trusted: Certificate | null;
  readonly exitCode: number;
  readonly says: RegExp;
}

const rows: readonly Row[] = [
  {
    what: 'a certificate of an authority that is trusted',
    certificate: await makeCertificate({ issuer: authority }),
    trusted: authority,
    exitCode: 0,
    says: /^$/,
  },
  {
    what: 'an expired certificate',
    certificate: await makeCertificate({ issuer: authority, endsInDays: -1 }),
    trusted: authority,
    exitCode: 6,
    says: /has expired\.\nCheck this computer's date/,
  },
  {
    what: 'a certificate for another name',
    certificate: await makeCertificate({ issuer: authority, address: '192.0.2.1' }),
    trusted: authority,
    exitCode: 6,
    says: /belongs to another host\.\nCheck the host name/,
  },
  {
    what: 'a certificate of an unknown authority',
    certificate: await makeCertificate({ issuer: otherAuthority }),
    trusted: authority,
    exitCode: 6,
    says: /an authority that this computer does not know\.\n.*NODE_EXTRA_CA_CERTS/,
  },
  {
    what: 'a self-signed certificate',
    certificate: await makeCertificate(),
    trusted: null,
    exitCode: 6,
    says: /is self-signed.*\n.*NODE_EXTRA_CA_CERTS/,
  },
  {
    what: 'no TLS at all',
    certificate: null,
    trusted: null,
    exitCode: 6,
    says: /No secure connection .*\nCheck that the port is the one that serves https/,
  },
];

describe('the security of a connection', { concurrency: 3 }, () => {
  for (const { what, certificate, trusted, exitCode, says } of rows) {
    test(what, async (t) => {
      const home = await createHome(t);
      const answer = () => jsonAnswer({ values: [{ name: 'main' }] });
      const server =
        certificate === null
          ? await startHttpServer(t, [])
          : await startRawServer(t, answer, certificate);
      const trustedFile = join(home.directory, 'authority.pem');
      if (trusted !== null) await writeFile(trustedFile, trusted.cert);
      const url = server.url.replace('http:', 'https:');
      const result = await home.run(['branches', 'a/b', '--host', url, '--kind', 'cloud'], {
        env: {
          BITBRANCH_TOKEN: 'a-token',
          ...(trusted === null ? {} : { NODE_EXTRA_CA_CERTS: trustedFile }),
        },
      });
      assert.equal(result.exitCode, exitCode, result.stderr);
      assert.match(result.stderr, says);
      assert.equal(server.requests.length, exitCode === 0 ? 1 : 0, 'the token stays here');
    });
  }
});
