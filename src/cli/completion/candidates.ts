import { defaultHostInput } from '../../bitbucket/hosts.ts';
import type { Settings } from '../../credentials/settings.ts';

/** What is known only when Tab is pressed. */
export const candidateKinds = ['hosts', 'accounts', 'repositories'] as const;
export type CandidateKind = (typeof candidateKinds)[number];

/**
 * What the settings know of that kind, in the order in which it is offered.
 * @param hostUrl the host asked for; null where none is
 */
export function candidates(
  kind: CandidateKind,
  settings: Settings,
  hostUrl: string | null,
): readonly string[] {
  const hosts = Object.entries(settings.hosts)
    .filter(([url]) => hostUrl === null || url === hostUrl)
    .map(([, host]) => host);
  const found = {
    hosts: () => [defaultHostInput, ...Object.keys(settings.hosts).map(typedHost)],
    accounts: () => hosts.flatMap(({ accounts }) => Object.keys(accounts)),
    repositories: () => hosts.flatMap(({ repositories = [] }) => repositories),
  }[kind]();
  return [...new Set(found)].filter(isOneWord);
}

/** https is what a host without a scheme means. */
function typedHost(url: string): string {
  return url.replace(/^https:\/\//, '');
}

/** Candidates are handed over one a line; a name that holds a control character is none that anybody types. */
function isOneWord(text: string): boolean {
  return text !== '' && !/\p{Cc}/u.test(text);
}
