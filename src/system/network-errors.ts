import { BitbranchError, type ErrorCode } from '../errors.ts';

/** What stands before the code of a failure that a proxy has, not the host behind it. */
export const proxyFailure = 'PROXY_FAILURE_';

interface Explanation {
  readonly code: ErrorCode;
  readonly says: (host: string) => string;
  readonly hint: string;
  /** Whether the same request may succeed when it is sent again. */
  readonly isTransient?: true;
}

const notFound: Explanation = {
  code: 'network',
  says: (host) => `The host ${host} was not found.`,
  hint: 'Check the name, and that this computer is online.',
};
const unreachable: Explanation = {
  code: 'network',
  says: (host) => `There is no way from this network to ${host}.`,
  hint: 'Check that this computer is online, and connected to a VPN if the host needs one.',
};
const dropped: Explanation = {
  code: 'network',
  says: (host) => `${host} closed the connection before its answer was complete.`,
  hint: 'Try again; if it happens each time, a proxy or firewall in between may be the cause.',
  isTransient: true,
};
const untrustedIssuer: Explanation = {
  code: 'network',
  says: (host) =>
    `The certificate of ${host} was issued by an authority that this computer does not know.`,
  hint: 'If your company issues its own certificates or inspects TLS, save its CA certificate as a PEM file and set NODE_EXTRA_CA_CERTS to the path of that file.',
};
const selfSigned: Explanation = {
  code: 'network',
  says: (host) => `The certificate of ${host} is self-signed, so nobody vouches for it.`,
  hint: 'If you know that it is the right one, save it as a PEM file and set NODE_EXTRA_CA_CERTS to the path of that file.',
};
const notTls: Explanation = {
  code: 'network',
  says: (host) => `No secure connection to ${host} could be agreed on.`,
  hint: 'Check that the port is the one that serves https.',
};

const explanations: Readonly<Record<string, Explanation>> = {
  ENOTFOUND: notFound,
  EAI_AGAIN: {
    ...notFound,
    says: (host) => `The name ${host} could not be looked up: no name server answered.`,
  },
  ECONNREFUSED: {
    code: 'network',
    says: (host) => `${host} refused the connection: nothing listens there.`,
    hint: 'Check the host name and port, and that the server is running.',
  },
  ECONNRESET: dropped,
  ECONNABORTED: dropped,
  EPIPE: dropped,
  ERR_STREAM_PREMATURE_CLOSE: dropped,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ENETDOWN: unreachable,
  ETIMEDOUT: {
    code: 'timeout',
    says: (host) => `${host} did not accept a connection in time.`,
    hint: unreachable.hint,
  },
  CERT_HAS_EXPIRED: {
    code: 'network',
    says: (host) => `The certificate of ${host} has expired.`,
    hint: "Check this computer's date; if it is right, the administrator of the host must renew the certificate.",
  },
  CERT_NOT_YET_VALID: {
    code: 'network',
    says: (host) => `The certificate of ${host} is not valid yet.`,
    hint: "Check this computer's date.",
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    code: 'network',
    says: (host) => `The certificate that was presented for ${host} belongs to another host.`,
    hint: 'Check the host name; if it is right, do not go on: something else answers in its place.',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: selfSigned,
  SELF_SIGNED_CERT_IN_CHAIN: untrustedIssuer,
  CERT_SIGNATURE_FAILURE: untrustedIssuer,
  UNABLE_TO_GET_ISSUER_CERT: untrustedIssuer,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrustedIssuer,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrustedIssuer,
  EPROTO: notTls,
};

const explanationsByPrefix: readonly (readonly [string, Explanation])[] = [
  ['ERR_SSL_', notTls],
  [
    'HPE_',
    {
      code: 'server',
      says: (host) => `${host} answered with something that is not HTTP.`,
      hint: 'Check the host name and port.',
    },
  ],
  [
    'Z_',
    {
      code: 'server',
      says: (host) => `${host} sent a compressed answer that is damaged.`,
      hint: 'Try again; if it happens each time, a proxy in between may be the cause.',
    },
  ],
];

/**
 * What a failure of the transport means for a person, by the code that Node or OpenSSL gave it.
 * @param who the host, as the sentence calls it
 */
export function networkError(
  thrown: unknown,
  url: string,
  who = new URL(url).host,
): BitbranchError {
  return explained(codeOf(thrown), who, thrown);
}

export function explained(code: string, who: string, cause: unknown): BitbranchError {
  const explanation =
    explanations[code] ?? explanationsByPrefix.find(([prefix]) => code.startsWith(prefix))?.[1];
  if (explanation === undefined) {
    const reason = code === '' ? '' : ` (${code})`;
    return new BitbranchError('network', `The connection to ${who} failed${reason}.`, {
      hint: unreachable.hint,
      cause,
    });
  }
  return new BitbranchError(explanation.code, explanation.says(who), {
    hint: explanation.hint,
    cause,
    ...(explanation.isTransient && { retryAfterMs: 0 }),
  });
}

/** Whether a certificate was refused because nobody vouches for it whom Node knows; no request was sent then. */
export function isUnknownIssuer(error: unknown): boolean {
  if (!(error instanceof BitbranchError)) return false;
  const explanation = explanations[codeOf(error.cause).replace(proxyFailure, '')];
  return explanation === untrustedIssuer || explanation === selfSigned;
}

/** The host took the connection, and then kept silent for longer than we wait. */
export function silenceError(url: string, limitMs: number): BitbranchError {
  return new BitbranchError(
    'timeout',
    `${new URL(url).host} accepted the connection, but sent nothing for ${limitMs / 1000} seconds.`,
    { hint: 'Try again later; if it happens each time, tell the administrator of the server.' },
  );
}

/** The body did not go on for longer than we wait. */
export function stallError(url: string, limitMs: number): BitbranchError {
  return new BitbranchError(
    'timeout',
    `${new URL(url).host} stopped sending in the middle of its answer: nothing came for ${limitMs / 1000} seconds.`,
    { hint: 'Try again, and check the connection of this computer.' },
  );
}

export function codeOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' ? code : '';
}
