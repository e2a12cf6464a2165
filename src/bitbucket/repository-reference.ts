import { BitbranchError } from '../errors.ts';
import { parseHostUrl } from './hosts.ts';
import { withoutUserInfo } from './user-info.ts';

/** A repository of a host that is known otherwise. */
export interface Repository {
  /** Cloud: workspace slug or UUID in braces. Data Center: project key, or `~user` for a personal project. */
  readonly workspace: string;
  /** Slug, or on Cloud a UUID in braces. */
  readonly slug: string;
}

/** What a clone URL tells of its host: over HTTP the base URL with its context path, over SSH no more than the name. */
export type HostHint = { readonly url: string } | { readonly name: string };

/** A repository as a person or a git remote names it; without a host where only `workspace/slug` was given. */
export interface RepositoryReference extends Repository {
  readonly host: HostHint | null;
}

const cloudUrl = 'https://bitbucket.org';
const cloudSshNames = new Set(['bitbucket.org', 'altssh.bitbucket.org']);

/**
 * Understands `workspace/slug`, `PROJECT/slug`, `~user/slug`, and the clone and web URLs of both kinds of host.
 * @throws {BitbranchError} `usage` for everything else, and for plain http beyond loopback.
 */
export function parseRepositoryReference(input: string): RepositoryReference {
  const reference = parseHttpUrl(input) ?? parseSshUrl(input) ?? parseShortForm(input);
  if (reference !== null) return reference;
  const shown = withoutUserInfo(input).replace(/\p{Cc}/gu, '?');
  throw new BitbranchError('usage', `"${shown}" is not a repository.`, {
    hint: 'Give workspace/slug (Data Center: PROJECT/slug or ~user/slug), or a clone URL such as https://bitbucket.org/workspace/slug.git or git@bitbucket.org:workspace/slug.git.',
  });
}

/** Whether a clone URL's host can be the one at this base URL. */
export function hintMatchesHost(hint: HostHint, hostUrl: string): boolean {
  return 'url' in hint ? hint.url === hostUrl : hint.name === new URL(hostUrl).hostname;
}

function parseShortForm(input: string): RepositoryReference | null {
  return toReference(null, input.split('/'));
}

function parseHttpUrl(input: string): RepositoryReference | null {
  const match =
    /^(https?:\/\/)(?:[^/?#]*@)?((?:\[[^\]\s]+\]|[^/?#@:\s]+)(?::\d+)?)\/([^?#]*)/i.exec(input);
  if (match === null) return null;
  const [, scheme = '', authority = '', path = ''] = match;
  const origin = parseHostUrl(scheme + authority);
  const segments = path.replace(/\/$/, '').split('/').map(decodeSegment);
  if (segments.includes('.') || segments.includes('..')) return null;
  if (origin === cloudUrl) return toReference({ url: origin }, segments.slice(0, 2));
  const { context, repository } = splitContext(segments, path.endsWith('.git'));
  const isSafe = context.every((segment) => /^[\w~-][\w.~-]*$/.test(segment));
  return isSafe ? toReference({ url: [origin, ...context].join('/') }, repository) : null;
}

/**
 * Parts a path into the host's context path and the two names. Data Center marks the place (`scm/PROJECT/slug`,
 * `projects/PROJECT/repos/slug`, `users/user/repos/slug`); otherwise the names are the whole path, or the end of a `.git` URL.
 */
function splitContext(segments: readonly string[], isCloneUrl: boolean) {
  const at = segments.findIndex(
    (segment, index) => /^(?:projects|users)$/.test(segment) && segments[index + 2] === 'repos',
  );
  if (at !== -1) {
    const [type, owner = '', , slug = ''] = segments.slice(at);
    return {
      context: segments.slice(0, at),
      repository: [type === 'users' ? `~${owner}` : owner, slug],
    };
  }
  if (segments.at(-3) === 'scm') {
    return { context: segments.slice(0, -3), repository: segments.slice(-2) };
  }
  const nameCount = isCloneUrl ? 2 : segments.length;
  return { context: segments.slice(0, -nameCount), repository: segments.slice(-nameCount) };
}

/** `ssh://git@host:port/workspace/slug.git`, or git's short `git@host:workspace/slug.git`. */
function parseSshUrl(input: string): RepositoryReference | null {
  const match =
    /^ssh:\/\/(?:[^/@]*@)?([\w.-]+)(?::\d+)?\/(.*)$/i.exec(input) ??
    /^(?:[^/@:]*@)?([\w.-]{2,}):\/?([^/].*)$/.exec(input);
  if (match === null) return null;
  const [, hostName = '', path = ''] = match;
  const name = hostName.toLowerCase();
  return toReference({ name: cloudSshNames.has(name) ? 'bitbucket.org' : name }, path.split('/'));
}

const uuid = /^\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$/i;
/** Neither empty, nor `.` or `..`, nor with a leading hyphen, a control character or anything that a URL would escape. */
const plainName = /^(?!\.{1,2}$)[A-Za-z0-9_.][A-Za-z0-9_.-]*$/;

function toReference(host: HostHint | null, names: readonly string[]): RepositoryReference | null {
  const [workspace = '', slugWithSuffix = ''] = names;
  const slug = slugWithSuffix.replace(/\.git$/, '');
  const isValid = names.length === 2 && isName(workspace.replace(/^~/, '')) && isName(slug);
  return isValid ? { host, workspace, slug } : null;
}

function isName(text: string): boolean {
  return plainName.test(text) || uuid.test(text);
}

/** An escape that can't be decoded stays, and is then no name. */
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
