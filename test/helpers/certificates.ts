import { generate } from 'selfsigned';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

export interface CertificateWishes {
  /** Where it is missing, the certificate signs itself. */
  readonly issuer?: Certificate;
  /** Makes the certificate of an authority of this name, which may issue others. */
  readonly authority?: string;
  /** The address that it is good for; default 127.0.0.1. */
  readonly address?: string;
  /** The host name that it is good for as well. */
  readonly name?: string;
  /** Ends this many days from now; negative for an expired one. */
  readonly endsInDays?: number;
}

const dayMs = 24 * 60 * 60 * 1000;

/** Makes a certificate that is good for tests only. */
export async function makeCertificate({
  issuer,
  authority,
  address = '127.0.0.1',
  name,
  endsInDays = 1,
}: CertificateWishes = {}): Promise<Certificate> {
  const altNames = [
    { type: 7 as const, ip: address },
    ...(name === undefined ? [] : [{ type: 2 as const, value: name }]),
  ];
  const { private: key, cert } = await generate(
    [{ name: 'commonName', value: authority ?? `Test Server ${address}` }],
    {
      keyType: 'ec',
      algorithm: 'sha256',
      notBeforeDate: new Date(Date.now() - 10 * dayMs),
      notAfterDate: new Date(Date.now() + endsInDays * dayMs),
      extensions: [
        { name: 'basicConstraints', cA: authority !== undefined, critical: true },
        ...(authority !== undefined
          ? [{ name: 'keyUsage' as const, keyCertSign: true, critical: true }]
          : [{ name: 'subjectAltName' as const, altNames }]),
      ],
      ...(issuer && { ca: issuer }),
    },
  );
  return { key, cert };
}
