import * as tls from 'node:tls';

/**
 * Every certificate, in PEM, that Node trusts by itself or the system trusts; null where Node can't tell the system's, as it can
 * from versions 22.15 and 23.10 on.
 */
export function trustedAuthorities(node: object = tls): readonly string[] | null {
  const ask = 'getCACertificates' in node ? node.getCACertificates : undefined;
  if (typeof ask !== 'function') return null;
  const [own, system] = ['default', 'system'].map((store): readonly string[] => ask(store));
  return [...new Set([...(own ?? []), ...(system ?? [])])];
}
