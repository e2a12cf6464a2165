import type { Context } from '../../context.ts';
import { BitbranchError } from '../../errors.ts';
import { type Finding, ok, warning } from './finding.ts';

const hint = 'Set NODE_EXTRA_CA_CERTS to a PEM file that can be read, or unset it.';

/** @throws {BitbranchError} `usage` where certificates are not checked, or by a file that is none */
export async function checkCertificates({ env, files, clock, system }: Context): Promise<Finding> {
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    throw new BitbranchError(
      'usage',
      'NODE_TLS_REJECT_UNAUTHORIZED=0 turns the check of certificates off, so that anybody in between can take your credential.',
      {
        hint: 'Unset it; for certificates of your company, set NODE_EXTRA_CA_CERTS to its CA certificate.',
      },
    );
  }
  const path = env['NODE_EXTRA_CA_CERTS'];
  if (!path) return ok(trusted(system.nodeVersion));
  const certificates = await certificatesIn(await readText(path, files), path);
  // A collection often holds some that have had their day.
  if (certificates.every(({ validTo }) => Date.parse(validTo) < clock.nowMs())) {
    return warning(
      `${path} (NODE_EXTRA_CA_CERTS) holds only certificates that have expired.`,
      'Ask whoever gave it to you for a new one.',
    );
  }
  return ok(`Node trusts the certificates in ${path} as well (NODE_EXTRA_CA_CERTS).`);
}

/** Node can tell what the system trusts from 22.15 and 23.10 on, and in every later version. */
function trusted(nodeVersion: string): string {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  const asksSystem = major > 23 || (major === 23 && minor >= 10) || (major === 22 && minor >= 15);
  return asksSystem
    ? 'Hosts are trusted by the certificate authorities that Node or the system knows.'
    : 'Hosts are trusted by the certificate authorities that Node knows; those of the system count from Node 22.15 on.';
}

async function readText(path: string, files: Context['files']): Promise<string> {
  try {
    return await files.readText(path);
  } catch (error) {
    if (!(error instanceof BitbranchError)) throw error;
    throw new BitbranchError(error.code, error.message, { hint, cause: error });
  }
}

async function certificatesIn(text: string, path: string) {
  const { X509Certificate } = await import('node:crypto');
  const blocks = text.match(/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----[\s\S]*?-----END [^\n]*/g) ?? [];
  try {
    if (blocks.length === 0) throw new Error('It has no block of a certificate.');
    return blocks.map((block) => new X509Certificate(block));
  } catch (error) {
    throw new BitbranchError(
      'usage',
      `${path} (NODE_EXTRA_CA_CERTS) does not hold certificates in PEM.`,
      { hint, cause: error },
    );
  }
}
